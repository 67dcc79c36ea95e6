/** Booking a series: what was typed of it is checked with the rest, and all its meetings are written with one invitation for each person. */
import type { Context } from '../context.ts';
import { type Booking, type BookingForm, checkBegin } from '../meetings/booking.ts';
import { bookingOf, sameBooking } from '../meetings/fields.ts';
import type { Identity, Meeting } from '../meetings/meeting.ts';
import type { Repetition } from '../meetings/series.ts';
import { checkSeries, type SeriesForm, type SeriesMistakes } from '../meetings/series_form.ts';
import { planReminders } from '../meetings/timing.ts';
import { noteStandIn } from '../store/assistants.ts';
import { insertMeeting, type Saved } from '../store/bookings.ts';
import { attendeesOf, invitationsOf } from '../store/meetings.ts';
import { dropReminders } from '../store/outbox_changes.ts';
import { planReminderRows } from '../store/reminders.ts';
import { placesOf, seriesById } from '../store/series.ts';
import { insertSeries } from '../store/series_changes.ts';
import type { Store } from '../store/store.ts';
import { checkedBooking, defaultSubject, type NoBooking } from './checked.ts';

/** A booking, and what it repeats by; null: it is held once. */
export interface Booked {
  readonly booking: Booking;
  readonly repetition: Repetition | null;
}

/** What is wrong with a booking, with a series, or with both. */
export type NoSeries = NoBooking | { readonly mistakes: SeriesMistakes };

/** The booking that was typed, and the series, or what is wrong with either. @throws Unavailable when the database fails */
export async function checkedSeries(
  context: Context,
  identity: Identity,
  typed: BookingForm,
  series: SeriesForm,
): Promise<Booked | NoSeries> {
  const checked = await checkedBooking(context, { identity, meeting: null }, typed);
  const { zone } = context;
  const now = context.clock.now();
  if (!('booking' in checked)) {
    if (!('mistakes' in checked)) return checked;
    // All at once, so that it is corrected once.
    const begin = checkBegin(typed, { now, zone }, () => undefined);
    const also = begin === null ? null : checkSeries(series, begin, { now, people: 1, zone });
    return also !== null && 'mistakes' in also ? { mistakes: { ...also.mistakes, ...checked.mistakes } } : checked;
  }
  const { booking } = checked;
  const people = booking.moderators.length + booking.guests.length + 1;
  const found = checkSeries(series, booking.begin, { now, people, zone });
  if ('mistakes' in found) return found;
  const { repetition } = found;
  if (repetition === null) return { booking, repetition };
  return { booking: { ...booking, subject: lasting(context, booking) }, repetition };
}

/** A subject that was not chosen names the day, which is not that of the others. */
function lasting(context: Context, { subject, begin }: Booking): string {
  const isDated = context.settings.JMB_DEFAULT_OBJECT === '' && subject === defaultSubject(context, begin);
  return isDated ? context.texts('meeting.no_subject') : subject;
}

/** Writes what is booked with its reminders, in the transaction of its invitations; these are about what it returns. */
export function insertBooked(
  context: Context,
  { email, by }: Identity,
  { booking, repetition }: Booked,
): Saved & { first: Meeting } {
  const { store, clock, zone } = context;
  if (repetition === null) {
    const saved = insertMeeting(store, clock, email, booking);
    plan(context, saved.meeting);
    noteStandIn(store, saved.meeting.id, by?.email ?? null);
    return { ...saved, first: saved.meeting };
  }
  const { id, meetings } = insertSeries(store, clock, email, booking, { repetition, zone: zone.name });
  for (const { meeting } of meetings) {
    plan(context, meeting);
    noteStandIn(store, meeting.id, by?.email ?? null);
  }
  const whole = seriesById(store, id, clock.now());
  const first = meetings[0]?.meeting;
  if (whole === undefined || first === undefined) throw new Error(`series ${id} is not there after it was written`);
  return { ...whole, first };
}

/** Plans the reminders of a meeting anew; those of its old time that wait in the outbox are no longer true. */
export function plan({ store, settings, clock }: Context, { id, begin, end }: Meeting): void {
  const now = clock.now();
  dropReminders(store, id, now);
  planReminderRows(store, 'mail', id, planReminders(begin, settings.JMB_MAIL_REMINDER, now));
  planReminderRows(store, 'xmpp', id, planReminders(end, settings.JMB_XMPP_REMINDER, now));
}

/** How long after a booking the same one again is taken for a slip, in seconds. */
export const SLIP = 60;

/**
 * What the same owner has just booked with the same time, subject and people, or the first meeting of the same series; else undefined.
 * @param now Unix seconds
 * @param apart how far from each other two times are that count as the same, in seconds
 */
export function duplicateOf(
  store: Store,
  owner: string,
  { booking, repetition }: Booked,
  now: number,
  apart: number,
): Meeting | undefined {
  return invitationsOf(store, [owner], { endAfter: booking.begin }).find(({ meeting, attendee }) => {
    if (
      attendee.role !== 'owner' ||
      meeting.created <= now - SLIP ||
      Math.abs(meeting.begin - firstOf(booking, repetition)) > apart
    )
      return false;
    const its = bookingOf(meeting, attendeesOf(store, meeting.id));
    return sameBooking({ ...its, begin: booking.begin }, booking) && sameDates(store, meeting, repetition, now);
  })?.meeting;
}

function firstOf({ begin }: Booking, repetition: Repetition | null): number {
  return repetition?.occurrences.find(({ skipped }) => !skipped)?.begin ?? begin;
}

function sameDates(store: Store, { id }: Meeting, repetition: Repetition | null, now: number): boolean {
  const place = placesOf(store, [id]).get(id);
  if (place === undefined || repetition === null) return place === undefined && repetition === null;
  const { turns = [] } = seriesById(store, place.seriesId, now)?.meeting.series ?? {};
  const dates = (all: readonly { readonly local: string }[]) => all.map(({ local }) => local).join();
  return (
    dates(turns) === dates(repetition.occurrences) &&
    dates(turns.filter(({ off }) => off)) === dates(repetition.occurrences.filter(({ skipped }) => skipped))
  );
}
