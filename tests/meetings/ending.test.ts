import { describe, expect, it } from 'vitest';
import { dueEnding, endingSteps, MAKE_UP, WARNING } from '../../lib/meetings/timing.ts';

const END = 1_000_000;
const GRACE = 600;

describe('the hard end of a meeting', () => {
  it.each([
    ['before the end', -1, 0, null],
    ['at the end', 0, 0, 'over'],
    ['a minute later, said already', 60, END, null],
    ['two minutes before the closing', GRACE - WARNING, END, 'closing'],
    ['after the grace', GRACE, END + GRACE - WARNING, 'closed'],
    ['after an outage, with nothing said', GRACE + 300, 0, 'closed'],
    ['once it is closed', GRACE + 300, END + GRACE, null],
    ['a day later', GRACE + MAKE_UP, 0, null],
  ] as const)('%s', (_, after, done, step) => {
    expect(dueEnding({ end: END }, GRACE, END + after, done)?.step ?? null).toBe(step);
  });

  it('warns before the end where the grace is shorter than the warning', () => {
    expect(endingSteps(END, 60)).toEqual([
      { step: 'closing', time: END - 60 },
      { step: 'over', time: END },
      { step: 'closed', time: END + 60 },
    ]);
    expect(endingSteps(END, WARNING).map(({ step }) => step)).toEqual(['closing', 'over', 'closed']);
    expect(endingSteps(END, 0).map(({ step }) => step)).toEqual(['closing', 'closed']);
  });
});
