/** A meeting as its owner has it: whose it is the database says, no field of a form. */
import type { Context } from '../context.ts';
import type { Attendee, Identity, Meeting } from '../meetings/meeting.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { attendeesOf, meetingById } from '../store/meetings.ts';

/** A meeting and its people, looked at by its owner. */
export interface Owned {
  readonly meeting: Meeting;
  readonly attendees: readonly Attendee[];
}

/** The meeting of an id that came from outside, if this user owns it: 404 where there is none, 403 where it is another's. */
export function ownedMeeting(
  { store }: Pick<Context, 'store'>,
  { uid, addresses }: Identity,
  id: string,
): Owned | Refusal {
  const meeting = meetingById(store, id);
  if (meeting === undefined) return refuse(404, 'refused.no_meeting', `${uid}: no meeting ${id.slice(0, 40)}`);
  const attendees = attendeesOf(store, meeting.id);
  const own = attendees.some(({ role, email }) => role === 'owner' && addresses.includes(email));
  return own ? { meeting, attendees } : refuse(403, 'refused.not_owner', `${uid} does not own ${meeting.id}`);
}
