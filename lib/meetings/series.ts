/** Meetings that repeat: the dates that a rule makes by the clock on the wall, which of them whose calendar shows, and what it reads like. Pure. */
import type { Texts } from '../text/catalogue.ts';
import {
  clockTime,
  dayAndMonth,
  isoDate,
  type LocalTime,
  localParts,
  longDate,
  monthOf,
  type Reader,
  unixOnWall,
  weekdayName,
} from '../text/dates.ts';
import { type Zone, zoneOf } from '../text/zones.ts';
import { FARTHEST } from './booking.ts';
import { sameDetails } from './details.ts';
import type { Meeting, MeetingId } from './meeting.ts';

/** How a meeting can repeat. */
export const REPEATS = ['daily', 'weekdays', 'weekly', 'monthly'] as const;

/** How a meeting repeats: each so many days, on the weekdays of each so many weeks, each so many weeks, or months. */
export interface Rhythm {
  readonly repeat: (typeof REPEATS)[number];
  readonly every: number;
}

/** One date of a rule. */
export interface Occurrence {
  /** By the clock on the wall: `YYYY-MM-DDTHH:MM`. */
  readonly local: string;
  /** Unix seconds. */
  readonly begin: number;
}

/** A series to be booked. */
export interface Repetition extends Rhythm {
  /** Whether the number of times was given, or the last day. */
  readonly ends: 'times' | 'until';
  /** Every date of the rule, also those that are left out. */
  readonly occurrences: readonly (Occurrence & { readonly skipped: boolean })[];
}

/** A date of a series that was booked. */
export interface Turn extends Occurrence {
  /** null: the meeting of this date was cancelled, or purged. */
  readonly meetingId: MeetingId | null;
  /** Whether it was cancelled or left out, which calendars are told. */
  readonly off: boolean;
  /** Whether its meeting is another event by now, with a time, subject or roles of its own. */
  readonly apart: boolean;
  /** The addresses of those who are in the series and not in the meeting of this date. */
  readonly absent: readonly string[];
}

/** What mails and calendars say of a whole series. */
export interface Series extends Rhythm {
  readonly ends: Repetition['ends'];
  /** The zone in which it keeps its time: an IANA name. */
  readonly zone: string;
  readonly turns: readonly Turn[];
  /** The meeting that says what all are: the first that is still to end, else the last. */
  readonly next: MeetingId;
  /** When its last meeting ends: Unix seconds. */
  readonly over: number;
}

/** How much of a series is meant by what is done to one of its meetings: that one, it and those after it, or all that are to come. */
export type Scope = 'one' | 'following' | 'all';

/** The scope that a form names; that one meeting where it names none. */
export function scopeOf(typed: string | undefined): Scope {
  return typed === 'following' || typed === 'all' ? typed : 'one';
}

/** The most meetings of a series. */
export const MOST_TIMES = 100;

/** Where a rule ends: after so many dates, or with the last day, `YYYY-MM-DD`. */
export type RuleEnd =
  | { readonly times: number; readonly until?: never }
  | { readonly until: string; readonly times?: never };

/**
 * The dates that a rule makes from its first on, one more than can be at most. All are at the same time by the clock on the wall:
 * where clocks are set forward over it, as long after midnight as on other days, and where they are set back, the first of the two
 * (RFC 5545 section 3.3.5). A day that a month does not have is passed over (section 3.3.10).
 * @param begin the first, in Unix seconds
 * @param zone in which the time is kept
 */
export function occurrencesOf(rhythm: Rhythm, begin: number, end: RuleEnd, zone: Zone): Occurrence[] {
  const { year, month, day, hour, minute } = localParts(zone, begin);
  const time = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
  const most = Math.min(end.times ?? Number.POSITIVE_INFINITY, MOST_TIMES + 1);
  const found: Occurrence[] = [];
  for (const number of daysOf(rhythm, { year, month, day })) {
    const date = dateOf(number);
    if (found.length === most || (end.until !== undefined && date > end.until)) break;
    found.push(occurrenceAt(`${date}T${time}`, zone));
  }
  return found;
}

/** A day in days since 1970. */
export function dayNumber(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / 86_400_000;
}

/** The day as `YYYY-MM-DD`; empty where there is none. */
export function dateOf(day: number): string {
  return Number.isFinite(day) ? new Date(day * 86_400_000).toISOString().slice(0, 10) : '';
}

/** 0 is Monday. */
function weekdayOf(day: number): number {
  return (day + 3) % 7;
}

/** A date by the clock on the wall of a zone. */
export function occurrenceAt(local: string, zone: Zone): Occurrence {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = local.split(/[-T:]/).map(Number);
  return { local, begin: unixOnWall(zone, { year, month, day, hour, minute }) };
}

