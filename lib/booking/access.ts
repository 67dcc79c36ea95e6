/** What a meeting or a room is to somebody who signed in: whose it is, and whether it opens. */
import type { Context } from '../context.ts';
import { roomName } from '../jitsi/room_name.ts';
import type { Attendee, Identity, Invitation, Meeting } from '../meetings/meeting.ts';
import { highest } from '../meetings/people.ts';
import { decide } from '../people/check_modules.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { type GoneLink, goneLink } from '../store/gone_links.ts';
import { invitationByHash } from '../store/invitations.ts';
import { attendeesOf, meetingById, meetingByRoom } from '../store/meetings.ts';
import { namesOf } from '../store/people.ts';
import { longDate, timeOf } from '../text/dates.ts';

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

/** The same, if this user owns or moderates it: those two know of everybody who is invited. */
export function readMeeting(
  { store }: Pick<Context, 'store'>,
  { uid, addresses }: Identity,
  id: string,
): Owned | Refusal {
  const meeting = meetingById(store, id);
  if (meeting === undefined) return refuse(404, 'refused.no_meeting', `${uid}: no meeting ${id.slice(0, 40)}`);
  const attendees = attendeesOf(store, meeting.id);
  const role = highest(attendees, addresses)?.role ?? 'guest';
  return role === 'guest'
    ? refuse(403, 'refused.not_reader', `${uid} neither owns nor moderates ${meeting.id}`)
    : { meeting, attendees };
}

/**
 * The invitation that the secret of a link opens: refused with 410 where it did until lately, and with 404 where it is nobody's.
 * @param hash what somebody gave
 */
export function invitationOf(context: Context, hash: string): Invitation | Refusal {
  const { store, clock } = context;
  const invitation = invitationByHash(store, hash);
  if (invitation !== undefined) return invitation;
  const gone = goneLink(store, hash, clock.now());
  return gone === undefined ? refuse(404, 'refused.no_invitation', 'unknown hash') : whyGone(context, gone);
}

/** What is said to whoever holds a link that led to a meeting. */
function whyGone(
  { store, language }: Context,
  { id, subject, begin, end, owner, at, deleted, again }: GoneLink,
): Refusal {
  const name = namesOf(store, [owner]).get(owner);
  const about = { id, subject, begin, end, organiser: { email: owner, ...(name === undefined ? {} : { name }) } };
  const when = { date: longDate(language, at), time: timeOf(language, at) };
  if (again) return { ...refuse(410, 'refused.link_replaced', `a link of ${id} that was replaced`), about };
  if (deleted) return { ...refuse(410, 'refused.meeting_deleted', `meeting ${id} was deleted`, when), about };
  return { ...refuse(410, 'refused.taken_off', `taken off meeting ${id}`, when), about };
}

/** A room that an account may open. */
export interface Entry {
  readonly room: string;
  /** Whose room it is; null where nobody has booked it. */
  readonly meeting: Meeting | null;
  /** The account's seat in that meeting. */
  readonly attendee: Attendee | null;
  /** The check module that consented. */
  readonly module: string;
}

/**
 * Asks the check modules about an account and a room.
 * @param asked the room's name as it was asked for, lower case
 * @returns a refusal with 400 where no room has the name, with 403 where a module refuses or none consents
 * @throws Unavailable when a module, the directory or the database fails: nobody gets in by a failure
 */
export async function entryTo(context: Context, identity: Identity, asked: string): Promise<Entry | Refusal> {
  const room = roomOf(asked, identity.uid);
  if (roomName(room) === undefined) return refuse(400, 'refused.impossible_room', 'no room has this name', { room });
  const { store, clock } = context;
  const meeting = meetingByRoom(store, room) ?? null;
  const attendee = meeting && highest(attendeesOf(store, meeting.id), identity.addresses);
  const decision = await decide({ room, identity, now: clock.now(), meeting, role: attendee?.role ?? null }, context);
  return isRefusal(decision) ? decision : { room, meeting, attendee, module: decision.module };
}

/** Jitsi asks by what it made of the address, in which signs are written as `%40`; people and JMB by the name itself. */
function roomOf(asked: string, uid: string): string {
  if (!asked.includes('%') || roomName(asked) === roomName(uid)) return asked;
  try {
    return decodeURIComponent(asked).toLowerCase();
  } catch {
    return asked;
  }
}
