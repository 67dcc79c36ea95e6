import { beforeEach, describe, expect, it } from 'vitest';
import {
  dayList,
  excludedFor,
  movedDates,
  occurrenceAt,
  occurrencesOf,
  rhythmWords,
  saysTheSame,
  scopeOf,
  type Turn,
} from '../../lib/meetings/series.ts';
import { checkSeries, ONCE, type SeriesForm } from '../../lib/meetings/series_form.ts';
import { texts } from '../../lib/text/catalogue.ts';
import { dateAndTime } from '../../lib/text/dates.ts';
import { processZone, useZone } from '../../lib/text/zones.ts';
import { meeting } from '../calendar/samples.ts';

beforeEach(() => useZone('Europe/Paris'));

const at = (local: string): number => occurrenceAt(local, processZone).begin;
const shown = (all: readonly { readonly begin: number }[] | null): string[] | undefined =>
  all?.map(({ begin }) => dateAndTime(begin));

/** Monday 23 November 2026, 10:00. */
const NOW = 1_795_424_400;

describe('the dates of a rule', () => {
  it.each([
    ['daily', 1, '2026-10-24T14:00', 3, ['2026-10-24 14:00', '2026-10-25 14:00', '2026-10-26 14:00']],
    ['daily', 3, '2026-12-30T09:00', 3, ['2026-12-30 09:00', '2027-01-02 09:00', '2027-01-05 09:00']],
    [
      'weekdays',
      1,
      '2026-12-03T09:00',
      4,
      ['2026-12-03 09:00', '2026-12-04 09:00', '2026-12-07 09:00', '2026-12-08 09:00'],
    ],
    [
      'weekdays',
      2,
      '2026-12-03T09:00',
      4,
      ['2026-12-03 09:00', '2026-12-04 09:00', '2026-12-14 09:00', '2026-12-15 09:00'],
    ],
    ['weekly', 2, '2027-03-14T02:30', 3, ['2027-03-14 02:30', '2027-03-28 03:30', '2027-04-11 02:30']],
    ['monthly', 1, '2026-12-31T09:00', 3, ['2026-12-31 09:00', '2027-01-31 09:00', '2027-03-31 09:00']],
    ['monthly', 12, '2028-02-29T09:00', 2, ['2028-02-29 09:00', '2032-02-29 09:00']],
  ] as const)('%s, every %i, from %s', (repeat, every, first, times, expected) => {
    expect(shown(occurrencesOf({ repeat, every }, at(first), { times }, processZone))).toEqual(expected);
  });

  it('keep their time of the day over both changes of clocks, and the first of two where one comes twice', () => {
    const all = occurrencesOf({ repeat: 'weekly', every: 1 }, at('2026-10-18T02:30'), { times: 3 }, processZone);
    expect(all.map(({ local }) => local)).toEqual(['2026-10-18T02:30', '2026-10-25T02:30', '2026-11-01T02:30']);
    // 02:30 of 25 October is at 00:30 and at 01:30 by universal time.
    expect(all[1]?.begin).toBe(Date.UTC(2026, 9, 25, 0, 30) / 1000);
    expect(all[2]?.begin).toBe(Date.UTC(2026, 10, 1, 1, 30) / 1000);
  });

  it('end with a day, and never go further than one can book, nor than one more than there may be', () => {
    expect(
      occurrencesOf({ repeat: 'weekly', every: 1 }, at('2026-12-01T09:00'), { until: '2026-12-15' }, processZone),
    ).toHaveLength(3);
    expect(
      occurrencesOf({ repeat: 'daily', every: 1 }, at('2026-12-01T09:00'), { until: '9999-12-31' }, processZone),
    ).toHaveLength(101);
    expect(
      occurrencesOf({ repeat: 'monthly', every: 12 }, at('2026-12-01T09:00'), { times: 100 }, processZone),
    ).toHaveLength(11);
  });
});

