import { expect, test } from 'vitest';
import { byMeeting, enqueueReminders } from '../../cron/reminders.ts';
import { fixedClock } from '../../lib/clock.ts';
import type { Meeting } from '../../lib/meetings/meeting.ts';
import { readSettings } from '../../lib/settings.ts';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { outboxOf } from '../../lib/store/outbox.ts';
import { keepAccounts } from '../../lib/store/people.ts';
import { planReminderRows } from '../../lib/store/reminders.ts';
import { texts } from '../../lib/text/catalogue.ts';
import { processZone } from '../../lib/text/zones.ts';
import { meeting as sample } from '../calendar/samples.ts';
import { ALICE, BOOKING, clockAt, NOW, open } from '../store/scratch.ts';

const meeting = (id: string, begin: number): Meeting => ({ ...sample, id, begin, end: begin + sample.duration });

test('after an outage only the latest due reminder of each meeting goes out', () => {
  const one = meeting('1795440986251836638', 10_000);
  const other = meeting('1795440986916032897', 20_000);
  const due = byMeeting(
    [
      { id: 1, date: 1000, meeting: one },
      { id: 2, date: 5000, meeting: one },
      { id: 3, date: 6000, meeting: other },
    ],
    9_000,
  );
  expect(due.map(({ latest, reminders }) => [latest?.id, reminders.map(({ id }) => id)])).toEqual([
    [2, [1, 2]],
    [3, [3]],
  ]);
});

test('no reminder goes out for a meeting that has begun, from its first second on', () => {
  const begun = meeting('1', 10_000);
  expect(byMeeting([{ id: 1, date: 9_400, meeting: begun }], 10_000)[0]?.latest).toBeNull();
  expect(byMeeting([{ id: 1, date: 9_400, meeting: begun }], 9_999)[0]?.latest?.id).toBe(1);
});

test('a reminder that is planned for the begin goes out at the begin, and for five minutes', () => {
  const one = meeting('1', 10_000);
  const at = (now: number) => byMeeting([{ id: 1, date: 10_000, meeting: one }], now)[0]?.latest?.id;
  expect([at(10_000), at(10_299), at(10_300)]).toEqual([1, 1, undefined]);
});

test('a person in a role that nobody knows is reminded as a guest, and the directory is not asked', () => {
  const store = open();
  const log: string[] = [];
  const { meeting: odd } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
  const { meeting: next } = insertMeeting(store, clockAt(NOW + 1), ALICE, BOOKING);
  for (const { id } of [odd, next]) planReminderRows(store, 'mail', id, [NOW + 60]);
  store.transaction(() =>
    store.run(
      `UPDATE attendees SET attendee_role = 'speaker' WHERE attendee_role = 'guest' AND attendee_meeting_id = ?`,
      BigInt(odd.id),
    ),
  );
  keepAccounts(store, new Map([['bob@example.org', 'bob']]));
  const silent = () => {
    throw new Error('the directory was asked');
  };
  const context = {
    root: '/nowhere',
    settings: { ...readSettings('/nowhere', {}), JMB_SERVER_NAME: 'meet.example.org' },
    store,
    clock: fixedClock(NOW + 60),
    log: { event: (name: string, fields: object) => void log.push(`${name} ${JSON.stringify(fields)}`) },
    directory: { personOf: silent, peopleOf: silent, find: silent, matches: silent },
    language: 'en' as const,
    texts: texts('en'),
    zone: processZone,
  };
  const people = (id: string) => outboxOf(store, id).map(({ role }) => role);
  expect(enqueueReminders(context)).toBe(people(odd.id).length + people(next.id).length);
  expect(people(odd.id)).toEqual(people(next.id));
  expect(people(next.id)).toContain('guest');
  expect(log.join('\n')).not.toContain('failed');
});