/** The days of a rule, in days since 1970, for as long as one can book ahead. */
function* daysOf(
  { repeat, every }: Rhythm,
  { year, month, day }: Pick<LocalTime, 'year' | 'month' | 'day'>,
): Generator<number> {
  const first = dayNumber(year, month, day);
  const last = first + FARTHEST / 86_400;
  if (repeat === 'monthly') {
    for (let months = month - 1; ; months += every) {
      const number = dayNumber(year, months + 1, day);
      if (number > last) return;
      if (new Date(number * 86_400_000).getUTCDate() === day) yield number;
    }
  }
  const monday = first - weekdayOf(first);
  const step = repeat === 'weekly' ? 7 * every : repeat === 'daily' ? every : 1;
  for (let number = first; number <= last; number += step) {
    const isOff = weekdayOf(number) > 4 || Math.floor((number - monday) / 7) % every !== 0;
    if (repeat !== 'weekdays' || !isOff) yield number;
  }
}

/** Whether two meetings of a series say the same in calendars, their dates apart. */
export function saysTheSame(one: Meeting, other: Meeting): boolean {
  return one.subject === other.subject && one.duration === other.duration && sameDetails(one, other);
}

/**
 * The dates of a series as they are once one of them is moved and the others keep their distance to it; null where the rule does not
 * make them so.
 * @param at the number of the date that is moved
 * @param begin where it is moved to, in Unix seconds
 * @param zone in which the time is kept
 */
export function movedDates(
  rhythm: Rhythm,
  dates: readonly Occurrence[],
  at: number,
  begin: number,
  zone: Zone,
): Occurrence[] | null {
  const [first, from] = [dates[0], dates[at]];
  if (first === undefined || from === undefined) return null;
  const local = `${isoDate(zone, begin)}T${clockTime(zone, begin)}`;
  const [start, before, after] = [first, from, { local }].map((one) => one.local.slice(0, 10).split('-').map(Number));
  const [year = 0, month = 0, day = 0] = start ?? [];
  const [toYear = 0, toMonth = 0, toDay = 0] = after ?? [];
  const [fromYear = 0, fromMonth = 0, fromDay = 0] = before ?? [];
  const number =
    rhythm.repeat === 'monthly'
      ? dayNumber(year, month + (toYear - fromYear) * 12 + toMonth - fromMonth, toDay)
      : dayNumber(year, month, day) + dayNumber(toYear, toMonth, toDay) - dayNumber(fromYear, fromMonth, fromDay);
  const start0 = occurrenceAt(dateOf(number) + local.slice(10), zone).begin;
  const moved = occurrencesOf(rhythm, start0, { times: dates.length }, zone);
  return moved.length === dates.length && moved[at]?.local === local ? moved : null;
}

/** The dates of a series that somebody's calendar is not to show in it. @param now Unix seconds; what was purged is history, and stays */
export function excludedFor(turns: readonly Turn[], email: string, now: number): Turn[] {
  return turns.filter(
    ({ off, apart, absent, meetingId, begin }) =>
      off || apart || absent.includes(email) || (meetingId === null && begin > now),
  );
}

/** The clock by which a series keeps its time, for a reader who may go by another. */
function keeperOf(series: Pick<Series, 'zone'>, { language, zone }: Reader): Reader {
  return { language, zone: series.zone === zone.name ? zone : (zoneOf(series.zone) ?? zone) };
}

/**
 * « chaque mardi », `every 2 weeks, on Tuesday`; for who goes by another clock than the series, on which it may be another day:
 * `every Tuesday at 09:30 (Asia/Tokyo)`.
 * @param first the first date, in Unix seconds
 */
export function rhythmWords(
  series: Rhythm & Pick<Series, 'zone'>,
  first: number,
  texts: Texts,
  reader: Reader,
): string {
  const { repeat, every } = series;
  const { language, zone } = keeperOf(series, reader);
  const { weekday, day } = localParts(zone, first);
  const values = { every, weekday: weekdayName(language, weekday), day: language === 'fr' && day === 1 ? '1er' : day };
  const rhythm = texts(`series.${repeat}_${every === 1 ? 'one' : 'many'}`, values);
  if (zone.name === reader.zone.name) return rhythm;
  return texts('series.elsewhere', { rhythm, time: clockTime(zone, first), zone: zone.name.replace(/_/g, ' ') });
}

/** « chaque mardi, jusqu’au mardi 12 janvier 2027 ». */
export function seriesWords(series: Series, texts: Texts, reader: Reader): string {
  const [first, last] = [series.turns[0], series.turns.at(-1)];
  if (first === undefined || last === undefined) return '';
  const rhythm = rhythmWords(series, first.begin, texts, reader);
  return texts('series.until', { rhythm, date: longDate(keeperOf(series, reader), last.begin) });
}

/** « 22 et 29 décembre »: days to come, briefly, the month once. */
export function dayList(begins: readonly number[], reader: Reader): string {
  return begins
    .map((begin, at) => {
      const next = begins[at + 1];
      const sameMonth = next !== undefined && monthOf(reader, next) === monthOf(reader, begin);
      return sameMonth ? String(localParts(reader.zone, begin).day) : dayAndMonth(reader, begin);
    })
    .join(', ');
}
