/** Each recipient is written to in their own language, by what a real directory says of them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { enqueueReminders } from '../../cron/reminders.ts';
import { fixedClock } from '../../lib/clock.ts';
import type { MailParts } from '../../lib/mail/compose.ts';
import { meetingEdit, meetingNew } from '../../lib/pages/meeting_form.ts';
import { meetingBook, meetingChange } from '../../lib/pages/meeting_save.ts';
import { type Directory, openDirectory } from '../../lib/people/directory.ts';
import { Unavailable } from '../../lib/refusal.ts';
import { readSettings } from '../../lib/settings.ts';
import { outboxOf } from '../../lib/store/outbox.ts';
import { languageIn, texts } from '../../lib/text/catalogue.ts';
import { processZone } from '../../lib/text/zones.ts';
import { BOB, between, NOW, OUTSIDER, type Site, site } from '../pages/site.ts';
import { PEOPLE, type Slapd, startSlapd } from '../support/slapd.ts';
import { compose, eventOf } from './samples.ts';

const PREFERS: Readonly<Record<string, string>> = { alice: 'fr', bob: 'de, en-GB;q=0.8, fr;q=0.2', carol: 'de' };
const CAROL = 'carol.petit@example.org';

let slapd: Slapd;
beforeAll(async () => {
  slapd = await startSlapd(
    PEOPLE.map((one) => ({ ...one, ...(PREFERS[one.uid] && { preferredLanguage: PREFERS[one.uid] ?? '' }) })),
  );
});
afterAll(() => slapd.stop());

/** A directory that counts what it is asked, and can be silent. */
function counted() {
  const asked: string[][] = [];
  const state = { silent: false };
  const real = openDirectory({ JMB_LDAPSEARCH: slapd.ldapsearch });
  if (real === null) throw new Error('no directory');
  const directory: Directory = {
    ...real,
    peopleOf(addresses) {
      asked.push([...addresses]);
      if (state.silent) throw new Unavailable('directory', 'asleep');
      return real.peopleOf(addresses);
    },
  };
  return { directory, asked, state };
}

const typed = (jmb: Site, more: Record<string, string> = {}) => ({
  conf_token: jmb.token('alice'),
  conf_date: '2026-11-26',
  conf_time: '14:30',
  conf_duration: '60',
  conf_object: 'Jury',
  conf_guests: [BOB, CAROL, OUTSIDER].join(' '),
  ...more,
});

const idOf = (jmb: Site) =>
  jmb.store.get<{ id: string }>('SELECT CAST(meeting_id AS TEXT) AS id FROM meetings')?.id ?? '';

/** The languages of the mails of a kind, by recipient. */
function languages(jmb: Site, kind: string): Record<string, string> {
  const mails = outboxOf(jmb.store, idOf(jmb)).filter((mail) => mail.kind === kind && mail.content !== '');
  return Object.fromEntries(
    mails.map(({ recipient, content }) => [
      recipient.split('@')[0] ?? '',
      (JSON.parse(content) as MailParts).headers['Content-Language'] ?? '',
    ]),
  );
}

/** Those written by `jmb remind`, which asks no directory. */
function remind(jmb: Site, lang: 'fr' | 'en'): Record<string, string> {
  jmb.store.transaction(() => jmb.store.run('DELETE FROM outbox'));
  enqueueReminders({
    root: '/nowhere',
    settings: { ...readSettings('/nowhere', {}), JMB_SERVER_NAME: 'meet.example.org', JMB_LANG: lang },
    store: jmb.store,
    clock: fixedClock(NOW + 2 * 86_400),
    log: { event: () => undefined },
    directory: null,
    language: 'en',
    texts: texts('en'),
    zone: processZone,
  });
  return languages(jmb, 'reminder');
}

