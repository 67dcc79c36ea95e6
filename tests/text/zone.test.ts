import { afterAll, describe, expect, test } from 'vitest';
import {
  clockTime,
  durationText,
  isoDate,
  localParts,
  longDate,
  startOfDay,
  unixOf,
  useZone,
} from '../../lib/text/dates.ts';

const before = process.env['TZ'];
afterAll(() => {
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
});

const at = (year: number, month: number, day: number, hour: number, minute: number) =>
  unixOf({ year, month, day, hour, minute });
const utc = (text: string) => Date.parse(`${text}Z`) / 1000;

describe('wall clocks on both sides of a DST change', () => {
  test.each([
    ['Europe/Paris', [2027, 3, 28, 1, 59], '2027-03-28T00:59'],
    ['Europe/Paris', [2027, 3, 28, 3, 0], '2027-03-28T01:00'],
    ['Europe/Paris', [2027, 10, 31, 1, 59], '2027-10-30T23:59'],
    ['Europe/Paris', [2027, 10, 31, 3, 0], '2027-10-31T02:00'],
    ['America/New_York', [2027, 3, 14, 1, 30], '2027-03-14T06:30'],
    ['America/New_York', [2027, 3, 14, 3, 0], '2027-03-14T07:00'],
    ['America/New_York', [2027, 11, 7, 2, 0], '2027-11-07T07:00'],
    ['Asia/Kolkata', [2027, 3, 28, 2, 30], '2027-03-27T21:00'],
    ['Asia/Kolkata', [2027, 10, 31, 2, 30], '2027-10-30T21:00'],
  ] as const)('%s %j is %s UTC, and back', (zone, [year, month, day, hour, minute], expected) => {
    useZone(zone);
    const unix = at(year, month, day, hour, minute);
    expect(unix).toBe(utc(expected));
    expect(localParts(unix ?? 0)).toMatchObject({ year, month, day, hour, minute });
  });

  test('an hour that is skipped does not exist; one that comes twice is the first', () => {
    useZone('Europe/Paris');
    expect(at(2027, 3, 28, 2, 30)).toBeNull();
    expect(at(2027, 10, 31, 2, 30)).toBe(utc('2027-10-31T00:30'));
    useZone('America/New_York');
    expect(at(2027, 3, 14, 2, 30)).toBeNull();
    expect(at(2027, 11, 7, 1, 30)).toBe(utc('2027-11-07T05:30'));
  });

  test.each([
    ['Europe/Paris', '2027-03-28', 0],
    ['Europe/Paris', '2027-10-31', 60],
    ['America/New_York', '2027-03-14', 0],
    ['America/New_York', '2027-11-07', 60],
    ['Asia/Kolkata', '2027-03-28', 0],
    ['Australia/Lord_Howe', '2027-04-04', 30],
  ])('%s around %s: every minute is read back, save the %i that come twice', (zone, day, twice) => {
    useZone(zone);
    const noon = utc(`${day}T12:00`);
    let other = 0;
    for (let unix = noon - 2 * 86_400; unix < noon + 2 * 86_400; unix += 60) {
      const back = unixOf(localParts(unix));
      if (back === unix) continue;
      expect(back).toBe(unix - twice * 60);
      other += 1;
    }
    expect(other).toBe(twice);
  });

  test('a day begins at its own midnight, 23 or 25 hours apart', () => {
    useZone('Europe/Paris');
    const spring = startOfDay(utc('2027-03-28T12:00'));
    expect(startOfDay(spring, 1) - spring).toBe(23 * 3600);
    const autumn = startOfDay(utc('2027-10-31T12:00'));
    expect(startOfDay(autumn, 1) - autumn).toBe(25 * 3600);
  });
});

test('dates that no calendar has', () => {
  useZone('Europe/Paris');
  expect(at(2027, 2, 29, 10, 0)).toBeNull();
  expect(at(2027, 13, 1, 10, 0)).toBeNull();
  expect(at(2027, 4, 31, 10, 0)).toBeNull();
  expect(at(2028, 2, 29, 10, 0)).not.toBeNull();
  expect(at(2027, 1, 1, 24, 0)).toBeNull();
  expect(at(50, 1, 1, 10, 0)).toBeNull();
});

test('a form reads back what it was given', () => {
  useZone('Asia/Kolkata');
  const unix = at(2026, 12, 3, 14, 5) ?? 0;
  expect([isoDate(unix), clockTime(unix)]).toEqual(['2026-12-03', '14:05']);
});

test('dates and durations in words', () => {
  useZone('Europe/Paris');
  const first = at(2026, 12, 1, 10, 0) ?? 0;
  expect(longDate('fr', first)).toBe('mardi 1er décembre 2026');
  expect(longDate('en', first)).toBe('Tuesday 1 December 2026');
  expect(longDate('fr', first + 2 * 86_400)).toBe('jeudi 3 décembre 2026');
  expect([1800, 3600, 5400, 3900].map((seconds) => durationText('fr', seconds))).toEqual([
    '30\u00a0min',
    '1\u00a0h',
    '1\u00a0h\u00a030',
    '1\u00a0h\u00a005',
  ]);
  expect(durationText('en', 5400)).toBe('1\u00a0h 30\u00a0min');
});
