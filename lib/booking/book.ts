/**
 * Booking a meeting, once where it is sent twice, and changing one: what was typed is checked, then written with its messages
 * and reminders in one transaction.
 */
import type { Context } from '../context.ts';
import { type Message, messagesToAll } from '../mail/messages.ts';
import type { Booking, BookingForm } from '../meetings/booking.ts';
import { whoIsTold } from '../meetings/change.ts';
import { bookingOf, formOf, sameBooking } from '../meetings/fields.ts';
import type { Attendee, Identity, Meeting } from '../meetings/meeting.ts';
import { planReminders } from '../meetings/reminders.ts';
import { isRefusal, type Refusal } from '../refusal.ts';
import { noteStandIn } from '../store/assistants.ts';
import { insertMeeting, type Saved, updateMeeting } from '../store/bookings.ts';
import { attendeesOf, invitationsOf } from '../store/meetings.ts';
import { dropReminders } from '../store/outbox_changes.ts';
import { planReminderRows } from '../store/reminders.ts';
import type { Store } from '../store/store.ts';
import { endedFor, type Owned, ownedMeeting } from './access.ts';
import { checkedBooking, type NoBooking } from './checked.ts';
import { accounts, type Ending, logged, send, withinLimit, write } from './messages.ts';
import { orderOwnership, tellRoom } from './rooms.ts';

/** A meeting that was written, and how telling people of it went. */
export interface Done {
  readonly meeting: Meeting;
  readonly told: Ending;
}

/**
 * Books a meeting. The same one twice within a minute is booked once.
 * @param when `now`: it begins as it is booked, and so twice within a minute is not twice at one time
 * @returns what was booked, what is wrong with what was typed, or a refusal with 429
 */
export async function book(
  context: Context,
  identity: Identity,
  typed: BookingForm,
  when: 'then' | 'now' = 'then',
): Promise<Done | NoBooking | Refusal> {
  const checked = await checkedBooking(context, { identity, meeting: null }, typed);
  if (!('booking' in checked)) return checked;
  const { store, clock, log } = context;
  const { moderators, guests } = checked.booking;
  const { feeds, names } = await accounts(context, identity, [...moderators, ...guests]);
  const booking = called(checked.booking, names);
  const done = withinLimit(context, identity, () => {
    const ended = endedFor(store, identity);
    if (ended !== null) return ended;
    const duplicate = duplicateOf(store, identity.email, booking, clock.now(), when === 'now' ? SLIP : 0);
    if (duplicate !== undefined) return { meeting: duplicate, again: true };
    const { meeting, attendees } = insertMeeting(store, clock, identity.email, booking);
    noteStandIn(store, meeting.id, identity.by?.email ?? null);
    plan(context, meeting);
    write(context, identity, { meeting, attendees, accounts: feeds }, messagesToAll('new', attendees));
    return { meeting, again: false };
  });
  if (isRefusal(done)) return done;
  const { meeting, again } = done;
  log.event(again ? 'booked-already' : 'booked', logged(meeting, identity));
  return { meeting, told: await send(context, meeting.id) };
}

/** What became of a change. */
export type Changed =
  | Done
  /** It concerned nobody who is told: another subject alone. */
  | { readonly meeting: Meeting; readonly told: '_quietly' }
  | NoBooking
  | Refusal
  /** Nothing is other than it was; nobody is told. */
  | { readonly unchanged: Meeting }
  /** Somebody else has saved it meanwhile: what it is now. */
  | { readonly conflict: Owned };

/**
 * Changes a meeting of this owner; of one that runs, people and subject.
 * @param version that of the meeting which what was typed goes by
 */
