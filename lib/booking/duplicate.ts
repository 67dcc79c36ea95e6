/** The same booking sent twice: a button pressed twice, or a page loaded again, books one meeting. */

import type { Booking } from '../meetings/booking.ts';
import { bookingOf, sameBooking } from '../meetings/fields.ts';
import type { Meeting } from '../meetings/meeting.ts';
import { attendeesOf, invitationsOf } from '../store/meetings.ts';
import type { Store } from '../store/store.ts';

/** How long after a booking the same one again is taken for a slip, in seconds. */
const SLIP = 60;

/**
 * The meeting that the same owner has just booked with the same time, subject and people, or undefined.
 * @param now Unix seconds
 */
export function duplicateOf(store: Store, owner: string, booking: Booking, now: number): Meeting | undefined {
  return invitationsOf(store, [owner], { endAfter: booking.begin }).find(
    ({ meeting, attendee }) =>
      attendee.role === 'owner' &&
      meeting.created > now - SLIP &&
      meeting.begin === booking.begin &&
      sameBooking(bookingOf(meeting, attendeesOf(store, meeting.id)), booking),
  )?.meeting;
}