describe('what is typed', () => {
  const check = (form: Partial<SeriesForm>, first = '2026-12-01T14:00', people = 3) =>
    checkSeries({ ...ONCE, repeat: 'weekly', ...form }, at(first), { now: NOW, people, zone: processZone });

  it('nothing of a series is no series, whatever the other fields say', () => {
    expect(check({ repeat: '', times: 'x', every: '99' })).toEqual({ repetition: null });
  });

  it('a number of times, or a last day', () => {
    expect(check({ times: '12' })).toMatchObject({ repetition: { repeat: 'weekly', every: 1, ends: 'times' } });
    expect(check({ until: '2026-12-22', every: '2' })).toMatchObject({ repetition: { every: 2, ends: 'until' } });
  });

  it('leaves dates out, however they are written and separated', () => {
    const found = check({ times: '5', skip: ' 2026-12-08, 15/12/2026;22.12.2026\n' });
    const skipped = 'repetition' in found ? found.repetition?.occurrences.map((one) => one.skipped) : undefined;
    expect(skipped).toEqual([false, true, true, true, false]);
  });

  it.each<[string, Partial<SeriesForm>, string, string]>([
    ['an unknown rule', { repeat: 'yearly', times: '2' }, 'repeat', 'rule.repeat'],
    ['no end', {}, 'times', 'rule.times_or_until'],
    ['two ends', { times: '3', until: '2027-01-01' }, 'until', 'rule.times_or_until'],
    ['one time', { times: '1' }, 'times', 'rule.times'],
    ['101 times', { times: '101' }, 'times', 'rule.times'],
    ['no number', { times: 'twelve' }, 'times', 'rule.times'],
    ['every 13', { times: '2', every: '13' }, 'every', 'rule.every'],
    ['every 0', { times: '2', every: '0' }, 'every', 'rule.every'],
    ['no date', { until: '2026-02-30' }, 'until', 'rule.date'],
    ['an end before the begin', { until: '2026-12-01' }, 'until', 'rule.until_before'],
    ['an end within the first week', { until: '2026-12-07' }, 'until', 'rule.series_short'],
    ['too many days', { repeat: 'daily', until: '2027-12-01' }, 'until', 'rule.series_many'],
    ['a hundred years', { repeat: 'monthly', every: '12', times: '100' }, 'times', 'rule.far'],
    ['another day left out', { times: '3', skip: '2026-12-09' }, 'skip', 'rule.skip'],
    ['nonsense left out', { times: '3', skip: 'christmas' }, 'skip', 'rule.skip'],
    ['all left out', { times: '2', skip: '2026-12-01 2026-12-08' }, 'skip', 'rule.series_empty'],
    ['a field without end', { times: '2', skip: '1 '.repeat(2000) }, 'skip', 'rule.long'],
  ])('%s is named at its field', (_, form, field, text) => {
    const found = check(form);
    expect(
      'mistakes' in found ? Object.entries(found.mistakes).map(([name, [one]]) => [name, one?.text]) : found,
    ).toEqual([[field, text]]);
  });

  it('weekdays begin on one, and people times dates have a bound', () => {
    expect(check({ repeat: 'weekdays', times: '3' }, '2026-12-05T14:00')).toMatchObject({ mistakes: { date: [{}] } });
    expect(check({ repeat: 'daily', times: '100' }, '2026-12-01T14:00', 101)).toMatchObject({
      mistakes: { times: [{ text: 'rule.series_big', values: { max: 99 } }] },
    });
  });
});

describe('moving a series by one of its dates', () => {
  const weekly = occurrencesOf({ repeat: 'weekly', every: 1 }, 1_790_942_400, { times: 4 }, processZone);

  it.each([
    [
      'weekly',
      '2026-10-06T14:00',
      2,
      '2026-10-22T09:00',
      ['2026-10-08 09:00', '2026-10-15 09:00', '2026-10-22 09:00', '2026-10-29 09:00'],
    ],
    [
      'monthly',
      '2026-10-30T14:00',
      1,
      '2026-11-15T14:00',
      ['2026-10-15 14:00', '2026-11-15 14:00', '2026-12-15 14:00', '2027-01-15 14:00'],
    ],
    [
      'weekdays',
      '2026-10-05T14:00',
      0,
      '2026-10-08T14:00',
      ['2026-10-08 14:00', '2026-10-09 14:00', '2026-10-12 14:00', '2026-10-13 14:00'],
    ],
  ] as const)('%s keeps the others at their distance', (repeat, first, number, to, expected) => {
    const dates = occurrencesOf({ repeat, every: 1 }, at(first), { times: 4 }, processZone);
    expect(shown(movedDates({ repeat, every: 1 }, dates, number, at(to), processZone))).toEqual(expected);
  });

  it('is not done where the rule does not come to that date', () => {
    expect(weekly).toHaveLength(4);
    const weekdays = occurrencesOf({ repeat: 'weekdays', every: 1 }, at('2026-10-05T14:00'), { times: 4 }, processZone);
    expect(movedDates({ repeat: 'weekdays', every: 1 }, weekdays, 1, at('2026-10-10T14:00'), processZone)).toBeNull();
  });
});

