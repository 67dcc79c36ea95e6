/** What a valid booking is: from the form as typed to a booking, or to what is wrong with each field. Pure. */

import type { Unread } from '../text/addresses.ts';
import { isLanguage, type Language, type TextKey } from '../text/catalogue.ts';
import { clockTime, isoDate, unixOf } from '../text/dates.ts';
import { straightLine } from '../text/plain_text.ts';
import type { Zone } from '../text/zones.ts';
import { DETAIL_NAMES, DETAILS, type Detail, type Details, detailTyped } from './details.ts';
import { type AddressBook, invite, isHalfName } from './people.ts';

/** The form as it was typed; fields.ts says what each field is called. */
export interface BookingForm extends Readonly<Record<Detail, string>> {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  /** `HH:MM`. */
  readonly time: string;
  /** Minutes. */
  readonly duration: string;
  readonly subject: string;
  readonly moderators: string;
  readonly guests: string;
  /** `fr` or `en`; empty: none is chosen. */
  readonly language: string;
}

type Field = keyof BookingForm;

/** What is wrong with a field, for the user. */
export interface Mistake {
  readonly text: TextKey;
  readonly values?: Readonly<Record<string, string | number>>;
}

/** A booking that may be saved. */
export interface Booking extends Details {
  readonly subject: string;
  /** Unix seconds. */
  readonly begin: number;
  /** Seconds. */
  readonly duration: number;
  /** Lower-case addresses, without the owner's; nobody is in both lists. */
  readonly moderators: readonly string[];
  readonly guests: readonly string[];
  /** What moderators and guests are called, by address; left out where no name is known. */
  readonly names?: ReadonlyMap<string, string>;
  /** The language of its mails to those of whom no other is known; left out where none is chosen. */
  readonly language?: Language;
}

/** What a date and a time that are typed go by. */
export interface Now {
  /** Unix seconds. */
  readonly now: number;
  /** Whose clock is meant. */
  readonly zone: Zone;
  /** The begin of what is changed, in Unix seconds: what it reads like means it, also in an hour that comes twice. */
  readonly was?: number;
}

/** What the rules depend on. */
export interface BookingRules extends AddressBook, Now {
  /** Minutes. */
  readonly minMinutes: number;
  /** Minutes. */
  readonly maxMinutes: number;
  readonly maxModerators: number;
  readonly maxGuests: number;
  /** The subject when none is typed, by the begin in Unix seconds. */
  readonly defaultSubject: (begin: number) => string;
  /** Subjects that the form itself filled in: one that was left as it was goes with the begin that was chosen. */
  readonly filledIn: readonly string[];
  /** Begin and duration of a meeting that runs: they stand, whatever was typed. */
  readonly times?: Pick<Booking, 'begin' | 'duration'>;
}

/** A booking, or the mistakes of each field that has any. */
export type Checked =
  | { readonly booking: Booking }
  | { readonly mistakes: Readonly<Partial<Record<Field, readonly Mistake[]>>> };

/** The longest subject, in characters: it goes into headers, calendars and tabs. */
export const LONGEST_SUBJECT = 200;

/** The longest subject that is looked at, in characters, before blanks are drawn together. */
export const LONGEST_TYPED_SUBJECT = 5 * LONGEST_SUBJECT;

/** The longest date, time or duration that is looked at, in characters. */
export const LONGEST_WORD = 40;

/** How many pieces of a list of addresses are looked at: twice what is allowed, for lists are pasted with doubles, and some. */
function mostPieces(allowed: number): number {
  return 2 * allowed + 100;
}

/** How long a name and an address may be on average, in characters, in a list that is looked at. */
const LONGEST_PIECE = 300;

/** A begin this many seconds ago still counts as now: who wants to begin at once types the minute that the clock shows. */
export const GRACE = 60;

/** How far ahead one can book, in seconds: ten years. This bound is there for mistyped years, such as 2206. */
export const FARTHEST = 10 * 366 * 86_400;

/** Checks a form against all the rules at once, so that the user corrects it once. */
export function checkBooking(form: BookingForm, rules: BookingRules): Checked {
  const mistakes: Partial<Record<Field, Mistake[]>> = {};
  const wrong = (field: Field, text: TextKey, values?: Mistake['values']): void => {
    mistakes[field] = [...(mistakes[field] ?? []), values === undefined ? { text } : { text, values }];
  };
  const { times } = rules;
  const begin = times === undefined ? checkBegin(form, rules, wrong) : times.begin;
  const duration = times === undefined ? checkDuration(form.duration, rules, wrong) : times.duration;
  const subject = checkSubject(form.subject, rules, begin ?? rules.now, wrong);
  const people = checkPeople(form, rules, wrong);
  const details = checkDetails(form, wrong);
  if (begin === null || duration === null || Object.keys(mistakes).length > 0) return { mistakes };
  const language = isLanguage(form.language) ? { language: form.language } : {};
  return { booking: { subject, begin, duration, ...people, ...details, ...language } };
}

type Wrong = (field: Field, text: TextKey, values?: Mistake['values']) => void;

/**
 * The begin that a date and a time make by the clock of a zone, in Unix seconds; null where they make none. What is wrong is
 * told to `wrong`, also of a begin that is made and is over or too far ahead.
 */
