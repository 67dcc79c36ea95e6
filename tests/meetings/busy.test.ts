import { describe, expect, it } from 'vitest';
import { freeTimes, overlap } from '../../lib/meetings/busy.ts';
import { dateAndTime } from '../../lib/text/dates.ts';
import { processZone, useZone } from '../../lib/text/zones.ts';

useZone('Europe/Paris');

const HOUR = 3600;
const at = (text: string): number => Date.parse(text) / 1000;
const read = (times: readonly number[]): string[] => times.map((time) => dateAndTime(time));

describe('two stretches of time', () => {
  const one = { begin: 1000, end: 2000 };

  it.each([
    [{ begin: 1999, end: 3000 }, true],
    [{ begin: 0, end: 1001 }, true],
    [{ begin: 1200, end: 1300 }, true],
    [{ begin: 0, end: 9000 }, true],
    [{ begin: 2000, end: 3000 }, false],
    [{ begin: 0, end: 1000 }, false],
  ])('share time or not: %j, %s', (other, shares) => {
    expect(overlap(one, other)).toBe(shares);
    expect(overlap(other, one)).toBe(shares);
  });
});

describe('the next times that suit all', () => {
  // Tuesday, 10:00 in Paris.
  const begin = at('2026-11-24T09:00:00Z');
  const wanted = { begin, end: begin + HOUR };

  it('are on full and half hours, after the one that was wanted, adjacent to what is taken', () => {
    expect(read(freeTimes([wanted], [wanted], 3, processZone))).toEqual([
      '2026-11-24 11:00',
      '2026-11-24 11:30',
      '2026-11-24 12:00',
    ]);
    const odd = { begin: begin + 600, end: begin + 600 + HOUR };
    expect(read(freeTimes([odd], [{ begin: 0, end: begin + 2 * HOUR }], 1, processZone))).toEqual(['2026-11-24 12:00']);
  });

  it('keep to the working day and the working week', () => {
    const all = { begin: begin - HOUR, end: begin + 8.5 * HOUR };
    expect(read(freeTimes([wanted], [all], 2, processZone))).toEqual(['2026-11-25 08:00', '2026-11-25 08:30']);
    const friday = at('2026-11-27T16:30:00Z');
    expect(read(freeTimes([{ begin: friday, end: friday + HOUR }], [], 1, processZone))).toEqual(['2026-11-27 18:00']);
    const late = { begin: friday + 1800, end: friday + 1800 + HOUR };
    expect(read(freeTimes([late], [late], 1, processZone))).toEqual(['2026-11-30 08:00']);
  });

  it('are in the evening or on a weekend where that was wanted', () => {
    const sunday = at('2026-11-29T19:00:00Z');
    expect(read(freeTimes([{ begin: sunday, end: sunday + HOUR }], [], 1, processZone))).toEqual(['2026-11-30 08:00']);
    const saturday = at('2026-11-28T10:00:00Z');
    expect(read(freeTimes([{ begin: saturday, end: saturday + HOUR }], [], 1, processZone))).toEqual([
      '2026-11-28 11:30',
    ]);
  });

  it('go by the clock where it is set back', () => {
    const eve = at('2026-10-23T16:00:00Z');
    const wantedThen = { begin: eve, end: eve + HOUR };
    expect(read(freeTimes([wantedThen], [wantedThen], 1, processZone))).toEqual(['2026-10-26 08:00']);
  });

  it('are on the same days in a series, and free on each of them', () => {
    const spans = [0, 7, 14].map((days) => ({ begin: begin + days * 86_400, end: begin + days * 86_400 + HOUR }));
    const second = { begin: begin + 7 * 86_400, end: begin + 7 * 86_400 + 8 * HOUR };
    expect(read(freeTimes(spans, [second], 3, processZone))).toEqual(['2026-11-24 18:00']);
    expect(read(freeTimes(spans, [{ ...second, end: second.end + 60 }], 3, processZone))).toEqual([]);
  });

  it('may be none', () => {
    expect(freeTimes([wanted], [{ begin: 0, end: begin + 400 * 86_400 }], 3, processZone)).toEqual([]);
  });
});