it.each(['fr', 'en'] as const)('where JMB_LANG is %s, and the directory is asked once a booking', async (house) => {
  const { directory, asked, state } = counted();
  const jmb = site(`JMB_LANG="${house}"`, directory);
  expect((await jmb.ask(meetingBook, { as: 'alice', form: typed(jmb) })).status).toBe(303);
  const all = { 'alice.martin': 'fr', 'bob.durand': 'en', 'carol.petit': house, invite: house };
  expect(languages(jmb, 'new')).toEqual(all);
  expect(asked).toHaveLength(1);
  // A silent directory's last word is known to the change, and to reminders.
  state.silent = true;
  jmb.store.transaction(() => jmb.store.run(`UPDATE outbox SET outbox_state = 'sent', outbox_content = ''`));
  const form = typed(jmb, { conf_time: '15:30', conf_tsn: idOf(jmb), conf_version: '0' });
  expect((await jmb.ask(meetingChange, { as: 'alice', form })).status).toBe(303);
  expect(languages(jmb, 'edit')).toEqual(all);
  expect(remind(jmb, house)).toEqual(all);
});

it('the organiser’s choice goes before JMB_LANG, and after the directory', async () => {
  const jmb = site('JMB_LANG="fr"', counted().directory);
  const fresh = between((await jmb.ask(meetingNew, { as: 'alice' })).body, 'id="conf_language"', '</select>');
  expect(fresh.match(/<option.*/g)).toEqual([
    '<option value="fr" selected>Français</option>',
    '<option value="en">English</option>',
  ]);
  await jmb.ask(meetingBook, { as: 'alice', form: typed(jmb, { conf_language: 'en' }) });
  const all = { 'alice.martin': 'fr', 'bob.durand': 'en', 'carol.petit': 'en', invite: 'en' };
  expect(languages(jmb, 'new')).toEqual(all);
  expect(remind(jmb, 'fr')).toEqual(all);
  const seen = await jmb.ask(meetingEdit, { as: 'alice', query: `edit&id=${idOf(jmb)}` });
  expect(seen.body).toContain('<option value="en" selected>English</option>');
});

it('of a meeting without a choice the form says so, and saving it chooses none', async () => {
  const jmb = site('JMB_LANG="en"');
  await jmb.ask(meetingBook, { as: 'alice', form: typed(jmb, { conf_language: 'de' }) });
  const edit = { as: 'alice', query: `edit&id=${idOf(jmb)}`, env: { HTTP_ACCEPT_LANGUAGE: 'fr' } };
  const { body } = await jmb.ask(meetingEdit, edit);
  expect(body).toContain('<option value="" selected>Celle du service (English)</option>');
  const form = typed(jmb, { conf_tsn: idOf(jmb), conf_version: '0', conf_language: '' });
  const saved = await jmb.ask(meetingChange, { as: 'alice', form });
  expect(saved.headers.get('location')).toContain('notice=unchanged');
  const chosen = await jmb.ask(meetingChange, { as: 'alice', form: { ...form, conf_language: 'fr' } });
  expect(chosen.headers.get('location')).toContain('notice=changed');
  expect((await jmb.ask(meetingEdit, edit)).body).toContain('<option value="fr" selected>Français</option>');
});

it('words, times, calendar and sender speak it; the administrator’s titles are words of JMB_LANG', () => {
  const changes = { JMB_LANG: 'fr' as const, JMB_SUBJECT_NEW_GUEST: '[Visio]', JMB_SUBJECT_NEW_MODERATOR: '[Visio]' };
  const guest = compose(eventOf('new'), changes)[2].recipient;
  const [, french, english] = compose(eventOf('new', { languages: new Map([[guest, 'en']]) }), changes);
  expect(french.parts.subject).toMatch(/^\[Visio\] .* – jeudi 3 décembre 2026$/);
  expect(french.parts.calendar?.body).toContain('Réunion à distance');
  expect(english.parts.subject).toMatch(/^Invitation to a meeting: .* – Thursday 3 December 2026$/);
  expect(english.parts.text).toContain('Thursday 3 December 2026');
  expect(english.parts.html).toContain('<html lang="en">');
  expect(english.parts.calendar?.body).not.toContain('Réunion à distance');
});

it.each([
  ['fr', 'fr'],
  ['en_US', 'en'],
  ['EN-gb, fr;q=0.9', 'en'],
  ['fr;q=0.1, en;q=0.2', 'en'],
  ['de', undefined],
  ['en;q=0', undefined],
  ['', undefined],
  [`${'x,'.repeat(100_000)}fr`, undefined],
])('of %.20j our language is %s', (text, language) => {
  expect(languageIn(text)).toBe(language);
});
