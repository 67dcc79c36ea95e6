/**
 * Booking a meeting, once where it is sent twice, and changing one: what was typed is checked, then written with its messages
 * and reminders in one transaction.
 */
import { prepareSeries } from '../calendar/recurrence.ts';
import type { Context } from '../context.ts';
import { type Message, messagesToAll, whoIsTold } from '../mail/messages.ts';
import type { Booking, BookingForm } from '../meetings/booking.ts';
import { bookingOf, formOf } from '../meetings/fields.ts';
import type { Attendee, Identity, Meeting } from '../meetings/meeting.ts';
import type { Scope } from '../meetings/series.ts';
import { ONCE, type SeriesForm } from '../meetings/series_form.ts';
import { isRefusal, type Refusal } from '../refusal.ts';
import { noteStandIn } from '../store/assistants.ts';
import { type Saved, updateMeeting } from '../store/bookings.ts';
import { peopleOfSeries } from '../store/invitations.ts';
import { dropReminders } from '../store/outbox_changes.ts';
import { aboutId, type Place, placesOf } from '../store/series.ts';
import { endedFor, type Owned, ownedMeeting } from './access.ts';
import { checkedBooking } from './checked.ts';
import {
  accounts,
  type Ending,
  type Letters,
  logged,
  send,
  sendAll,
  withinLimit,
  write,
  writeAll,
} from './messages.ts';
import { orderOwnership, tellRoom } from './rooms.ts';
import { checkedSeries, duplicateOf, insertBooked, type NoSeries, plan, SLIP } from './series.ts';
import { changeSeries, lettersOfOne } from './series_change.ts';

/** A meeting that was written, and how telling people of it went. */
export interface Done {
  readonly meeting: Meeting;
  readonly told: Ending;
}

/**
 * Books a meeting, or a series of them. The same one twice within a minute is booked once.
 * @param how `when`: `now` where it begins as it is booked, and so twice within a minute is not twice at one time
 * @returns what was booked, what is wrong with what was typed, or a refusal with 429
 */
export async function book(
  context: Context,
  identity: Identity,
  typed: BookingForm,
  { when = 'then', series = ONCE }: { readonly when?: 'then' | 'now'; readonly series?: SeriesForm } = {},
): Promise<Done | NoSeries | Refusal> {
  const checked = await checkedSeries(context, identity, typed, series);
  if (!('booking' in checked)) return checked;
  const { repetition } = checked;
  if (repetition !== null) prepareSeries();
  const { store, clock, log } = context;
  const { moderators, guests } = checked.booking;
  const { feeds, names } = await accounts(context, identity, [...moderators, ...guests]);
  const booking = called(checked.booking, names);
  const done = withinLimit(context, identity, () => {
    const ended = endedFor(store, identity);
    if (ended !== null) return ended;
    const found = { booking, repetition };
    const duplicate = duplicateOf(store, identity.email, found, clock.now(), when === 'now' ? SLIP : 0);
    if (duplicate !== undefined) return { meeting: duplicate, about: aboutId(store, duplicate.id), again: true };
    const { first, meeting, attendees } = insertBooked(context, identity, found);
    write(context, identity, { meeting, attendees, accounts: feeds }, messagesToAll('new', attendees));
    return { meeting: first, about: meeting.id, again: false };
  });
  if (isRefusal(done)) return done;
  const { meeting, about, again } = done;
  const times = repetition === null ? {} : { series: about, times: repetition.occurrences.length };
  log.event(again ? 'booked-already' : 'booked', { ...logged(meeting, identity), ...times });
  return { meeting, told: await send(context, about) };
}

/** What became of a change. */
export type Changed =
  | Done
  /** It concerned nobody who is told: another subject alone. */
  | { readonly meeting: Meeting; readonly told: '_quietly' }
  | NoSeries
  | Refusal
  /** Nothing is other than it was; nobody is told. */
  | { readonly unchanged: Meeting }
  /** Somebody else has saved it meanwhile: what it is now. */
  | { readonly conflict: Owned };

/**
 * Changes a meeting of this owner; of one that runs, people and subject.
 * @param by `version`: that of the meeting which what was typed goes by; `scope`: how much of its series is meant
 */
