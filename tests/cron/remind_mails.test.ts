import { expect, test } from 'vitest';
import { byMeeting } from '../../cron/remind_mails.ts';
import type { Meeting } from '../../lib/meetings/meeting.ts';

const meeting = (id: string, begin: number): Meeting => ({
  id,
  room: 'abcdefghijklmnop',
  subject: 'Point hebdo',
  begin,
  end: begin + 3600,
  duration: 3600,
  created: 0,
  modified: 0,
  sequence: 0,
  version: 0,
});

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
