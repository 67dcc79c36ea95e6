/** Mistakes that come together, and what is typed at the edge of what can be read. */
import { beforeEach, describe, expect, it } from 'vitest';
import { keptWords, LONGEST_COMMENT } from '../../lib/meetings/answers.ts';
import { type BookingForm, type BookingRules, checkBooking, LONGEST_WORD } from '../../lib/meetings/booking.ts';
import { freeTimes } from '../../lib/meetings/busy.ts';
import { keptSearch, LONGEST_SEARCH, wordsOf } from '../../lib/meetings/search.ts';
import { rhythmWords, type Series, seriesWords } from '../../lib/meetings/series.ts';
import { checkSeries, ONCE, type SeriesForm } from '../../lib/meetings/series_form.ts';
import { planReminders, worthUntil } from '../../lib/meetings/timing.ts';
import { texts } from '../../lib/text/catalogue.ts';
import { processZone, useZone, zoneOf } from '../../lib/text/zones.ts';

beforeEach(() => useZone('Europe/Paris'));

const at = (text: string): number => Date.parse(text) / 1000;
/** Monday 23 November 2026, 14:00 in Paris. */
const NOW = at('2026-11-23T13:00:00Z');
const HOUR = 3600;

describe('a series', () => {
  const wrong = (form: Partial<SeriesForm>, begin = at('2026-12-03T08:00:00Z'), people = 2) => {
    const checked = checkSeries({ ...ONCE, repeat: 'weekly', ...form }, begin, { now: NOW, people, zone: processZone });
    return 'mistakes' in checked ? checked.mistakes : null;
  };

  it('whose rule cannot be read is not looked at further', () => {
    expect(wrong({ repeat: 'yearly', times: '2', skip: 'x' })).toStrictEqual({ repeat: [{ text: 'rule.repeat' }] });
    const every = { every: [{ text: 'rule.every', values: { max: 12 } }] };
    for (const typed of ['13', 'x1', '1x', 'one', '12345'])
      expect(wrong({ every: typed, times: '3', skip: 'x' })).toEqual(every);
    expect(wrong({ times: '2', until: '2026-12-31', skip: 'x' })).toEqual({ until: [{ text: 'rule.times_or_until' }] });
    expect(wrong({ repeat: 'weekdays', skip: 'x' }, at('2026-12-05T08:00:00Z'))).toEqual({
      times: [{ text: 'rule.times_or_until' }],
    });
  });

  it('is wrong where its end was typed, blanks are not', () => {
    const yearly = { repeat: 'monthly', every: '12', until: ' ' };
    expect(wrong({ ...yearly, times: '2' }, NOW + 9.5 * 366 * 86_400)).toEqual({ times: [{ text: 'rule.far' }] });
    expect(wrong({ ...yearly, times: '20' })).toEqual({ times: [{ text: 'rule.far' }] });
    expect(wrong({ times: '100', until: ' ' }, undefined, 101)).toEqual({
      times: [{ text: 'rule.series_big', values: { max: 99 } }],
    });
    for (const until of ['x2026-12-31', '2026-12-31x', '2026-2-31']) {
      expect(wrong({ until })).toEqual({ until: [{ text: 'rule.date' }] });
    }
  });

  it('may be wrong in its first date and in those left out', () => {
    expect(wrong({ repeat: 'weekdays', times: '3', skip: 'x' }, at('2026-12-05T08:00:00Z'))).toEqual({
      date: [{ text: 'rule.series_weekend' }],
      skip: [{ text: 'rule.skip', values: { dates: 'x' } }],
    });
    expect(wrong({ times: '2', skip: '3/12/2026 10/12/2026 x' })).toEqual({
      skip: [{ text: 'rule.skip', values: { dates: 'x' } }],
    });
  });

  const series: Series = {
    ...({ repeat: 'weekly', every: 1, ends: 'times', zone: 'Asia/Tokyo', next: '1', over: 0 } as const),
    turns: ['2026-12-03T23:30:00Z', '2026-12-10T23:30:00Z'].map((begin) => ({
      ...{ begin: at(begin), local: '', meetingId: null, off: false, apart: false, absent: [] },
    })),
  };

  it('is told by its own clock, which is named to who goes by another', () => {
    const reader = { language: 'en', zone: processZone } as const;
    expect(seriesWords(series, texts('en'), reader)).toBe(
      'every Friday at 08:30 (Asia/Tokyo), until Friday 11 December 2026',
    );
    expect(seriesWords({ ...series, zone: 'Europe/Paris' }, texts('en'), reader)).toBe(
      'every Friday, until Friday 11 December 2026',
    );
    expect(seriesWords({ ...series, zone: 'No/Where' }, texts('en'), reader)).toMatch(/^every Friday, until/);
    expect(seriesWords({ ...series, turns: [] }, texts('en'), reader)).toBe('');
    const tokyo = zoneOf('Asia/Tokyo');
    expect(tokyo && seriesWords(series, texts('en'), { language: 'en', zone: tokyo })).toMatch(/^every Friday, until/);
  });

  it.each([
    ['fr', '2026-12-01', 'Europe/Paris', /\(le 1er\)|1er/],
    ['fr', '2026-12-02', 'Europe/Paris', /\b2\b/],
    ['en', '2026-12-01', 'Europe/Paris', /^each month, on the same date \(1\)$/],
    ['en', '2026-12-01', 'America/New_York', /\(America\/New York\)$/],
  ] as const)('each month in %s, from %s in %s', (language, day, zone, words) => {
    const rhythm = { repeat: 'monthly', every: 1, zone } as const;
    expect(rhythmWords(rhythm, at(`${day}T12:00:00Z`), texts(language), { language, zone: processZone })).toMatch(
      words,
    );
  });
});