export async function change(
  context: Context,
  identity: Identity,
  owned: Owned,
  { version, scope = 'one' }: { readonly version: number; readonly scope?: Scope },
  typed: BookingForm,
): Promise<Changed> {
  const checked = await checkedBooking(context, { identity, meeting: owned.meeting }, typed);
  if (!('booking' in checked)) return checked;
  const { moderators, guests } = checked.booking;
  const { id } = owned.meeting;
  const inSeries = placesOf(context.store, [id]).get(id);
  if (inSeries !== undefined) prepareSeries();
  const others = inSeries === undefined ? [] : peopleOfSeries(context.store, inSeries.seriesId);
  const people = [...others, ...moderators, ...guests, ...owned.attendees.map(({ email }) => email)];
  const { feeds, names } = await accounts(context, identity, people);
  const booking = called(checked.booking, names);
  const { store, clock, log } = context;
  const result = withinLimit(context, identity, () => {
    // Read again: the database may have changed while the directory was asked.
    const before = ownedMeeting(context, identity, id);
    if (isRefusal(before)) return before;
    if (before.meeting.version !== version) return { conflict: before };
    const place = placesOf(store, [id]).get(id);
    if (place !== undefined && scope !== 'one') {
      return changeSeries(context, identity, { before, place, scope, booking, accounts: feeds });
    }
    const update = updateMeeting(store, id, version, booking, clock.now());
    if (update.outcome !== 'saved') return { conflict: before };
    const letters = lettersOf(context, place, before, update);
    orderOwnership(context, before, update);
    if (update.meeting.version === before.meeting.version) return { unchanged: update.meeting };
    noteStandIn(store, id, identity.by?.email ?? null);
    return { meeting: update.meeting, about: writeAll(context, identity, feeds, letters) };
  });
  if (isRefusal(result)) return result;
  if ('mistakes' in result || 'unchanged' in result) return result;
  if ('conflict' in result) {
    log.event('conflict', { id, uid: identity.uid });
    return result;
  }
  const { meeting, about } = result;
  log.event('changed', logged(meeting, identity));
  await tellRoom(context, meeting.room);
  return { meeting, told: about.length === 0 ? '_quietly' : await sendAll(context, about) };
}

/** How often adding people is tried while others save the same meeting, in number. */
const TRIES = 3;

/**
 * Invites more people to a meeting of this owner. Whatever else of it others save meanwhile stays as they saved it.
 * @param guests as they were typed
 * @returns what became of it, and the form that would have done the same
 */
export async function invite(
  context: Context,
  identity: Identity,
  { meeting: { id } }: Owned,
  guests: string,
): Promise<{ readonly done: Changed; readonly typed: BookingForm; readonly owned: Owned } | Refusal> {
  for (let tries = 1; ; tries += 1) {
    const owned = ownedMeeting(context, identity, id);
    if (isRefusal(owned)) return owned;
    const { meeting, attendees } = owned;
    const said = formOf(bookingOf(meeting, attendees), context.zone);
    const typed = { ...said, guests: `${said.guests}\n${guests}` };
    const done = await change(context, identity, owned, { version: meeting.version }, typed);
    if (!('conflict' in done) || tries === TRIES) return { done, typed, owned };
  }
}

/** The booking with the directory's names where none were typed. */
function called(booking: Booking, names: ReadonlyMap<string, string>): Booking {
  return names.size === 0 ? booking : { ...booking, names: new Map([...names, ...(booking.names ?? [])]) };
}

/** What a change means to whom. */
function lettersOf(context: Context, place: Place | undefined, before: Owned, after: Saved): readonly Letters[] {
  const told = whoIsTold(before, after);
  if (told.moved) plan(context, after.meeting);
  for (const { email } of told.removed) {
    dropReminders(context.store, after.meeting.id, context.clock.now(), email);
  }
  const messages: Message[] = [
    ...messagesToAll('new', told.newcomers),
    ...messagesToAll('edit', told.changed).map((message) => asBefore(message, told.moved ? before.attendees : [])),
    ...messagesToAll('removed', told.removed),
  ];
  if (place === undefined || place.apart) return [{ ...after, messages }];
  return lettersOfOne(context, place, before, after);
}

/** The message with what its reader had answered before the meeting was moved, or that it was to the time that they proposed. */
function asBefore(message: Message, before: readonly Attendee[]): Message {
  // A move leaves a yes to nobody else.
  if (before.length > 0 && message.attendee.role !== 'owner' && message.attendee.answer === 'accepted') {
    return { ...message, suits: true };
  }
  const had = before.find(({ email }) => email === message.attendee.email)?.answer ?? 'none';
  return had === 'none' || message.attendee.role === 'owner' ? message : { ...message, had };
}