export async function change(
  context: Context,
  identity: Identity,
  owned: Owned,
  version: number,
  typed: BookingForm,
): Promise<Changed> {
  const checked = await checkedBooking(context, { identity, meeting: owned.meeting }, typed);
  if (!('booking' in checked)) return checked;
  const { moderators, guests } = checked.booking;
  const { id } = owned.meeting;
  const people = [...moderators, ...guests, ...owned.attendees.map(({ email }) => email)];
  const { feeds, names } = await accounts(context, identity, people);
  const booking = called(checked.booking, names);
  const { store, clock, log } = context;
  const result = withinLimit(context, identity, () => {
    // Read again: the database may have changed while the directory was asked.
    const before = ownedMeeting(context, identity, id);
    if (isRefusal(before)) return before;
    const update = updateMeeting(store, id, version, booking, clock.now());
    if (update.outcome !== 'saved') return { conflict: before };
    const messages = tellOfChange(context, identity, before, update, feeds);
    orderOwnership(context, before, update);
    if (update.meeting.version === before.meeting.version) return { unchanged: update.meeting };
    noteStandIn(store, id, identity.by?.email ?? null);
    return { meeting: update.meeting, quiet: messages === 0 };
  });
  if (isRefusal(result)) return result;
  const { unchanged, conflict, meeting, quiet } = result;
  if (unchanged !== undefined) return { unchanged };
  if (conflict !== undefined) {
    log.event('conflict', { id, uid: identity.uid });
    return { conflict };
  }
  log.event('changed', logged(meeting, identity));
  await tellRoom(context, meeting.room);
  return { meeting, told: quiet ? '_quietly' : await send(context, id) };
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
    const said = formOf(bookingOf(meeting, attendees));
    const typed = { ...said, guests: `${said.guests}\n${guests}` };
    const done = await change(context, identity, owned, meeting.version, typed);
    if (!('conflict' in done) || tries === TRIES) return { done, typed, owned };
  }
}

/** The booking with the directory's names where none were typed. */
function called(booking: Booking, names: ReadonlyMap<string, string>): Booking {
  return names.size === 0 ? booking : { ...booking, names: new Map([...names, ...(booking.names ?? [])]) };
}

/** Plans the reminders of a meeting anew; those of its old time that wait in the outbox are no longer true. */
function plan({ store, settings, clock }: Context, { id, begin, end }: Meeting): void {
  const now = clock.now();
  dropReminders(store, id, now);
  planReminderRows(store, 'mail', id, planReminders(begin, settings.JMB_MAIL_REMINDER, now));
  planReminderRows(store, 'xmpp', id, planReminders(end, settings.JMB_XMPP_REMINDER, now));
}

/** Writes what a change means to whom; how many messages. */
function tellOfChange(
  context: Context,
  identity: Identity,
  before: Owned,
  after: Saved,
  known: ReadonlyMap<string, string>,
): number {
  const told = whoIsTold(before, after);
  if (told.moved) plan(context, after.meeting);
  const messages: Message[] = [
    ...messagesToAll('new', told.newcomers),
    ...messagesToAll('edit', told.changed).map((message) => asBefore(message, told.moved ? before.attendees : [])),
    ...messagesToAll('removed', told.removed),
  ];
  for (const { email } of told.removed) {
    dropReminders(context.store, after.meeting.id, context.clock.now(), email);
  }
  write(context, identity, { meeting: after.meeting, attendees: after.attendees, accounts: known }, messages);
  return messages.length;
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

/** How long after a booking the same one again is taken for a slip, in seconds. */
const SLIP = 60;

/**
 * The meeting that the same owner has just booked with the same time, subject and people, or undefined.
 * @param now Unix seconds
 * @param apart how far from each other two times are that count as the same, in seconds
 */
export function duplicateOf(
  store: Store,
  owner: string,
  booking: Booking,
  now: number,
  apart: number,
): Meeting | undefined {
  const { begin } = booking;
  return invitationsOf(store, [owner], { endAfter: begin }).find(
    ({ meeting, attendee }) =>
      attendee.role === 'owner' &&
      meeting.created > now - SLIP &&
      Math.abs(meeting.begin - begin) <= apart &&
      sameBooking({ ...bookingOf(meeting, attendeesOf(store, meeting.id)), begin }, booking),
  )?.meeting;
}
