import { describe, expect, test } from 'vitest';
import { latestDue, planReminders } from '../../lib/meetings/timing.ts';

test('reminders are planned in order, each once, and never in the past', () => {
  expect(planReminders(100_000, [1440, 60, 10, 60], 0)).toEqual([13_600, 96_400, 99_400]);
  expect(planReminders(100_000, [1440, 60, 10], 96_400)).toEqual([99_400]);
  expect(planReminders(100_000, [15, 5, 0], 99_999)).toEqual([100_000]);
  expect(planReminders(100_000, [], 0)).toEqual([]);
});

describe('after an outage', () => {
  const meeting = { begin: 100_000 };
  const planned = [99_400, 13_600, 96_400].map((date) => ({ date, meeting }));

  test.each([
    [13_599, null],
    [13_600, 13_600],
    [96_399, 13_600],
    [96_400, 96_400],
    [99_999, 99_400],
    [100_000, null],
    [200_000, null],
  ])('at %i the one to send is %j', (now, date) => {
    expect(latestDue(planned, now)?.date ?? null).toBe(date);
  });

  test('there may be none', () => {
    expect(latestDue([], 5)).toBeNull();
  });
});

describe('whenever cron runs', () => {
  /** Runs at these times, each sending the latest due and marking all that were due, as the sender of reminders does. */
  function sentAt(begin: number, minutes: readonly number[], booked: number, runs: readonly number[]): number[] {
    let open = planReminders(begin, minutes, booked).map((date) => ({ date, meeting: { begin } }));
    const sent: number[] = [];
    for (const now of runs) {
      const latest = latestDue(open, now);
      if (latest !== null) sent.push(latest.date);
      open = open.filter(({ date }) => date > now);
    }
    return sent;
  }

  test('no reminder goes twice, none early, none after the begin; with a run each minute none is left out', () => {
    let seed = 7;
    const next = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let round = 0; round < 300; round += 1) {
      const begin = 1_000_000 + next(100_000);
      const booked = begin - next(200_000);
      const minutes = Array.from({ length: next(6) }, () => 1 + next(2_000));
      const each = Array.from({ length: Math.ceil((begin - booked) / 60) + 5 }, (_, at) => booked + at * 60);
      const punctual = sentAt(begin, minutes, booked, each);
      // A reminder that falls between the last run and the begin, or with another into one minute, may not go.
      const slots = new Set(
        planReminders(begin, minutes, booked)
          .map((date) => booked + Math.ceil((date - booked) / 60) * 60)
          .filter((run) => run < begin),
      );
      expect(punctual).toHaveLength(slots.size);
      const rare = each.filter(() => next(50) === 0);
      const late = sentAt(begin, minutes, booked, rare);
      expect(new Set(late).size).toBe(late.length);
      expect(late.every((date) => date > booked && date < begin && punctual.includes(date))).toBe(true);
      expect(late).toEqual([...late].sort((one, other) => one - other));
    }
  });

  test('a clock set back an hour repeats nothing', () => {
    const runs = [96_399, 96_460, 92_860, 96_400, 96_460, 99_400];
    expect(sentAt(100_000, [60, 10], 0, runs)).toEqual([96_400, 99_400]);
  });
});
