/** What somebody is sent about a meeting is one thread in a mail program, over a real server and another's parser. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { enqueueReminders } from '../../cron/reminders.ts';
import { fixedClock } from '../../lib/clock.ts';
import { sendWaiting } from '../../lib/mail/sender.ts';
import { meetingRemove } from '../../lib/pages/meeting_part.ts';
import { meetingBook, meetingChange } from '../../lib/pages/meeting_save.ts';
import { readSettings } from '../../lib/settings.ts';
import { ALICE, BOB, NOW, OUTSIDER, site } from '../pages/site.ts';
import { commandContext } from '../support/command_context.ts';
import { type Smtp, startSmtp } from '../support/smtp.ts';
import { compose, eventOf } from './samples.ts';

let smtp: Smtp;
beforeAll(async () => {
  smtp = await startSmtp();
});
afterAll(() => smtp.stop());

/** All that came to somebody, in order: its Message-ID, what it answers and what it refers to. */
async function mailbox(address: string) {
  const mails = await Promise.all(smtp.mails.filter(({ to }) => to.includes(address)).map((mail) => mail.parse()));
  return mails.map(({ messageId = '', inReplyTo, references, subject = '' }) => ({
    id: messageId,
    parent: inReplyTo,
    references: [references ?? []].flat(),
    subject,
  }));
}

it('invitation, change, reminder and cancellation', async () => {
  const jmb = site(`JMB_SMTP_URL="${smtp.url}"`);
  const typed = {
    conf_token: jmb.token('alice'),
    conf_date: '2026-11-26',
    conf_time: '14:30',
    conf_duration: '60',
    conf_object: 'Jury',
    conf_guests: `${BOB}, ${OUTSIDER}`,
  };
  expect((await jmb.ask(meetingBook, { as: 'alice', form: typed })).status).toBe(303);
  const id = jmb.store.get<{ id: string }>('SELECT CAST(meeting_id AS TEXT) AS id FROM meetings')?.id ?? '';
  const of = { conf_tsn: id, conf_version: '0' };
  expect((await jmb.ask(meetingChange, { as: 'alice', form: { ...typed, ...of, conf_time: '15:30' } })).status).toBe(
    303,
  );
  const due = NOW + 2 * 86_400;
  const settings = {
    ...readSettings('/nowhere', {}),
    JMB_SERVER_NAME: 'meet.example.org',
    JMB_SMTP_URL: smtp.url,
  };
  const context = commandContext(jmb.store, settings, fixedClock(due));
  expect(enqueueReminders(context)).toBe(3);
  await sendWaiting(context, { deadlineMs: 5000, now: due });
  await jmb.ask(meetingRemove, { as: 'alice', form: { conf_token: typed.conf_token, ...of, conf_version: '1' } });

  const roots = new Set<string>();
  for (const address of [ALICE, BOB, OUTSIDER]) {
    const mails = await mailbox(address);
    expect(mails, address).toHaveLength(4);
    const [invitation] = mails;
    expect(invitation?.parent).toBeUndefined();
    expect(invitation?.references).toHaveLength(1);
    for (const [at, mail] of mails.entries()) {
      if (at === 0) continue;
      const before = mails.slice(0, at).map((one) => one.id);
      expect(mail.parent, mail.subject).toBe(before.at(-1));
      expect(mail.references, mail.subject).toEqual([...(invitation?.references ?? []), ...before]);
    }
    for (const root of invitation?.references ?? []) roots.add(root);
  }
  // Nobody's thread tells of another's.
  expect(roots.size).toBe(3);
});

it('holds together when the outbox has forgotten what was sent, and stays short however much there was', () => {
  const guest = compose(eventOf('new'))[2];
  const reminder = compose(eventOf('reminder'))[2];
  expect(reminder.parts.headers['References']).toBe(guest.parts.headers['References']);
  expect(reminder.parts.headers['In-Reply-To']).toBe(guest.parts.headers['References']);
  const many = Array.from({ length: 50 }, (_, at) => `<${at}@meet.example.org>`);
  const last = compose(eventOf('edit', { threads: new Map([[guest.recipient, many]]) }))[2].parts.headers;
  const references = last['References']?.split(' ') ?? [];
  expect(references).toHaveLength(12);
  expect(references.slice(0, 2)).toEqual([guest.parts.headers['References'], many[0]]);
  expect(references.at(-1)).toBe(many[49]);
  expect(last['In-Reply-To']).toBe(many[49]);
});
