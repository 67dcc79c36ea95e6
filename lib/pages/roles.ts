/** Which of someone's seats in a meeting counts. Pure. */
import type { Attendee, Role } from '../meetings/meeting.ts';

const RANK: Readonly<Record<Role, number>> = { owner: 2, moderator: 1, guest: 0 };

/** The seat of the highest role that any of the addresses has, or null. */
export function highest(attendees: readonly Attendee[], addresses: readonly string[]): Attendee | null {
  let best: Attendee | null = null;
  for (const attendee of attendees) {
    if (!addresses.includes(attendee.email)) continue;
    if (best === null || RANK[attendee.role] > RANK[best.role]) best = attendee;
  }
  return best;
}