export function checkBegin(
  form: Pick<BookingForm, 'date' | 'time'>,
  { now, zone, was }: Now,
  wrong: Wrong,
): number | null {
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(form.date.trim());
  const time = /^(\d{2}):(\d{2})(?::00)?$/.exec(form.time.trim());
  const [year, month, day] = (date ?? []).slice(1).map(Number);
  const [hour, minute] = (time ?? []).slice(1).map(Number);
  const midday = date && unixOf(zone, { year: year ?? 0, month: month ?? 0, day: day ?? 0, hour: 12, minute: 0 });
  if (midday === null) wrong('date', 'rule.date');
  if (time === null || (hour ?? 24) > 23 || (minute ?? 60) > 59) {
    wrong('time', 'rule.time');
    return null;
  }
  if (midday === null) return null;
  const local = { year: year ?? 0, month: month ?? 0, day: day ?? 0, hour: hour ?? 0, minute: minute ?? 0 };
  const isSame = was !== undefined && isoDate(zone, was) === date?.[0] && clockTime(zone, was) === time[0].slice(0, 5);
  const begin = isSame ? was - (was % 60) : unixOf(zone, local);
  if (begin === null) {
    wrong('time', 'rule.time_skipped');
    return null;
  }
  const second = begin < now - GRACE ? secondOf(zone, begin, time[0].slice(0, 5)) : null;
  if (second !== null && second >= now - GRACE) return second;
  if (begin < now - GRACE) wrong(isoDate(zone, begin) < isoDate(zone, now) ? 'date' : 'time', 'rule.past');
  if (begin > now + FARTHEST) wrong('date', 'rule.far');
  return begin;
}

/** The same time on the wall clock once more, where clocks are set back by an hour or half of one (Lord Howe); else null. */
function secondOf(zone: Zone, begin: number, time: string): number | null {
  return [1800, 3600].map((more) => begin + more).find((later) => clockTime(zone, later) === time) ?? null;
}

function checkDuration(typed: string, rules: BookingRules, wrong: Wrong): number | null {
  const minutes = /^\d{1,5}$/.test(typed.trim()) ? Number(typed) : null;
  if (minutes === null || minutes === 0) {
    wrong('duration', 'rule.duration');
    return null;
  }
  if (minutes < rules.minMinutes || minutes > rules.maxMinutes) {
    wrong('duration', 'rule.duration_bounds', { min: rules.minMinutes, max: rules.maxMinutes });
    return null;
  }
  return minutes * 60;
}

function checkSubject(typed: string, rules: BookingRules, begin: number, wrong: Wrong): string {
  if (typed.length > LONGEST_TYPED_SUBJECT) {
    wrong('subject', 'rule.subject_long', { max: LONGEST_SUBJECT });
    return '';
  }
  const subject = straightLine(typed).replace(/ {2,}/g, ' ');
  if ([...subject].length > LONGEST_SUBJECT) wrong('subject', 'rule.subject_long', { max: LONGEST_SUBJECT });
  return subject === '' || rules.filledIn.includes(subject) ? rules.defaultSubject(begin) : subject;
}

function checkDetails(form: BookingForm, wrong: Wrong): Details {
  const said: Partial<Record<Detail, string>> = {};
  for (const name of DETAIL_NAMES) {
    const text = detailTyped(name, form[name]);
    if (text === null) wrong(name, DETAILS[name].long, { max: DETAILS[name].longest });
    else if (text !== '') said[name] = text;
  }
  return said;
}

function checkPeople(
  form: BookingForm,
  rules: BookingRules,
  wrong: Wrong,
): Pick<Booking, 'moderators' | 'guests' | 'names'> {
  const most = { moderators: mostPieces(rules.maxModerators), guests: mostPieces(rules.maxGuests) };
  const long = (['moderators', 'guests'] as const).filter((field) => form[field].length > most[field] * LONGEST_PIECE);
  for (const field of long) wrong(field, 'rule.long', { max: most[field] * LONGEST_PIECE });
  if (long.length > 0) return { moderators: [], guests: [] };
  const invited = invite(form.moderators, form.guests, rules, most);
  const { moderators, guests, names, badModerators, badGuests } = invited;
  if (invited.moreModerators) wrong('moderators', 'rule.many', { max: rules.maxModerators });
  if (invited.moreGuests) wrong('guests', 'rule.many', { max: rules.maxGuests });
  if (invited.moreModerators || invited.moreGuests) return { moderators, guests };
  for (const [field, bad] of [
    ['moderators', badModerators],
    ['guests', badGuests],
  ] as const) {
    const [names, addresses] = [bad.filter(isHalfName), bad.filter((piece) => !isHalfName(piece))];
    if (names.length > 0) wrong(field, 'rule.name', { names: shortened(names) });
    if (addresses.length > 0) wrong(field, 'rule.address', { addresses: shortened(addresses) });
  }
  if (moderators.length > rules.maxModerators) {
    wrong('moderators', 'rule.moderators', { max: rules.maxModerators, number: moderators.length });
  }
  if (guests.length > rules.maxGuests) {
    wrong('guests', 'rule.guests', { max: rules.maxGuests, number: guests.length });
  }
  if (guests.length === 0 && badGuests.length === 0) wrong('guests', 'rule.no_guest');
  return { moderators, guests, ...(names.size > 0 ? { names } : {}) };
}

function shortened(pieces: readonly Unread[]): string {
  const some = pieces.slice(0, 5).map(({ text }) => (text.length > 80 ? `${text.slice(0, 79)}…` : text));
  return some.join(', ') + (pieces.length > 5 ? ', …' : '');
}

/** The begin that a new form offers: the next full quarter of an hour, strictly after now. */
export function nextQuarter(now: number): number {
  // Every zone in use is offset from UTC by whole quarters of an hour.
  return (Math.floor(now / 900) + 1) * 900;
}
