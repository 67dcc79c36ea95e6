/** From what somebody typed to a booking: the rules, with what settings, mailing lists and the directory say. */

import { readFileSync } from 'node:fs';
import type { Context } from '../context.ts';
import { messageOf } from '../failure.ts';
import { timesStand } from '../meetings/access.ts';
import { type Booking, type BookingForm, type Checked, checkBooking } from '../meetings/booking.ts';
import type { Identity, Meeting } from '../meetings/meeting.ts';
import type { AddressBook } from '../meetings/people.ts';
import type { Directory, Person } from '../people/directory.ts';
import { Unavailable } from '../refusal.ts';
import { attendeesOf } from '../store/meetings.ts';
import { parseLists } from '../text/addresses.ts';
import { dayAndMonth, startOfDay } from '../text/dates.ts';

/** Why there is no booking. */
export type NoBooking =
  | Extract<Checked, { readonly mistakes: unknown }>
  /** The directory was needed, and did not answer. */
  | { readonly directorySilent: true };

/** Whose booking it is, and of which meeting; null of a new one. */
export interface BookingFor {
  readonly identity: Identity;
  readonly meeting: Meeting | null;
}

/**
 * The booking that was typed, or why it is none. What a meeting that runs has of times stands.
 * @throws Unavailable when the database fails
 */
export async function checkedBooking(
  context: Context,
  { identity, meeting }: BookingFor,
  typed: BookingForm,
): Promise<{ readonly booking: Booking } | NoBooking> {
  const { settings, clock, zone, store } = context;
  const rules = {
    ...addressBook(context, identity),
    now: clock.now(),
    zone,
    ...(meeting === null ? {} : { was: meeting.begin }),
    minMinutes: settings.JMB_MIN_MEETING_DURATION,
    maxMinutes: settings.JMB_MAX_MEETING_DURATION,
    maxModerators: settings.JMB_MAX_MODERATORS,
    maxGuests: settings.JMB_MAX_GUESTS,
    defaultSubject: (begin: number) => defaultSubject(context, begin),
    filledIn: filledInSubjects(context, meeting),
    ...(meeting !== null && timesStand(meeting, clock.now()) ? { times: meeting } : {}),
  };
  const result = checkBooking(typed, rules);
  // The directory is asked about a form that is right otherwise: about no more people than can be invited.
  if (!('booking' in result) || !asksDirectory(context)) return result;
  const present = meeting === null ? [] : attendeesOf(store, meeting.id).map(({ email }) => email);
  const aliases = await aliasesOf(context, result.booking, present);
  return aliases === null ? { directorySilent: true } : checkBooking(typed, { ...rules, aliases });
}

/** The subject of a meeting that is given none: it names the day, which tells it from the next one. */
export function defaultSubject(context: Context, begin: number): string {
  const { settings, texts } = context;
  return settings.JMB_DEFAULT_OBJECT || texts('form.default_subject', { date: dayAndMonth(context, begin) });
}

/** The subjects that a form of the last day may have been given, and the one that a meeting has of its present date. */
function filledInSubjects(context: Context, meeting: Meeting | null): readonly string[] {
  const { clock, zone } = context;
  const now = clock.now();
  const begins = [
    startOfDay(zone, now, -1),
    now,
    startOfDay(zone, now, 1),
    ...(meeting === null ? [] : [meeting.begin]),
  ];
  return begins.map((begin) => defaultSubject(context, begin));
}

/**
 * What is known without asking anybody. A file of lists that cannot be read keeps nobody from booking: a list is then
 * invited by its own address, and the log says so.
 */
export function addressBook(context: Context, owner: Identity): AddressBook {
  return { owner: owner.addresses, lists: listsOf(context), aliases: new Map() };
}

/** Whether aliases are to be replaced by what the directory says. */
export function asksDirectory({ settings, directory }: Context): boolean {
  return settings.JMB_FIX_MAIL_ALIASES && directory !== null;
}

/**
 * The main addresses of the people of a booking, by alias; null when the directory is silent.
 * @param present the addresses of those who are in the meeting already
 */
export async function aliasesOf(
  context: Context,
  { moderators, guests }: Booking,
  present: readonly string[],
): Promise<ReadonlyMap<string, string> | null> {
  const aliases = new Map<string, string>();
  if (context.directory === null) return aliases;
  const people = await askedFor(context, context.directory, [...moderators, ...guests, ...present]);
  if (people === null) return null;
  // Who is in the meeting already stays there by the address they were invited by, with secret and answer.
  const held = new Map(present.map((address) => [people.get(address)?.email ?? address, address]));
  for (const [address, { email }] of people) if (email !== null) aliases.set(address, held.get(email) ?? email);
  return aliases;
}

async function askedFor(
  { log }: Context,
  directory: Directory,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, Person> | null> {
  try {
    return await directory.peopleOf(addresses);
  } catch (error) {
    if (!(error instanceof Unavailable) || error.what !== 'directory') throw error;
    log.event('directory-silent', { for: 'aliases', reason: error.detail });
    return null;
  }
}

function listsOf({ settings, log }: Context): ReadonlyMap<string, readonly string[]> {
  const file = settings.JMB_LISTS_SUBSCRIBERS;
  if (file === '') return new Map();
  try {
    return parseLists(readFileSync(file, 'utf8'));
  } catch (error) {
    log.event('lists-unreadable', { file, reason: messageOf(error) });
    return new Map();
  }
}
