/** The command on rows that hands have left: nothing of it stumbles, and every meeting can be removed. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { list, remove, show } from '../../cron/meetings.ts';
import { enqueueReminders } from '../../cron/reminders.ts';
import { fixedClock } from '../../lib/clock.ts';
import { readSettings } from '../../lib/settings.ts';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { meetingById } from '../../lib/store/meetings.ts';
import { enqueue, outboxOf } from '../../lib/store/outbox.ts';
import { planReminderRows } from '../../lib/store/reminders.ts';
import type { Store } from '../../lib/store/store.ts';
import { texts } from '../../lib/text/catalogue.ts';
import { processZone } from '../../lib/text/zones.ts';
import { mail } from '../store/mails.ts';
import { ALICE, BOOKING, clockAt, NOW, open } from '../store/scratch.ts';
import { ODD, unconstrained } from '../support/odd_rows.ts';

let said = '';
const log: string[] = [];

beforeEach(() => {
  said = '';
  log.length = 0;
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  }
});
afterEach(() => vi.restoreAllMocks());

function contextOf(store: Store) {
  return {
    root: '/nowhere',
    settings: { ...readSettings('/nowhere', {}), JMB_SERVER_NAME: 'meet.example.org' },
    store,
    clock: fixedClock(NOW + 60),
    log: { event: (name: string, fields: object) => void log.push(`${name} ${JSON.stringify(fields)}`) },
    directory: null,
    language: 'en' as const,
    texts: texts('en'),
    zone: processZone,
  };
}

describe.each<readonly [string, string]>([
  ...ODD,
  ['no owner', "DELETE FROM attendees WHERE attendee_role = 'owner'"],
  ['no people', 'DELETE FROM attendees'],
  ['no end', 'DELETE FROM attendees; UPDATE meetings SET meeting_end = NULL'],
])('a meeting with %s', (_, sql) => {
  test('is listed, shown, reminded of and removed', async () => {
    const store = open();
    const context = contextOf(store);
    const { meeting } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
    planReminderRows(store, 'mail', meeting.id, [NOW + 60]);
    unconstrained(store);
    store.database.exec(sql);
    expect(list({ all: true })(context)).toBe(0);
    expect(said).toContain(meeting.id);
    expect(show(meeting.id, {})(context)).toBe(0);
    enqueueReminders(context);
    expect(log.filter((line) => line.startsWith('failed'))).toEqual([]);
    expect(outboxOf(store, meeting.id).filter(({ recipient }) => recipient === '')).toEqual([]);
    expect(await remove(meeting.id)(context)).toBe(0);
    expect(meetingById(store, meeting.id)).toBeUndefined();
    expect(store.get('SELECT count(*) AS n FROM attendees')).toEqual({ n: 0 });
  });
});

test('who has two seats is reminded once, in the higher role', () => {
  const store = open();
  const context = contextOf(store);
  const { meeting } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
  planReminderRows(store, 'mail', meeting.id, [NOW + 60]);
  const [moderator = ''] = BOOKING.moderators;
  store.transaction(() =>
    store.run(
      `INSERT INTO attendees (attendee_meeting_id, attendee_meeting_hash, attendee_role, attendee_email)
       VALUES (?, 'guestSeatOfHeld1', 'guest', ?), (?, 'guestSeatOfHeld2', 'guest', ?)`,
      BigInt(meeting.id),
      moderator.toUpperCase(),
      BigInt(meeting.id),
      ALICE,
    ),
  );
  expect(enqueueReminders(context)).toBe(3);
  expect(outboxOf(store, meeting.id).map(({ role, recipient }) => `${role} ${recipient}`)).toEqual([
    `owner ${ALICE}`,
    `moderator ${moderator}`,
    `guest ${BOOKING.guests[0]}`,
  ]);
});

test('removing tells nobody, and says what it does not find', async () => {
  const store = open();
  const context = contextOf(store);
  const { meeting } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
  enqueue(store, [mail(meeting.id, 'one@example.org')], NOW);
  expect(await remove(meeting.id)(context)).toBe(0);
  expect(outboxOf(store, meeting.id).map(({ state }) => state)).toEqual(['dropped']);
  expect(said).toContain(meeting.id);
  expect(await remove(meeting.id)(context)).toBe(1);
  expect(said).toContain('no meeting has the id');
});
