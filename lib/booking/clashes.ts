/** Who of a booking is in another meeting then, and when all of them are free: of people of the house, whose meetings are known here. */
import type { Context } from '../context.ts';
import type { Booking } from '../meetings/booking.ts';
import { freeTimes, LOOKED_AHEAD, overlap, type Span } from '../meetings/busy.ts';
import type { Identity, MeetingId } from '../meetings/meeting.ts';
import { nameOfAddress } from '../people/identity.ts';
import { type Busy, busyOf } from '../store/agenda.ts';
import { addressesWith } from '../store/feeds.ts';
import { namesOf } from '../store/people.ts';
import { domainMatches } from '../text/addresses.ts';

/** Somebody who is in another meeting. */
export interface Taken extends Span {
  readonly name: string;
  /** Whether that is who books. */
  readonly self: boolean;
  /** What it is, where the organiser is in it too; else empty: it is nobody else's to know. */
  readonly subject: string;
}

/** Why a booking is not made before its organiser has seen it. */
export interface Clash {
  /** By begin. */
  readonly taken: readonly [Taken, ...Taken[]];
  /** When all of them are free, in Unix seconds; null of a series, for which nothing is looked for. */
  readonly suits: readonly number[] | null;
}

/** How many free times are proposed. */
const PROPOSED = 3;

/** What clashes are looked for. */
export interface Looked {
  /** The meeting itself, where it is one that is changed. */
  readonly except?: MeetingId;
  /** Only these people make one, by address; undefined: everybody who is invited. */
  readonly whom?: readonly string[] | undefined;
  /** The times of a series, in Unix seconds; undefined: that of the booking. */
  readonly begins?: readonly number[] | undefined;
}

/**
 * The clashes of a booking; null where there are none, or the administrator wants nobody to be told of any (JMB_SHOW_BUSY). Who has declined
 * the other meeting is free. Organisers know their own meetings: theirs are named beside those of others, and make no clash alone.
 */
export function clashOf(
  { store, settings }: Context,
  identity: Identity,
  booking: Booking,
  { except, whom, begins = [booking.begin] }: Looked,
): Clash | null {
  if (!settings.JMB_SHOW_BUSY) return null;
  const spans = begins.map((begin) => ({ begin, end: begin + booking.duration }));
  const [wanted, last] = [spans[0], spans.at(-1)];
  if (wanted === undefined || last === undefined) return null;
  const everybody = [identity.email, ...booking.moderators, ...booking.guests];
  const accounts = addressesWith(store, everybody);
  const house = everybody.filter((email) => accounts.has(email) || domainMatches(email, settings.JMB_MAIL_DOMAIN));
  // By whichever of their addresses people are invited.
  const persons = new Map<string, string>();
  for (const email of house) for (const one of [email, ...(accounts.get(email) ?? [])]) persons.set(one, email);
  for (const one of identity.addresses) persons.set(one, identity.email);
  const busy = busyOf(store, [...persons.keys()], wanted.begin, last.end + LOOKED_AHEAD).filter(
    ({ id }) => id !== except,
  );
  const matters = whom ?? [...booking.moderators, ...booking.guests];
  const then = busy.filter((one) => spans.some((span) => overlap(one, span)));
  if (!then.some(({ email }) => matters.includes(persons.get(email) ?? ''))) return null;
  const named = whom ?? [identity.email, ...matters];
  const now = then.filter(({ email }) => named.includes(persons.get(email) ?? ''));
  const own = new Set(busy.filter(({ email }) => identity.addresses.includes(email)).map(({ id }) => id));
  const [first, ...others] = onceEach(now, persons).map(({ person, busy: one }) => ({
    name: nameIn(namesOf(store, [person]), person),
    self: person === identity.email && identity.by === undefined,
    subject: own.has(one.id) ? one.subject : '',
    begin: one.begin,
    end: one.end,
  }));
  if (first === undefined) return null;
  return { taken: [first, ...others], suits: spans.length > 1 ? null : freeTimes(wanted, busy, PROPOSED) };
}

function nameIn(names: ReadonlyMap<string, string>, email: string): string {
  return names.get(email) ?? nameOfAddress(email);
}

/** One meeting of one person once, by whatever addresses they are in it. */
function onceEach(rows: readonly Busy[], persons: ReadonlyMap<string, string>): { person: string; busy: Busy }[] {
  const seen = new Map<string, { person: string; busy: Busy }>();
  for (const busy of rows) {
    const person = persons.get(busy.email) ?? busy.email;
    seen.set(`${person} ${busy.id}`, { person, busy });
  }
  return [...seen.values()].sort((one, other) => one.busy.begin - other.busy.begin);
}
