/** The part of the booking form that makes a series: what may be typed there, and what is wrong with it. Pure. */
import type { TextKey } from '../text/catalogue.ts';
import { isoDate, localParts } from '../text/dates.ts';
import type { Zone } from '../text/zones.ts';
import { FARTHEST, type Mistake } from './booking.ts';
import {
  dateOf,
  dayNumber,
  MOST_TIMES,
  type Occurrence,
  occurrencesOf,
  REPEATS,
  type Repetition,
  type RuleEnd,
} from './series.ts';

/** The part of the booking form that makes a series, as it was typed. */
export interface SeriesForm {
  /** Empty: the meeting is held once, whatever the other fields say. */
  readonly repeat: string;
  readonly every: string;
  readonly times: string;
  /** `YYYY-MM-DD`. */
  readonly until: string;
  /** Dates, separated by anything. */
  readonly skip: string;
}

type Field = keyof SeriesForm;

/** The fields of that part, in the order of the page: their names on the wire. */
export const SERIES_FIELDS: Readonly<Record<Field, `conf_${string}`>> = {
  repeat: 'conf_repeat',
  every: 'conf_every',
  times: 'conf_times',
  until: 'conf_until',
  skip: 'conf_skip',
};

/** The greatest distance that can be typed. */
const MOST_EVERY = 12;

/** The most places, people times dates, that are written at once: others wait meanwhile. */
const MOST_PLACES = 10_000;

/** The longest field of numbers and dates that is looked at, in characters: a hundred dates, and some. */
export const LONGEST_SKIP = 2_000;

/** A form that says nothing of a series. */
export const ONCE: SeriesForm = { repeat: '', every: '', times: '', until: '', skip: '' };

/** What is wrong with a series; `date` is the first one, which the booking form has. */
export type SeriesMistakes = Readonly<Partial<Record<Field | 'date', readonly Mistake[]>>>;

/**
 * Checks what was typed of a series.
 * @param begin the first meeting's, in Unix seconds
 * @param about `now` in Unix seconds, how many people it is for, the owner among them, and the zone in which it keeps its time
 * @returns null where the meeting is held once
 */
export function checkSeries(
  form: SeriesForm,
  begin: number,
  about: { readonly now: number; readonly people: number; readonly zone: Zone },
): { readonly repetition: Repetition | null } | { readonly mistakes: SeriesMistakes } {
  if (form.repeat === '') return { repetition: null };
  const mistakes: Partial<Record<Field | 'date', Mistake[]>> = {};
  const wrong = (field: Field | 'date', text: TextKey, values?: Mistake['values']): void => {
    mistakes[field] = [...(mistakes[field] ?? []), values === undefined ? { text } : { text, values }];
  };
  const repeat = REPEATS.find((one) => one === form.repeat);
  if (repeat === undefined) wrong('repeat', 'rule.repeat');
  const every = numberIn(form.every.trim() || '1', 1, MOST_EVERY);
  if (every === null) wrong('every', 'rule.every', { max: MOST_EVERY });
  const { zone } = about;
  const end = endOf(form, isoDate(zone, begin), wrong);
  if (repeat === undefined || every === null || end === null) return { mistakes };
  if (repeat === 'weekdays' && isWeekend(zone, begin)) wrong('date', 'rule.series_weekend');
  const all = occurrencesOf({ repeat, every }, begin, end, zone);
  const skipped = skippedIn(form.skip, all, wrong);
  const kept = all.length - skipped.size;
  if (all.length > MOST_TIMES) wrong('until', 'rule.series_many', { max: MOST_TIMES });
  else if (all.length < 2) wrong(form.until.trim() === '' ? 'times' : 'until', 'rule.series_short');
  else if ((all.at(-1)?.begin ?? 0) > about.now + FARTHEST || (end.times ?? 0) > all.length) {
    wrong(form.until.trim() === '' ? 'times' : 'until', 'rule.far');
  } else if (kept < 1 && !mistakes.skip) wrong('skip', 'rule.series_empty');
  else if (kept * about.people > MOST_PLACES) {
    wrong(form.until.trim() === '' ? 'times' : 'until', 'rule.series_big', {
      max: Math.floor(MOST_PLACES / about.people),
    });
  }
  if (Object.keys(mistakes).length > 0) return { mistakes };
  const occurrences = all.map((one) => ({ ...one, skipped: skipped.has(one.local.slice(0, 10)) }));
  return { repetition: { repeat, every, ends: end.times === undefined ? 'until' : 'times', occurrences } };
}

type Wrong = (field: Field | 'date', text: TextKey, values?: Mistake['values']) => void;

function numberIn(typed: string, least: number, most: number): number | null {
  const number = /^\d{1,4}$/.test(typed) ? Number(typed) : -1;
  return number >= least && number <= most ? number : null;
}

/** @param first the day of the first date */
function endOf({ times, until }: SeriesForm, first: string, wrong: Wrong): RuleEnd | null {
  const typed = until.trim();
  if (times.trim() !== '') {
    const number = numberIn(times.trim(), 2, MOST_TIMES);
    if (number === null) wrong('times', 'rule.times', { max: MOST_TIMES });
    if (typed !== '') wrong('until', 'rule.times_or_until');
    return number === null || typed !== '' ? null : { times: number };
  }
  if (typed === '') wrong('times', 'rule.times_or_until');
  else if (dayIn(typed) === null) wrong('until', 'rule.date');
  else if (typed <= first) wrong('until', 'rule.until_before');
  else return { until: typed };
  return null;
}

/** The day that `YYYY-MM-DD` names, in days since 1970; null where there is none. */
function dayIn(typed: string): number | null {
  const [year = 0, month = 0, day = 0] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(typed) ?? []).slice(1).map(Number);
  const number = dayNumber(year, month, day);
  return dateOf(number) === typed ? number : null;
}

function isWeekend(zone: Zone, unix: number): boolean {
  const { weekday } = localParts(zone, unix);
  return weekday === 0 || weekday === 6;
}

/** The dates to be left out that the rule makes; one that it does not make is a slip. Days first, as in 22/12/2026, are read too. */
function skippedIn(typed: string, all: readonly Occurrence[], wrong: Wrong): ReadonlySet<string> {
  const dates = new Set<string>();
  const bad: string[] = [];
  const made = new Set(all.map(({ local }) => local.slice(0, 10)));
  for (const piece of typed
    .slice(0, LONGEST_SKIP)
    .split(/[\s,;]+/)
    .filter(Boolean)) {
    const [, day = '', month = '', year = ''] = /^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$/.exec(piece) ?? [];
    const date = year === '' ? piece : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
    if (made.has(date)) dates.add(date);
    else bad.push(piece.slice(0, 20));
  }
  if (typed.length > LONGEST_SKIP) wrong('skip', 'rule.long', { max: LONGEST_SKIP });
  else if (bad.length > 0) wrong('skip', 'rule.skip', { dates: bad.slice(0, 5).join(', ') });
  return dates;
}
