/** Whom no mail has reached: refused at once by the server, and told to the organiser in one mail as what comes back later is. */
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tellReturned } from '../../lib/booking/incoming.ts';
import { fixedClock } from '../../lib/clock.ts';
import { meetingBook } from '../../lib/pages/meeting_save.ts';
import { readSettings } from '../../lib/settings.ts';
import { removeMeeting, updateMeeting } from '../../lib/store/bookings.ts';
import { meetingById } from '../../lib/store/meetings.ts';
import { type OutboxRow, outboxOf } from '../../lib/store/outbox.ts';
import { ALICE, BOB, NOW, type Site, site } from '../pages/site.ts';
import { reply, type Smtp, startSmtp } from '../support/smtp.ts';

const DAY = 86_400;
const GONE = ['gone@x.example', 'full@x.example'];

let smtp: Smtp;
beforeAll(async () => {
  smtp = await startSmtp();
  smtp.fault = ({ at, to = '' }) =>
    at !== 'rcpt' || !GONE.includes(to)
      ? undefined
      : to === 'gone@x.example'
        ? reply(550, '5.1.1 no such user')
        : reply(552, '5.2.2 no room');
});
afterAll(() => smtp.stop());

/** Books for these guests; the mails to the owner that cron writes so many seconds later. @param series the fields of one */
async function scene(guests: string, series: Readonly<Record<string, string>> = {}) {
  const jmb = site(`JMB_SMTP_URL="${smtp.url}"`);
  const form = {
    conf_token: jmb.token('alice'),
    ...{ conf_date: '2026-11-27', conf_time: '10:00', conf_duration: '60', conf_object: 'Jury' },
    conf_guests: guests,
    ...series,
  };
  const told = await jmb.ask(meetingBook, { as: 'alice', form });
  expect(told.headers.get('location')).toContain('notice=booked_refused');
  const id = String(
    jmb.store.get<{ id: string }>('SELECT CAST(outbox_meeting_id AS TEXT) AS id FROM outbox ORDER BY outbox_id')?.id,
  );
  return { jmb, id, after: (seconds: number) => after(jmb, id, seconds) };
}

function after(jmb: Site, id: string, seconds: number): OutboxRow[] {
  const before = outboxOf(jmb.store, id).length;
  tellReturned({
    settings: readSettings(dirname(jmb.store.file), {}),
    store: jmb.store,
    clock: fixedClock(NOW + seconds),
    log: { event: () => undefined },
  });
  return outboxOf(jmb.store, id).slice(before);
}

it('the organiser is told once, two minutes later, who it was, and why, with a link to correct them', async () => {
  const { id, after } = await scene(`${BOB} ${GONE.join(' ')}`);
  expect(after(60)).toEqual([]);
  const [mail, ...others] = after(180);
  expect(others).toEqual([]);
  expect(mail).toMatchObject({ kind: 'returned', recipient: ALICE });
  const { text } = JSON.parse(mail?.content ?? '') as { text: string };
  expect(text).toContain('gone@x.example (550 5.1.1 no such user)');
  expect(text).toContain('full@x.example (La boîte du destinataire est pleine\u00a0: 552 5.2.2 no room)');
  expect(text).not.toContain(BOB);
  expect(text).toContain(`booking.cgi?attendees&id=${id}`);
  expect(after(240)).toEqual([]);
});

it('nor is a series silent: its one invitation reached nobody there', async () => {
  const { jmb, id, after } = await scene(`${BOB} ${GONE[0]}`, { conf_repeat: 'weekly', conf_times: '3' });
  const [mail, ...others] = after(180);
  expect(others).toEqual([]);
  expect(mail).toMatchObject({ kind: 'returned', recipient: ALICE });
  const { text } = JSON.parse(mail?.content ?? '') as { text: string };
  expect(text).toContain('gone@x.example (550 5.1.1 no such user)');
  const linked = /booking\.cgi\?attendees&id=(\d+)/.exec(text)?.[1] ?? '';
  expect(meetingById(jmb.store, linked), 'a date of it, where the address is corrected').toBeDefined();
  expect(linked).not.toBe(id);
  expect(after(240)).toEqual([]);
});

it('an address that was corrected meanwhile, a meeting that is deleted, and what is long ago are not told', async () => {
  const corrected = await scene(`${BOB} ${GONE[0]}`);
  const meeting = meetingById(corrected.jmb.store, corrected.id);
  if (meeting === undefined) throw new Error('no meeting');
  updateMeeting(corrected.jmb.store, corrected.id, 0, { ...meeting, moderators: [], guests: [BOB] }, NOW);
  expect(corrected.after(180)).toEqual([]);

  const deleted = await scene(`${BOB} ${GONE[0]}`);
  removeMeeting(deleted.jmb.store, deleted.id, NOW);
  expect(deleted.after(180)).toEqual([]);

  const old = await scene(`${BOB} ${GONE[0]}`);
  expect(old.after(3 * DAY)).toEqual([]);
});
