/** The same booking sent twice: a button pressed twice, or a page loaded again, books one meeting. */

import type { Booking } from '../meetings/booking.ts';
import type { Meeting } from '../meetings/meeting.ts';
import { addressesIn } from '../meetings/seats.ts';
import { attendeesOf, invitationsOf } from '../store/meetings.ts';
import type { Store } from '../store/store.ts';

/** How long after a booking the same one again is taken for a slip, in seconds. */
const SLIP = 60;

/**
 * The meeting that the same owner has just booked with the same time, subject and people, or undefined.
 * @param now Unix seconds
 */
export function duplicateOf(store: Store, owner: string, booking: Booking, now: number): Meeting | undefined {
  const alike = invitationsOf(store, [owner], { endAfter: booking.begin }).filter(
    ({ meeting, attendee }) =>
      attendee.role === 'owner' &&
      meeting.created > now - SLIP &&
      meeting.begin === booking.begin &&
      meeting.duration === booking.duration &&
      meeting.subject === booking.subject,
  );
  return alike.find(({ meeting }) => samePeople(store, meeting, booking))?.meeting;
}

function samePeople(store: Store, meeting: Meeting, booking: Booking): boolean {
  const people = attendeesOf(store, meeting.id);
  return (
    same(addressesIn(people, 'moderator'), booking.moderators) && same(addressesIn(people, 'guest'), booking.guests)
  );
}

function same(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}
