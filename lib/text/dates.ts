/**
 * Unix time and the clock on the wall of `JMB_ICAL_TZID`, and dates, times and durations in words. Date with TZ set, since Intl
 * costs 20 to 60 ms at first touch.
 */
import type { Language } from './catalogue.ts';

/** A moment as the wall clock shows it. */
export interface LocalTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** A moment with its day of the week. */
export interface LocalParts extends LocalTime {
  /** 0 is Sunday. */
  readonly weekday: number;
}

/** Sets the time zone of the process by its IANA name; Node reads TZ anew at each assignment. */
export function useZone(tzid: string): void {
  if (process.env['TZ'] !== tzid) process.env['TZ'] = tzid;
}

/** Names of universal time itself. */
const UNIVERSAL = /^(Etc\/)?(UTC|UCT|GMT|Universal|Zulu|Greenwich|GMT[+-]?0)$/;

/** Whether the zone that the process uses is one: Node takes what it does not know for universal time, without a word. */
export function isZone(tzid: string): boolean {
  const [winter, summer] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 6, 1)];
  if (UNIVERSAL.test(tzid) || [winter, summer].some((time) => new Date(time).getTimezoneOffset() !== 0)) return true;
  try {
    // Costs 20 to 60 ms, and those few zones alone that are at universal time all the year.
    return new Intl.DateTimeFormat('en', { timeZone: tzid }) !== undefined;
  } catch {
    return false;
  }
}

/** The wall clock at a Unix time in seconds. */
export function localParts(unix: number): LocalParts {
  const date = new Date(unix * 1000);
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    weekday: date.getDay(),
  };
}

/**
 * The Unix time in seconds of a wall clock time; the first of the two where clocks are set back, null where they are set
 * forward over it, and for dates that do not exist, such as 30 February.
 */
export function unixOf({ year, month, day, hour, minute }: LocalTime): number | null {
  const date = new Date(year, month - 1, day, hour, minute);
  const same =
    date.getFullYear() === year &&
    date.getMonth() === month - 1 &&
    date.getDate() === day &&
    date.getHours() === hour &&
    date.getMinutes() === minute;
  return same ? date.getTime() / 1000 : null;
}

/**
 * The Unix time in seconds of a wall clock time, also of one that clocks are set forward over: it then is as long after midnight as it
 * would have been. The first of the two where they are set back (RFC 5545 section 3.3.5).
 */
export function unixOnWall({ year, month, day, hour, minute }: LocalTime): number {
  return new Date(year, month - 1, day, hour, minute).getTime() / 1000;
}

/** The local date as a form has it: `2026-12-03`. */
export function isoDate(unix: number): string {
  const { year, month, day } = localParts(unix);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** The local time as a form has it: `14:30`. */
export function clockTime(unix: number): string {
  const { hour, minute } = localParts(unix);
  return `${two(hour)}:${two(minute)}`;
}

/** Both, as an administrator reads them: `2026-12-03 14:30`. */
export function dateAndTime(unix: number): string {
  return `${isoDate(unix)} ${clockTime(unix)}`;
}

/** The Unix time in seconds of the local midnight that begins the day, some days on. */
export function startOfDay(unix: number, daysOn = 0): number {
  const date = new Date(unix * 1000);
  return Math.floor(new Date(date.getFullYear(), date.getMonth(), date.getDate() + daysOn).getTime() / 1000);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

const WEEKDAYS: Readonly<Record<Language, readonly string[]>> = {
  fr: ['dimanche', 'lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
};

const MONTHS: Readonly<Record<Language, readonly string[]>> = {
  fr: 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre'.split(' '),
  en: 'January February March April May June July August September October November December'.split(' '),
};

/** The name of a day of the week, 0 being Sunday: « mardi », `Tuesday`. */
export function weekdayName(language: Language, weekday: number): string {
  return WEEKDAYS[language][weekday] ?? '';
}

/** A local date in words: « jeudi 3 décembre 2026 », `Thursday 3 December 2026`. */
export function longDate(language: Language, unix: number): string {
  const { year, weekday } = localParts(unix);
  return `${WEEKDAYS[language][weekday]} ${dayAndMonth(language, unix)} ${year}`;
}

/** A local day: « 3 décembre », `3 December`. */
export function dayAndMonth(language: Language, unix: number): string {
  const { month, day } = localParts(unix);
  const number = language === 'fr' && day === 1 ? '1er' : String(day);
  return `${number} ${MONTHS[language][month - 1]}`;
}

/** A local month: « décembre 2026 », `December 2026`. */
export function monthOf(language: Language, unix: number): string {
  const { year, month } = localParts(unix);
  return `${MONTHS[language][month - 1]} ${year}`;
}

/** A local time: `14:30` in both languages. */
export function timeOf(_language: Language, unix: number): string {
  return clockTime(unix);
}

/** How far the wall clock is from universal time at a moment: `UTC+01:00`, `UTC−03:30`, and `UTC` where it is that itself. */
export function utcOffset(unix: number): string {
  const minutes = -new Date(unix * 1000).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? '\u2212' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** A duration in seconds: « 1 h 30 », `1 h 30 min`, `45 min`. */
export function durationText(language: Language, seconds: number): string {
  const minutes = Math.round(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return `${rest}\u00a0min`;
  if (rest === 0) return `${hours}\u00a0h`;
  const padded = String(rest).padStart(2, '0');
  return language === 'fr' ? `${hours}\u00a0h\u00a0${padded}` : `${hours}\u00a0h ${padded}\u00a0min`;
}
