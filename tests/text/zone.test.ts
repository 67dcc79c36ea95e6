import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import {
  clockTime,
  durationText,
  isoDate,
  localParts,
  longDate,
  startOfDay,
  unixOf,
  unixOnWall,
  utcOffset,
} from '../../lib/text/dates.ts';
import { isZone, processZone, useZone, type Zone, zoneOf } from '../../lib/text/zones.ts';

const before = process.env['TZ'];
afterAll(() => {
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
});

/** A zone that the process does not go by. */
const ELSEWHERE = 'Pacific/Honolulu';
beforeEach(() => useZone(ELSEWHERE));

/** The zone of a name, which is there. */
function zoneNamed(name: string): Zone {
  const zone = zoneOf(name);
  if (zone === null) throw new Error(`no zone ${name}`);
  return zone;
}

/** The process's zone, once it goes by that of a name. */
function ownZone(name: string): Zone {
  useZone(name);
  return processZone;
}

/** A zone as the process has it that goes by it, and as one has it that goes by another. */
const BOTH = [
  ['its own', ownZone],
  ['another’s', zoneNamed],
] as const;

const at = (zone: Zone, year: number, month: number, day: number, hour: number, minute: number) =>
  unixOf(zone, { year, month, day, hour, minute });
const utc = (text: string) => Date.parse(`${text}Z`) / 1000;

describe.each(BOTH)('wall clocks on both sides of a DST change, by %s clock', (_, zoneBy) => {
  test.each([
    ['Europe/Paris', [2027, 3, 28, 1, 59], '2027-03-28T00:59'],
    ['Europe/Paris', [2027, 3, 28, 3, 0], '2027-03-28T01:00'],
    ['Europe/Paris', [2027, 10, 31, 1, 59], '2027-10-30T23:59'],
    ['Europe/Paris', [2027, 10, 31, 3, 0], '2027-10-31T02:00'],
    ['America/New_York', [2027, 3, 14, 1, 30], '2027-03-14T06:30'],
    ['America/New_York', [2027, 3, 14, 3, 0], '2027-03-14T07:00'],
    ['America/New_York', [2027, 11, 7, 2, 0], '2027-11-07T07:00'],
    ['Asia/Kolkata', [2027, 3, 28, 2, 30], '2027-03-27T21:00'],
    ['Asia/Kathmandu', [2027, 10, 31, 2, 30], '2027-10-30T20:45'],
    ['Australia/Lord_Howe', [2027, 4, 4, 2, 0], '2027-04-03T15:30'],
    ['Pacific/Apia', [2011, 12, 29, 23, 59], '2011-12-30T09:59'],
    ['Pacific/Apia', [2011, 12, 31, 0, 0], '2011-12-30T10:00'],
  ] as const)('%s %j is %s UTC, and back', (name, [year, month, day, hour, minute], expected) => {
    const zone = zoneBy(name);
    const unix = at(zone, year, month, day, hour, minute);
    expect(unix).toBe(utc(expected));
    expect(localParts(zone, unix ?? 0)).toMatchObject({ year, month, day, hour, minute });
  });

  test('an hour that is skipped does not exist, nor a day; one that comes twice is the first', () => {
    const paris = zoneBy('Europe/Paris');
    expect(at(paris, 2027, 3, 28, 2, 30)).toBeNull();
    expect(at(paris, 2027, 10, 31, 2, 30)).toBe(utc('2027-10-31T00:30'));
    // As long after midnight as it would have been.
    expect(unixOnWall(paris, { year: 2027, month: 3, day: 28, hour: 2, minute: 30 })).toBe(utc('2027-03-28T01:30'));
    const newYork = zoneBy('America/New_York');
    expect(at(newYork, 2027, 3, 14, 2, 30)).toBeNull();
    expect(at(newYork, 2027, 11, 7, 1, 30)).toBe(utc('2027-11-07T05:30'));
    const apia = zoneBy('Pacific/Apia');
    expect(at(apia, 2011, 12, 30, 12, 0)).toBeNull();
  });

  test.each([
    ['Europe/Paris', '2027-03-28', 0],
    ['Europe/Paris', '2027-10-31', 60],
    ['America/New_York', '2027-03-14', 0],
    ['America/New_York', '2027-11-07', 60],
    ['Asia/Kathmandu', '2027-03-28', 0],
    ['Australia/Lord_Howe', '2027-04-04', 30],
    ['Australia/Lord_Howe', '2027-10-03', 0],
    ['Pacific/Apia', '2011-12-30', 0],
    // Over the end of a year of universal time.
    ['Pacific/Apia', '2026-12-31', 0],
  ])('%s around %s: every minute is read back, save the %i that come twice', (name, day, twice) => {
    const zone = zoneBy(name);
    const noon = utc(`${day}T12:00`);
    let other = 0;
    for (let unix = noon - 2 * 86_400; unix < noon + 2 * 86_400; unix += 60) {
      const back = unixOf(zone, localParts(zone, unix));
      if (back === unix) continue;
      expect(back).toBe(unix - twice * 60);
      other += 1;
    }
    expect(other).toBe(twice);
  });

  test('a day begins at its own midnight, 23 or 25 hours apart', () => {
    const paris = zoneBy('Europe/Paris');
    const spring = startOfDay(paris, utc('2027-03-28T12:00'));
    expect(startOfDay(paris, spring, 1) - spring).toBe(23 * 3600);
    const autumn = startOfDay(paris, utc('2027-10-31T12:00'));
    expect(startOfDay(paris, autumn, 1) - autumn).toBe(25 * 3600);
  });

  test('dates that no calendar has', () => {
    const paris = zoneBy('Europe/Paris');
    expect(at(paris, 2027, 2, 29, 10, 0)).toBeNull();
    expect(at(paris, 2027, 13, 1, 10, 0)).toBeNull();
    expect(at(paris, 2027, 4, 31, 10, 0)).toBeNull();
    expect(at(paris, 2028, 2, 29, 10, 0)).not.toBeNull();
    expect(at(paris, 2027, 1, 1, 24, 0)).toBeNull();
    expect(at(paris, 50, 1, 1, 10, 0)).toBeNull();
  });
});

