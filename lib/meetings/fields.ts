/**
 * The fields of the booking form, each said once: its name, what is kept of what is typed, and how a booking reads in it. Form,
 * mistakes, conflict, change, extension and the search for duplicates all go by this table. Pure.
 */
import { isLanguage, LANGUAGES, type TextKey } from '../text/catalogue.ts';
import { clockTime, durationText, isoDate, longDate, type Reader } from '../text/dates.ts';
import { mailboxText } from '../text/people_list.ts';
import { processZone, type Zone } from '../text/zones.ts';
import { type Booking, type BookingForm, LONGEST_TYPED_SUBJECT, LONGEST_WORD } from './booking.ts';
import { DETAIL_NAMES, DETAILS, type Detail, detailsOf, mostTyped } from './details.ts';
import type { Attendee, Meeting } from './meeting.ts';
import { addressesIn } from './people.ts';

/** The name of a field. */
export type Field = keyof BookingForm;

/** One field. */
interface Described {
  /** On the wire, where the original's names stand. */
  readonly name: `conf_${string}`;
  readonly label: TextKey;
  /** What is kept of what was typed, before any work is done on it. */
  readonly kept: (typed: string) => string;
  /** What would have been typed for a booking by the clock of a zone. */
  readonly typed: (booking: Booking, zone: Zone) => string;
  /** A booking's value as a person reads it, a line each. */
  readonly shown: (booking: Booking, reader: Reader) => readonly string[];
  /** Whether it says when the meeting is, which stands once it has begun. */
  readonly isTime: boolean;
  /** Whether it names people, in whatever order. */
  readonly isPeople: boolean;
}

const words = { kept: (typed: string) => (typed.length > LONGEST_WORD ? '' : typed), isTime: true, isPeople: false };
const people = { kept: (typed: string) => typed, isTime: false, isPeople: true };

const named = (addresses: readonly string[], names: Booking['names']): string[] =>
  addresses.map((address) => mailboxText(address, names?.get(address)));

/** The fields of lib/meetings/details.ts. */
function details(): Readonly<Record<Detail, Described>> {
  const fields: Partial<Record<Detail, Described>> = {};
  for (const detail of DETAIL_NAMES) {
    const { name, label } = DETAILS[detail];
    fields[detail] = {
      ...{ name, label, isTime: false, isPeople: false },
      kept: (typed) => typed.slice(0, mostTyped(detail) + 1),
      typed: (booking) => booking[detail] ?? '',
      shown: (booking) => booking[detail]?.split('\n') ?? [],
    };
  }
  return fields as Record<Detail, Described>;
}

/** Every field, in the order of the page. */
export const FIELDS: Readonly<Record<Field, Described>> = {
  subject: {
    name: 'conf_object',
    label: 'form.subject',
    // One more than can be: what is left still says that it is too long.
    kept: (typed) => typed.slice(0, LONGEST_TYPED_SUBJECT + 1),
    typed: ({ subject }) => subject,
    shown: ({ subject }) => [subject],
    isTime: false,
    isPeople: false,
  },
  date: {
    ...words,
    name: 'conf_date',
    label: 'form.date',
    typed: ({ begin }, zone) => isoDate(zone, begin),
    shown: ({ begin }, reader) => [longDate(reader, begin)],
  },
  time: {
    ...words,
    name: 'conf_time',
    label: 'form.time',
    typed: ({ begin }, zone) => clockTime(zone, begin),
    shown: ({ begin }, { zone }) => [clockTime(zone, begin)],
  },
  duration: {
    ...words,
    name: 'conf_duration',
    label: 'form.duration',
    typed: ({ duration }) => String(Math.round(duration / 60)),
    shown: ({ duration }, { language }) => [durationText(language, duration)],
  },
  guests: {
    ...people,
    name: 'conf_guests',
    label: 'form.guests',
    typed: ({ guests, names }) => named(guests, names).join('\n'),
    shown: ({ guests, names }) => named(guests, names),
  },
  moderators: {
    ...people,
    name: 'conf_moderators',
    label: 'form.moderators',
    typed: ({ moderators, names }) => named(moderators, names).join('\n'),
    shown: ({ moderators, names }) => named(moderators, names),
  },
  ...details(),
  language: {
    name: 'conf_language',
    label: 'form.language',
    kept: (typed) => (isLanguage(typed) ? typed : ''),
    typed: ({ language }) => language ?? '',
    shown: ({ language }) => (language === undefined ? [] : [LANGUAGES[language]]),
    isTime: false,
    isPeople: false,
  },
};

/** The fields' names, in the order of the page. */
export const FIELD_NAMES = Object.keys(FIELDS) as readonly Field[];

/** One text for each field. */
export function eachField(textOf: (field: Field) => string): BookingForm {
  const form: Partial<Record<Field, string>> = {};
  for (const field of FIELD_NAMES) form[field] = textOf(field);
  return form as BookingForm;
}

/** What a meeting and its people were booked as. */
export function bookingOf(meeting: Meeting, attendees: readonly Attendee[]): Booking {
  const { subject, begin, duration, language } = meeting;
  const moderators = addressesIn(attendees, 'moderator');
  const guests = addressesIn(attendees, 'guest');
  const names = new Map(
    attendees.flatMap(({ role, email, name }) => (name && role !== 'owner' ? [[email, name]] : [])),
  );
  const people = { moderators, guests, ...(names.size > 0 ? { names } : {}) };
  return { subject, begin, duration, ...people, ...detailsOf(meeting), ...(language && { language }) };
}

/**
 * What somebody books who books a meeting again: everyone in their roles. Who owned it and is another moderates it then.
 * @param mine every address of who books, lower case
 */
export function bookingAgain(meeting: Meeting, attendees: readonly Attendee[], mine: readonly string[]): Booking {
  const others = (addresses: readonly string[]) => addresses.filter((address) => !mine.includes(address));
  const booked = bookingOf(meeting, attendees);
  const moderators = others([...addressesIn(attendees, 'owner'), ...booked.moderators]);
  return { ...booked, moderators, guests: others(booked.guests) };
}

/** A booking as its form would have been typed by the clock of a zone. */
export function formOf(booking: Booking, zone: Zone): BookingForm {
  return eachField((field) => FIELDS[field].typed(booking, zone));
}

/** Whether two bookings say the same in every field; people may stand in another order, and be called otherwise. */
export function sameBooking(one: Booking, other: Booking): boolean {
  const said = ({ names: _, ...booking }: Booking, field: Field) => {
    // By any clock: the begins themselves are compared too.
    const text = FIELDS[field].typed(booking, processZone);
    return !FIELDS[field].isPeople ? text : text.split('\n').sort().join('\n');
  };
  return one.begin === other.begin && FIELD_NAMES.every((field) => said(one, field) === said(other, field));
}
