/** Which of someone's seats in a meeting counts. Pure. */
import type { Attendee } from '../meetings/meeting.ts';
import { RANK } from '../meetings/seats.ts';

/** The seat of the highest role that any of the addresses has, or null. */
export function highest(attendees: readonly Attendee[], addresses: readonly string[]): Attendee | null {
  let best: Attendee | null = null;
  for (const attendee of attendees) {
    if (!addresses.includes(attendee.email)) continue;
    if (best === null || RANK[attendee.role] > RANK[best.role]) best = attendee;
  }
  return best;
}
