import { expect, it } from 'vitest';
import { dayOf, forgettingAt, keptSince, nextStep } from '../../lib/meetings/keeping.ts';

const DAY = 86_400;
const NOW = 1_795_446_000;

it('keeps for so many days, or for ever', () => {
  expect(keptSince(400, NOW)).toBe(NOW - 400 * DAY);
  expect(keptSince(0, NOW)).toBeNull();
});

it('counts days by UTC', () => {
  expect([dayOf(3 * DAY - 1), dayOf(3 * DAY)]).toEqual([2, 3]);
});

it.each<[string, number | undefined, string]>([
  ['never before: a day to think again', undefined, 'tomorrow'],
  ['a minute ago', NOW - 60, 'done'],
  ['at the same hour yesterday', NOW - DAY, 'now'],
  ['after a weekend without power', NOW - 3 * DAY, 'now'],
  ['a clock that has gone two years ahead', NOW - 730 * DAY, 'tomorrow'],
  ['a clock that came back from there', NOW + 730 * DAY, 'tomorrow'],
  ['a clock that was put back by an hour', NOW + 3600, 'done'],
])('%s', (_, last, expected) => {
  expect(forgettingAt(NOW, last)).toBe(expected);
});

it('takes fewer rows where a step took long, more where it was quick, within bounds', () => {
  expect([nextStep(100, 40), nextStep(100, 10), nextStep(100, 2)]).toEqual([50, 100, 200]);
  expect([nextStep(20, 900), nextStep(500, 1)]).toEqual([20, 500]);
});