describe('a booking', () => {
  const rules: BookingRules = {
    ...{ now: NOW, zone: processZone, minMinutes: 30, maxMinutes: 480, maxModerators: 2, maxGuests: 3 },
    ...{ defaultSubject: () => 'Meeting', filledIn: [], owner: ['alice@example.org'] },
    ...{ lists: new Map(), aliases: new Map() },
  };
  const typed: BookingForm = {
    ...{ date: '2026-12-03', time: '14:30', duration: '60', subject: 'S', agenda: '', language: '' },
    ...{ moderators: '', guests: 'bob@example.org' },
  };
  const check = (form: Partial<BookingForm>, other: Partial<BookingRules> = {}) =>
    checkBooking({ ...typed, ...form }, { ...rules, ...other });
  const begin = (form: Partial<BookingForm>, other: Partial<BookingRules> = {}) => {
    const checked = check(form, other);
    return 'booking' in checked ? checked.booking.begin : checked.mistakes;
  };

  it('whose agenda is too long says so, and what is wrong names no more than there is to say', () => {
    expect(check({ agenda: 'x'.repeat(2001) })).toStrictEqual({
      mistakes: { agenda: [{ text: 'rule.agenda_long', values: { max: 2000 } }] },
    });
    expect(check({ duration: 'x' })).toStrictEqual({ mistakes: { duration: [{ text: 'rule.duration' }] } });
    expect(check({ guests: `x@ ${' '.repeat(300 * 106)}` })).toStrictEqual({
      mistakes: { guests: [{ text: 'rule.long', values: { max: 300 * 106 } }] },
    });
  });

  it('keeps the names that were typed with addresses, and none where none was', () => {
    const found = check({ guests: 'Hans Müller <hans@example.org>, bob@example.org' });
    expect('booking' in found && found.booking.names).toEqual(new Map([['hans@example.org', 'Hans Müller']]));
    expect(check({})).not.toHaveProperty('booking.names');
  });

  it('of an old row that begins within a minute begins with it', () => {
    const was = at('2026-12-03T13:30:20Z');
    expect(begin({}, { was })).toBe(was - 20);
    expect(begin({ time: '14:31' }, { was })).toBe(was + 40);
  });

  it('keeps which of two equal times it had, also where a browser adds seconds', () => {
    const second = at('2027-10-31T01:30:00Z');
    for (const time of ['02:30', '02:30:00']) {
      const form = { date: '2027-10-31', time };
      expect(begin(form, { was: second })).toBe(second);
      expect(begin(form, { was: second + HOUR })).toBe(second - HOUR);
      expect(begin(form, { now: second - 600 })).toBe(second);
      expect(begin(form, { now: second - HOUR })).toBe(second - HOUR);
      // The minute that has just passed still is the first of the two.
      expect(begin(form, { now: second - HOUR + 60 })).toBe(second - HOUR);
      expect(begin(form, { now: second - HOUR + 61 })).toBe(second);
    }
  });
});

describe('free times', () => {
  it('are as late as what was wanted, on full and half hours, and none where nothing was wanted', () => {
    const evening = { begin: at('2026-11-24T19:00:00Z'), end: at('2026-11-24T20:00:00Z') };
    expect(freeTimes([evening], [evening], 99, processZone)).toContain(evening.begin + 86_400);
    const odd = { begin: evening.begin - 6 * HOUR + 30, end: evening.begin - 5 * HOUR + 30 };
    expect(freeTimes([odd], [], 1, processZone)).toEqual([evening.begin - 5.5 * HOUR]);
    expect(freeTimes([], [], 3, processZone)).toEqual([]);
  });
});

describe('a search', () => {
  it('is of a hundred signs, each whole, without blanks around', () => {
    expect(keptSearch(' ab ')).toBe('ab');
    expect(keptSearch('x'.repeat(150))).toBe('x'.repeat(LONGEST_SEARCH));
    expect(keptSearch('🙂'.repeat(150))).toBe('🙂'.repeat(LONGEST_SEARCH));
  });

  it('for people has no word that is longer than any name', () => {
    expect(wordsOf(`ab ${'x'.repeat(41)}`)).toEqual([]);
    expect(wordsOf(`ab ${'x'.repeat(40)}`)).toHaveLength(2);
    expect([wordsOf('a'), wordsOf('a b')]).toEqual([[], ['a', 'b']]);
  });
});

it('of the form of an answer is kept what can be read', () => {
  const longest = 'd'.repeat(LONGEST_WORD);
  const form = { comment: 'x'.repeat(8 * LONGEST_COMMENT + 1), date: longest, time: `${longest}t` };
  expect(keptWords(form)).toEqual({ comment: 'x'.repeat(8 * LONGEST_COMMENT), date: longest, time: '' });
});

it('reminders are planned by time, those that are over not, each once', () => {
  const moment = NOW + HOUR;
  expect(planReminders(moment, [10, 60, 30, 10, 90], NOW)).toEqual([moment - 1800, moment - 600]);
  expect([worthUntil(NOW, NOW), worthUntil(NOW - 1, NOW)]).toEqual([NOW + 300, NOW]);
});
