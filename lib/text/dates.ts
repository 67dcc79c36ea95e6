/** Dates, times and durations in words, without Intl. */
import type { Language } from './catalogue.ts';
import { clockTime, localParts } from './zone.ts';

const WEEKDAYS: Readonly<Record<Language, readonly string[]>> = {
  fr: ['dimanche', 'lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
};

const MONTHS: Readonly<Record<Language, readonly string[]>> = {
  fr: 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre'.split(' '),
  en: 'January February March April May June July August September October November December'.split(' '),
};

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

/** A local time: `14:30` in both languages. */
export function timeOf(_language: Language, unix: number): string {
  return clockTime(unix);
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
