/** When clocks are set, as calendars are told: by the two rules of a zone, or each time by itself. What is expected are real years. */
import { describe, expect, it } from 'vitest';
import { type Observance, zoneRules } from '../../lib/calendar/zone_rules.ts';

/** In words: `daylight 60>120 2026-03-29T02:00`, and for a rule its month, weekday and place. */
function told({ kind, begin, from, to, yearly }: Observance): string {
  return [kind, `${from}>${to}`, begin, ...(yearly ? [yearly.month, yearly.weekday, yearly.nth] : [])].join(' ');
}

describe('a zone by two rules', () => {
  it.each([
    ['Europe/Paris', 'daylight 60>120 2025-03-30T02:00 3 0 -1', 'standard 120>60 2025-10-26T03:00 10 0 -1'],
    ['America/New_York', 'daylight -300>-240 2025-03-09T02:00 3 0 2', 'standard -240>-300 2025-11-02T02:00 11 0 1'],
    ['Australia/Lord_Howe', 'standard 660>630 2025-04-06T02:00 4 0 1', 'daylight 630>660 2025-10-05T02:00 10 0 1'],
  ])('%s', (zone, first, second) => {
    expect(zoneRules(zone, 2026, 2026).map(told)).toEqual([first, second]);
    expect(zoneRules(zone, 2026, 2035).map(told)).toEqual([first, second]);
  });
});

describe('a zone by no rule', () => {
  it.each([
    [
      ...['the month was another', 'Europe/Paris', 1994, 'standard 60>60 1993-01-01T00:00'],
      ...['daylight 60>120 1993-03-28T02:00', 'standard 120>60 1993-09-26T03:00', 'standard 120>60 1998-10-25T03:00'],
    ],
    [
      ...['the weekday was', 'Asia/Baghdad', 2001, 'standard 180>180 2000-01-01T00:00'],
      ...[
        'daylight 180>240 2000-04-01T03:00',
        'standard 240>180 2000-10-01T04:00',
        'standard 240>180 2005-10-01T04:00',
      ],
    ],
    [
      ...['the time of day was', 'America/St_Johns', 2009, 'standard -210>-210 2008-01-01T00:00'],
      ...['daylight -210>-150 2008-03-09T00:01', 'standard -150>-210 2008-11-02T00:01'],
      'standard -150>-210 2013-11-03T02:00',
    ],
    [
      ...['it is the first Sunday after a day', 'America/Santiago', 2023, 'standard -180>-180 2022-01-01T00:00'],
      ...['standard -180>-240 2022-04-03T00:00', 'daylight -240>-180 2022-09-11T00:00'],
      'daylight -240>-180 2027-09-05T00:00',
    ],
  ] as const)('where %s: %s', (_, zone, year, ...expected) => {
    const [start, first, second, ...more] = zoneRules(zone, year, year).map(told);
    expect([start, first, second, more.at(-1)]).toEqual(expected);
    expect(more).toHaveLength(10);
  });

  it('is told of to the end of the years that are asked for', () => {
    const rules = zoneRules('Asia/Baghdad', 2000, 2006).map(told);
    expect(rules).toHaveLength(1 + 2 * 8);
    expect(rules.at(-1)).toBe('standard 240>180 2006-10-01T04:00');
  });

  it('begins with the offset that held before the first change, and ends where clocks are set no more', () => {
    expect(zoneRules('America/Sao_Paulo', 2017, 2018).map(told)).toEqual([
      'standard -120>-120 2016-01-01T00:00',
      'standard -120>-180 2016-02-21T00:00',
      'daylight -180>-120 2016-10-16T00:00',
      'standard -120>-180 2017-02-19T00:00',
      'daylight -180>-120 2017-10-15T00:00',
      'standard -120>-180 2018-02-18T00:00',
      'daylight -180>-120 2018-11-04T00:00',
      'standard -120>-180 2019-02-17T00:00',
    ]);
  });

  it('is one whose rule ends within the years', () => {
    const rules = zoneRules('Europe/Moscow', 2008, 2009).map(told);
    expect(rules).toHaveLength(1 + 2 * 4 + 1);
    expect([rules[0], rules.at(-1)]).toEqual([
      'standard 180>180 2007-01-01T00:00',
      'daylight 180>240 2011-03-27T02:00',
    ]);
  });

  it('has one offset where clocks are never set', () => {
    expect(zoneRules('Asia/Kolkata', 2026, 2030).map(told)).toEqual(['standard 330>330 2025-01-01T00:00']);
  });
});