it('calendars leave out what is off, stands apart, or is not for them; what was purged was held', () => {
  const turn: Turn = {
    local: '2026-12-01T14:00',
    begin: at('2026-12-01T14:00'),
    meetingId: '1',
    off: false,
    apart: false,
    absent: [],
  };
  const turns = [
    turn,
    { ...turn, off: true },
    { ...turn, apart: true },
    { ...turn, absent: ['bob@example.org'] },
    { ...turn, meetingId: null },
  ];
  const excluded = (email: string, now: number) => excludedFor(turns, email, now).map((one) => turns.indexOf(one));
  expect(excluded('alice@example.org', NOW)).toEqual([1, 2, 4]);
  expect(excluded('bob@example.org', turn.begin + 1)).toEqual([1, 2, 3]);
});

it('reads in both languages', () => {
  const first = at('2026-12-01T14:00');
  const words = (repeat: 'daily' | 'weekdays' | 'weekly' | 'monthly', every: number, language: 'fr' | 'en') =>
    rhythmWords({ repeat, every, zone: 'Europe/Paris' }, first, texts(language), { language, zone: processZone });
  expect(words('weekly', 1, 'fr')).toBe('chaque mardi');
  expect(words('weekly', 2, 'en')).toBe('every 2 weeks, on Tuesday');
  expect(words('monthly', 1, 'fr')).toContain('1er');
  expect(words('weekdays', 1, 'en')).toBe('Monday to Friday');
  expect(words('daily', 3, 'fr')).toBe('tous les 3 jours');
  expect(
    dayList([at('2026-12-22T14:00'), at('2026-12-29T14:00'), at('2027-01-05T14:00')], {
      language: 'fr',
      zone: processZone,
    }),
  ).toBe('22, 29 décembre, 5 janvier');
});