describe('a zone that the process does not go by', () => {
  test.each([
    'Europe/Paris',
    'America/New_York',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    // Where clocks are set for the month of Ramadan, four times a year at times.
    'Africa/Casablanca',
  ])('%s says what the process would say, each half hour of these years, and leaves its clock alone', (name) => {
    const zone = zoneNamed(name);
    const first = utc('2009-12-31T00:00');
    const moments = [...Array(18 * 366 * 48).keys()].map((half) => first + half * 1800);
    const offsets = moments.map(zone.offsetAt);
    expect(process.env['TZ']).toBe(ELSEWHERE);
    useZone(name);
    expect(offsets.every((offset, place) => offset === processZone.offsetAt(moments[place] ?? 0))).toBe(true);
  });

  test('has a name that the clock knows', () => {
    for (const name of ['', 'Nowhere/Else', 'europe/paris', '../etc/passwd', 'CET-1CEST', 'GMT+3', 'A'.repeat(1000)])
      expect(zoneOf(name), name).toBeNull();
    for (const name of ['UTC', 'Etc/GMT+3', 'Africa/Abidjan', 'America/Argentina/Ushuaia']) {
      expect(zoneOf(name)?.name, name).toBe(name);
    }
    // The clock would be at universal time.
    useZone('europe/paris');
    expect(isZone('europe/paris')).toBe(false);
  });
});

test('a form reads back what it was given', () => {
  const kolkata = zoneNamed('Asia/Kolkata');
  const unix = at(kolkata, 2026, 12, 3, 14, 5) ?? 0;
  expect([isoDate(kolkata, unix), clockTime(kolkata, unix)]).toEqual(['2026-12-03', '14:05']);
});

test('dates and durations in words, each for its reader', () => {
  const paris = zoneNamed('Europe/Paris');
  const first = at(paris, 2026, 12, 1, 23, 0) ?? 0;
  expect(longDate({ language: 'fr', zone: paris }, first)).toBe('mardi 1er décembre 2026');
  expect(longDate({ language: 'en', zone: paris }, first)).toBe('Tuesday 1 December 2026');
  expect(longDate({ language: 'en', zone: zoneNamed('Asia/Tokyo') }, first)).toBe('Wednesday 2 December 2026');
  expect(longDate({ language: 'fr', zone: paris }, first + 2 * 86_400)).toBe('jeudi 3 décembre 2026');
  expect(['Asia/Kathmandu', 'America/St_Johns', 'UTC'].map((name) => utcOffset(zoneNamed(name), first))).toEqual([
    'UTC+05:45',
    'UTC\u221203:30',
    'UTC',
  ]);
  expect([1800, 3600, 5400, 3900].map((seconds) => durationText('fr', seconds))).toEqual([
    '30\u00a0min',
    '1\u00a0h',
    '1\u00a0h\u00a030',
    '1\u00a0h\u00a005',
  ]);
  expect(durationText('en', 5400)).toBe('1\u00a0h 30\u00a0min');
});
