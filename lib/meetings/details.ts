/**
 * What an owner says of a meeting beside subject, time and people: texts that are kept with it and told of wherever it is. Each is
 * described once, and form, mistakes, conflicts, series, pages, mails and calendars go by this table; lib/store/rows.ts keeps them. Pure.
 */
import type { TextKey, Texts } from '../text/catalogue.ts';
import { straightLines } from '../text/plain_text.ts';

/** Their names, in the order in which they are told. */
export const DETAIL_NAMES = ['agenda'] as const;

/** The name of one. */
export type Detail = (typeof DETAIL_NAMES)[number];

/** What is to be known of one. */
interface Described {
  /** On the wire. */
  readonly name: `conf_${string}`;
  /** Its heading, in the form and wherever it is told of. */
  readonly label: TextKey;
  /** What the form says of it; knows `max`, its longest. */
  readonly hint: TextKey;
  /** What is said where it is longer; knows `max` too. */
  readonly long: TextKey;
  /** The longest, in characters: it goes into every mail and calendar. */
  readonly longest: number;
  /** How many lines of it the form has room for. */
  readonly rows: number;
  /** What is kept of what was typed: empty where that says nothing. */
  readonly plain: (typed: string) => string;
  /** How calendars say it, which have no headings. */
  readonly inCalendar: (text: string, texts: Texts) => string;
}

/** Every one. */
export const DETAILS: Readonly<Record<Detail, Described>> = {
  agenda: {
    name: 'conf_agenda',
    label: 'form.agenda',
    hint: 'form.agenda_hint',
    long: 'rule.agenda_long',
    longest: 2_000,
    rows: 3,
    plain: straightLines,
    inCalendar: (text) => text,
  },
};

/** What a meeting or a booking has of them: plain lines; left out where nothing is said. */
export type Details = { readonly [Name in Detail]?: string };

/** Those that say something. */
export function detailsOf(from: { readonly [Name in Detail]?: string | null }): Details {
  const said: Partial<Record<Detail, string>> = {};
  for (const name of DETAIL_NAMES) {
    const text = from[name];
    if (text) said[name] = text;
  }
  return said;
}

/** The most that is looked at of what was typed, in characters, before line ends and blanks are made the same. */
export function mostTyped(name: Detail): number {
  return 3 * DETAILS[name].longest;
}

/** The text that was typed, or null where it is too long. */
export function detailTyped(name: Detail, typed: string): string | null {
  const text = typed.length > mostTyped(name) ? null : DETAILS[name].plain(typed);
  return text !== null && [...text].length <= DETAILS[name].longest ? text : null;
}

/** Whether two meetings say the same in each of them. */
export function sameDetails(one: Details, other: Details): boolean {
  return DETAIL_NAMES.every((name) => one[name] === other[name]);
}

/** What a meeting says in them, with the headings of a language. */
export function toldDetails(from: Details, texts: Texts): readonly { readonly label: string; readonly text: string }[] {
  return DETAIL_NAMES.flatMap((name) => {
    const text = from[name];
    return text ? [{ label: texts(DETAILS[name].label), text }] : [];
  });
}

/** The same as calendars say it, a text each. */
export function detailsInCalendar(from: Details, texts: Texts): readonly string[] {
  return DETAIL_NAMES.flatMap((name) => {
    const text = from[name];
    return text ? [DETAILS[name].inCalendar(text, texts)] : [];
  });
}