describe('what is said of a wrong series', () => {
  const typed = (
    form: Partial<SeriesForm>,
    about: Partial<{ now: number; people: number }> = {},
    begin = at('2026-12-03T09:00'),
  ) => {
    const checked = checkSeries({ ...ONCE, repeat: 'weekly', ...form }, begin, {
      now: NOW,
      people: 2,
      zone: processZone,
      ...about,
    });
    return 'mistakes' in checked
      ? checked.mistakes
      : checked.repetition?.occurrences.map(
          ({ local, skipped }) => `${local.slice(0, 10)}${skipped ? ' skipped' : ''}`,
        );
  };

  it('names the bounds, and every mistake that can be seen', () => {
    expect(typed({ every: '13', times: '3' })).toEqual({ every: [{ text: 'rule.every', values: { max: 12 } }] });
    expect(typed({ times: '101' })).toEqual({ times: [{ text: 'rule.times', values: { max: 100 } }] });
    expect(typed({ repeat: 'yearly', every: '0', times: '1' })).toEqual({
      repeat: [{ text: 'rule.repeat' }],
      every: [{ text: 'rule.every', values: { max: 12 } }],
      times: [{ text: 'rule.times', values: { max: 100 } }],
    });
    expect(typed({ repeat: 'yearly', times: '2' })).toEqual({ repeat: [{ text: 'rule.repeat' }] });
    expect(typed({})).toEqual({ times: [{ text: 'rule.times_or_until' }] });
    expect(typed({ times: '2', until: '2026-12-31' })).toEqual({ until: [{ text: 'rule.times_or_until' }] });
    expect(typed({ until: '2026-12-03' })).toEqual({ until: [{ text: 'rule.until_before' }] });
    expect(typed({ until: '2026-12-04x' })).toEqual({ until: [{ text: 'rule.date' }] });
    expect(typed({ until: '2026-12-08' })).toEqual({ until: [{ text: 'rule.series_short' }] });
  });

  it('takes blanks around what is typed', () => {
    expect(typed({ every: ' 2 ', times: ' 2 ', until: ' ' })).toEqual(['2026-12-03', '2026-12-17']);
    expect(typed({ times: '  ', until: ' 2026-12-10 ' })).toEqual(['2026-12-03', '2026-12-10']);
  });

  it('people times dates may be ten thousand, and no more', () => {
    expect(typed({ times: '100' }, { people: 100 })).toHaveLength(100);
    expect(typed({ times: '100' }, { people: 101 })).toEqual({
      times: [{ text: 'rule.series_big', values: { max: 99 } }],
    });
    expect(typed({ until: '2027-12-02' }, { people: 500 })).toEqual({
      until: [{ text: 'rule.series_big', values: { max: 20 } }],
    });
  });

  it('goes no further than one can book', () => {
    expect(typed({ repeat: 'monthly', every: '12', times: '20' })).toEqual({ times: [{ text: 'rule.far' }] });
    expect(typed({ repeat: 'monthly', every: '12', until: '2039-01-01' }, { now: NOW - 3 * 366 * 86_400 })).toEqual({
      until: [{ text: 'rule.far' }],
    });
    expect(typed({ repeat: 'daily', until: '2027-12-31' })).toEqual({
      until: [{ text: 'rule.series_many', values: { max: 100 } }],
    });
  });

  it('leaves out dates that it has, and names those that it has not: five, and not whole', () => {
    expect(typed({ times: '3', skip: '10/12/2026;; 17.12.2026' })).toEqual([
      '2026-12-03',
      '2026-12-10 skipped',
      '2026-12-17 skipped',
    ]);
    expect(typed({ times: '9', skip: '7/1/2027' })).toContain('2027-01-07 skipped');
    expect(typed({ times: '2', skip: '2026-12-03 2026-12-10' })).toEqual({ skip: [{ text: 'rule.series_empty' }] });
    expect(typed({ times: '2', skip: '2026-12-03' })).toEqual(['2026-12-03 skipped', '2026-12-10']);
    const bad = (skip: string) => typed({ times: '3', skip });
    expect(bad('2026-12-04')).toEqual({ skip: [{ text: 'rule.skip', values: { dates: '2026-12-04' } }] });
    expect(bad('x10/12/2026')).toEqual({ skip: [{ text: 'rule.skip', values: { dates: 'x10/12/2026' } }] });
    expect(bad('10/12/20267')).toEqual({ skip: [{ text: 'rule.skip', values: { dates: '10/12/20267' } }] });
    expect(bad('a b c d e f')).toEqual({ skip: [{ text: 'rule.skip', values: { dates: 'a, b, c, d, e' } }] });
    expect(bad('y'.repeat(21))).toEqual({ skip: [{ text: 'rule.skip', values: { dates: 'y'.repeat(20) } }] });
    expect(bad(`2026-12-10${' '.repeat(1_990)}`)).toEqual(['2026-12-03', '2026-12-10 skipped', '2026-12-17']);
    expect(bad(`2026-12-10${' '.repeat(1_991)}`)).toEqual({ skip: [{ text: 'rule.long', values: { max: 2_000 } }] });
  });

  it('of weekdays begins on one', () => {
    const weekday = (day: string) => typed({ repeat: 'weekdays', times: '2' }, {}, at(`${day}T09:00`));
    expect(weekday('2026-12-05')).toEqual({ date: [{ text: 'rule.series_weekend' }] });
    expect(weekday('2026-12-06')).toEqual({ date: [{ text: 'rule.series_weekend' }] });
    expect(weekday('2026-12-04')).toEqual(['2026-12-04', '2026-12-07']);
    expect(typed({ times: '2' }, {}, at('2026-12-05T09:00'))).toHaveLength(2);
  });
});

describe('a series', () => {
  it('is changed from one date on, or all, or that one alone', () => {
    expect([undefined, 'one', 'following', 'all', 'x'].map(scopeOf)).toEqual(['one', 'one', 'following', 'all', 'one']);
  });

  it('says the same of two meetings where subject, duration and agenda are the same', () => {
    const one = { ...meeting, subject: 's', duration: 60, agenda: 'a' };
    expect(saysTheSame(one, { ...one, begin: 1 })).toBe(true);
    for (const other of [{ subject: 'x' }, { duration: 61 }, { agenda: 'b' }])
      expect(saysTheSame(one, { ...one, ...other })).toBe(false);
  });

  it('is moved over the end of a year, and not by a date that it has not', () => {
    const dates = occurrencesOf({ repeat: 'monthly', every: 1 }, at('2026-12-03T09:00'), { times: 3 }, processZone);
    const moved = movedDates({ repeat: 'monthly', every: 1 }, dates, 0, at('2027-02-04T10:00'), processZone);
    expect(shown(moved)).toEqual(['2027-02-04 10:00', '2027-03-04 10:00', '2027-04-04 10:00']);
    expect(movedDates({ repeat: 'monthly', every: 1 }, dates, 3, at('2027-02-04T10:00'), processZone)).toBeNull();
    expect(movedDates({ repeat: 'monthly', every: 1 }, [], 0, at('2027-02-04T10:00'), processZone)).toBeNull();
  });
});
