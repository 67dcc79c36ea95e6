import { expect, test } from 'vitest';
import { fixedClock, systemClock } from '../lib/clock.ts';
import { isRefusal, refuse, Unavailable } from '../lib/refusal.ts';

test('a refusal is known among all that a function may give back', () => {
  expect(isRefusal(refuse(403, 'refused.meeting_over', 'meeting 1 is over'))).toBe(true);
  for (const other of [null, undefined, 403, 'refused', {}, { refused: false }, { status: 403 }, []]) {
    expect(isRefusal(other)).toBe(false);
  }
  expect(refuse(403, 'refused.by_module', 'x', { reason: 'y' }).values).toEqual({ reason: 'y' });
  expect('values' in refuse(403, 'refused.meeting_over', 'x')).toBe(false);
});

test('what does not answer is named, with what it did instead', () => {
  const error = new Unavailable('directory', 'no answer within 3 s');
  expect(error).toMatchObject({ name: 'Unavailable', what: 'directory', detail: 'no answer within 3 s' });
  expect(error.message).toBe('directory: no answer within 3 s');
});

test('ids of meetings are 19 digits of nanoseconds, above what a number holds', () => {
  const { nanoseconds, now } = systemClock;
  expect(String(nanoseconds())).toMatch(/^\d{19}$/);
  expect(nanoseconds() > BigInt(Number.MAX_SAFE_INTEGER)).toBe(true);
  expect(Math.abs(Number(nanoseconds() / 1_000_000_000n) - now())).toBeLessThanOrEqual(1);
  expect(fixedClock(1_795_440_986).nanoseconds()).toBe(1_795_440_986_000_000_000n);
});
