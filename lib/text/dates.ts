/** Unix time and the clock on the wall of a zone, and dates, times and durations in words. Without Intl, which costs 20 to 60 ms at first touch. */
import type { Language } from './catalogue.ts';
import { processZone, type Zone } from './zones.ts';

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

/** For whom something is written: in which language, and by which clock. */
export interface Reader {
  readonly language: Language;
  readonly zone: Zone;
}

/** The wall clock at a Unix time in seconds. */
export function localParts(zone: Zone, unix: number): LocalParts {
  const date = new Date((unix + zone.offsetAt(unix)) * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    weekday: date.getUTCDay(),
  };
}

/** A wall clock time as if it were universal time, in Unix seconds. */
function asUniversal({ year, month, day, hour, minute }: LocalTime): number {
  return Date.UTC(year, month - 1, day, hour, minute) / 1000;
}

/** Farther from a wall clock time than any zone is from universal time, in seconds, and than clocks are set: Apia left out a day. */
const FAR = 2 * 86_400;

/**
 * The Unix time in seconds of a wall clock time; the first of the two where clocks are set back, null where they are set
 * forward over it, and for dates that do not exist, such as 30 February.
 */
export function unixOf(zone: Zone, time: LocalTime): number | null {
  const unix = unixOnWall(zone, time);
  const { year, month, day, hour, minute } = localParts(zone, unix);
  const same =
    year === time.year && month === time.month && day === time.day && hour === time.hour && minute === time.minute;
  return same ? unix : null;
}

/**
 * The Unix time in seconds of a wall clock time, also of one that clocks are set forward over: it then is as long after midnight as it
 * would have been. The first of the two where they are set back (RFC 5545 section 3.3.5).
 */
export function unixOnWall(zone: Zone, time: LocalTime): number {
  const wall = asUniversal(time);
  const [before, after] = [zone.offsetAt(wall - FAR), zone.offsetAt(wall + FAR)];
  const unix = wall - before;
  return before === after || zone.offsetAt(unix) === before || zone.offsetAt(wall - after) !== after
    ? unix
    : wall - after;
}

/** The local date as a form has it: `2026-12-03`. */
export function isoDate(zone: Zone, unix: number): string {
  const { year, month, day } = localParts(zone, unix);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** The local time as a form has it: `14:30`. */
export function clockTime(zone: Zone, unix: number): string {
  const { hour, minute } = localParts(zone, unix);
  return `${two(hour)}:${two(minute)}`;
}

/** Both, as an administrator reads them, by JMB_ICAL_TZID: `2026-12-03 14:30`. */
export function dateAndTime(unix: number): string {
  return `${isoDate(processZone, unix)} ${clockTime(processZone, unix)}`;
}

/** The Unix time in seconds of the local midnight that begins the day, some days on. */
export function startOfDay(zone: Zone, unix: number, daysOn = 0): number {
  const { year, month, day } = localParts(zone, unix);
  return unixOnWall(zone, { year, month, day: day + daysOn, hour: 0, minute: 0 });
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
export function longDate({ language, zone }: Reader, unix: number): string {
  const parts = localParts(zone, unix);
  return `${WEEKDAYS[language][parts.weekday]} ${dayIn(language, parts)} ${parts.year}`;
}

/** A local day: « 3 décembre », `3 December`. */
export function dayAndMonth({ language, zone }: Reader, unix: number): string {
  return dayIn(language, localParts(zone, unix));
}

function dayIn(language: Language, { month, day }: LocalTime): string {
  const number = language === 'fr' && day === 1 ? '1er' : String(day);
  return `${number} ${MONTHS[language][month - 1]}`;
}

/** A local month: « décembre 2026 », `December 2026`. */
export function monthOf({ language, zone }: Reader, unix: number): string {
  const { year, month } = localParts(zone, unix);
  return `${MONTHS[language][month - 1]} ${year}`;
}

/** A local time: `14:30` in both languages. */
export function timeOf({ zone }: Reader, unix: number): string {
  return clockTime(zone, unix);
}

/** How far the wall clock is from universal time at a moment: `UTC+01:00`, `UTC−03:30`, and `UTC` where it is that itself. */
export function utcOffset(zone: Zone, unix: number): string {
  const minutes = Math.round(zone.offsetAt(unix) / 60);
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
