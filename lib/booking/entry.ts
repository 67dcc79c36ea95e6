/** Who opens a room by an account: what the room is to that account, and what the check modules say. */
import type { Context } from '../context.ts';
import { roomName } from '../jitsi/room_name.ts';
import type { Attendee, Identity, Meeting } from '../meetings/meeting.ts';
import { highest } from '../meetings/seats.ts';
import { decide } from '../people/check_modules.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { attendeesOf, meetingByRoom } from '../store/meetings.ts';

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
