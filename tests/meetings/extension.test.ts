import { describe, expect, it } from 'vitest';
import { extensionsOf, minutesLeft } from '../../lib/meetings/timing.ts';

const BEGIN = 1_000_000;
const meeting = { begin: BEGIN, end: BEGIN + 3600, duration: 3600 };
const rules = (after: number, maxMinutes = 480, graceMinutes = 10) => ({
  now: BEGIN + after,
  maxMinutes,
  graceMinutes,
});

describe('extending', () => {
  it.each([
    ['before the begin', rules(-1), []],
    ['from the first second', rules(0), [15, 30, 60]],
    ['in the last second', rules(3599), [15, 30, 60]],
    ['at the end, within the grace', rules(3600), [15, 30, 60]],
    ['in the last second before the closing', rules(3600 + 599), [15, 30, 60]],
    ['just after the closing, which that undoes', rules(3600 + 899), [15, 30, 60]],
    ['five minutes after the closing', rules(3600 + 900), []],
    ['at the end, without a grace', rules(3600, 480, 0), [15, 30, 60]],
    ['up to the longest duration', rules(0, 90), [15, 30]],
    ['with less than the least left', rules(0, 74), []],
    ['longer than any may be, since the setting was changed', rules(0, 45), []],
    ['not to an end that has passed', rules(3600 + 1800, 480, 60), [60]],
  ])('%s', (_, when, offered) => {
    expect(extensionsOf(meeting, 'owner', when)).toEqual(offered);
  });

  it('is the owner’s', () => {
    expect(extensionsOf(meeting, 'moderator', rules(0))).toEqual([]);
    expect(extensionsOf(meeting, 'guest', rules(0))).toEqual([]);
  });

  it('says how much is left', () => {
    expect(minutesLeft(meeting, 480)).toBe(420);
    expect(minutesLeft({ duration: 3630 }, 75)).toBe(14);
    expect(minutesLeft(meeting, 30)).toBe(0);
  });
});
