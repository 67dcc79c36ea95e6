/** booking.cgi?me: what an account chooses for itself, and what pages, mails and reminders make of it. */
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { enqueueReminders } from '../../cron/reminders.ts';
import { fixedClock } from '../../lib/clock.ts';
import type { MailParts } from '../../lib/mail/compose.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { meetingChange } from '../../lib/pages/meeting_save.ts';
import { mineKeep, mineShow } from '../../lib/pages/mine.ts';
import { readSettings } from '../../lib/settings.ts';
import { outboxOf } from '../../lib/store/outbox.ts';
import { keepLanguages } from '../../lib/store/people.ts';
import { planReminderRows } from '../../lib/store/reminders.ts';
import { commandContext } from '../support/command_context.ts';
import { ALICE, BOB, NOW, OUTSIDER, site } from './site.ts';

function scene(settings = '') {
  const jmb = site(settings);
  const show = (more: object = {}) => jmb.ask(mineShow, { as: 'bob', query: 'me', ...more });
  const keep = (form: Record<string, string>, more: object = {}) =>
    jmb.ask(mineKeep, { as: 'bob', query: 'me', form: { conf_token: jmb.token('bob'), ...form }, ...more });
  return { jmb, show, keep };
}

const english = { conf_language: 'en', conf_reminders: 'on' };

it('shows what is chosen, and the way there stands on every page of who signed in', async () => {
  const { jmb, show, keep } = scene();
  expect((await jmb.ask(meetingList, { as: 'bob' })).body).toContain('<a href="booking.cgi?me">Bob Durand</a>');
  const before = await show();
  expect(before.body).toMatch(/name="conf_language" value="" checked/);
  expect(before.body).toMatch(/name="conf_reminders" value="on" checked/);
  expect(before.text).toContain(BOB);
  const kept = await keep({ conf_language: 'fr' });
  expect([kept.status, kept.headers.get('location')]).toEqual([303, '/booking.cgi?me&notice=kept']);
  const after = await show({ query: 'me&notice=kept' });
  expect(after.body).toMatch(/name="conf_language" value="fr" checked/);
  expect(after.body).not.toMatch(/name="conf_reminders" value="on" checked/);
  expect(after.text).toContain('Vos réglages sont enregistrés.');
});

it('is nobody else’s, and no other site’s', async () => {
  const { jmb, show, keep } = scene();
  await keep({ conf_language: 'fr' });
  expect((await show({ as: 'alice' })).body).toMatch(/name="conf_language" value="" checked/);
  expect((await keep(english, { form: { ...english, conf_token: jmb.token('alice') } })).status).toBe(403);
  expect((await keep(english, { env: { HTTP_SEC_FETCH_SITE: 'cross-site' } })).status).toBe(403);
  expect((await show()).body).toMatch(/name="conf_language" value="fr" checked/);
});

it('the language counts on pages in any browser, behind what was chosen in this one', async () => {
  const { jmb, keep } = scene();
  const kept = await keep(english);
  expect(kept.cookies).toContain('jmb_lang=en; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly');
  const list = (env: Record<string, string>, as = 'bob') =>
    jmb.ask(meetingList, { as, query: 'list', env, ...(as === 'Bob' ? { addresses: BOB } : {}) });
  expect((await list({ HTTP_ACCEPT_LANGUAGE: 'fr' })).body).toContain('<html lang="en">');
  expect((await list({ HTTP_ACCEPT_LANGUAGE: 'fr' }, 'Bob')).body).toContain('<html lang="en">');
  expect((await list({ HTTP_COOKIE: 'jmb_lang=fr' })).body).toContain('<html lang="fr">');
  expect((await list({ HTTP_ACCEPT_LANGUAGE: 'fr' }, 'alice')).body).toContain('<html lang="fr">');
  const none = await keep({ conf_language: 'de' });
  expect(none.cookies).toContain('jmb_lang=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly');
  expect((await list({ HTTP_ACCEPT_LANGUAGE: 'fr' })).body).toContain('<html lang="fr">');
});

it('the language counts in mails before the directory’s, and stays when that says so again', async () => {
  const { jmb, keep } = scene();
  await keep(english);
  const { meeting } = jmb.meeting(86_400);
  keepLanguages(jmb.store, new Map([[BOB, 'fr']]));
  await jmb.ask(meetingChange, {
    as: 'alice',
    form: {
      ...{ conf_token: jmb.token('alice'), conf_tsn: meeting.id, conf_version: '0', conf_date: '2026-11-25' },
      ...{ conf_time: '15:00', conf_duration: '60', conf_object: 'Jury', conf_guests: `${BOB}, ${OUTSIDER}` },
      conf_moderators: '',
    },
  });
  const subject = (email: string) => {
    const mail = outboxOf(jmb.store, meeting.id).find(({ recipient }) => recipient === email);
    return (JSON.parse(mail?.content ?? '{}') as MailParts).subject;
  };
  expect(subject(BOB)).toMatch(/^Meeting changed: Jury/);
  expect(subject(OUTSIDER)).toMatch(/^Réunion modifiée/);
});

it('who wants no reminder gets none, also as organiser, and everything else', async () => {
  const { jmb, keep } = scene();
  await keep({ conf_language: '' });
  await keep({ conf_language: '' }, { as: 'alice', form: { conf_token: jmb.token('alice'), conf_language: '' } });
  const { meeting } = jmb.meeting(3600);
  planReminderRows(jmb.store, 'mail', meeting.id, [NOW]);
  const settings = readSettings(dirname(jmb.store.file), {});
  enqueueReminders(commandContext(jmb.store, settings, fixedClock(NOW)));
  const reminded = () => outboxOf(jmb.store, meeting.id).filter(({ kind }) => kind === 'reminder');
  expect(reminded().map(({ recipient }) => recipient)).toEqual([OUTSIDER]);
  expect(reminded().map(({ recipient }) => recipient)).not.toContain(ALICE);
});
