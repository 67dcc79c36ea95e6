/** token.cgi: the check modules decide, then the browser goes to the room with a token. */

import type { Context } from '../context.ts';
import { queryParams } from '../http/params.ts';
import { roomName } from '../jitsi/room_name.ts';
import { makeToken, roomAddress } from '../jitsi/token.ts';
import { opensAt } from '../meetings/opening.ts';
import type { Request, Response } from '../message.ts';
import { decide } from '../people/check_modules.ts';
import { identityOf } from '../people/identity.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { rememberAddresses } from '../store/feeds.ts';
import { countConnection } from '../store/invitations.ts';
import { attendeesOf, meetingByRoom } from '../store/meetings.ts';
import { countPrivate } from '../store/rooms.ts';
import { go } from './page.ts';
import { highest } from './roles.ts';

/** A room's name as it is asked for: no slash, no control character, not endless. */
const ROOM = /^[^/?\p{Cc}]{1,200}$/u;

/** Answers `token.cgi?room=ROOM`. The token is made after the checks, never before. */
export async function tokenEnter(request: Request, context: Context): Promise<Response | Refusal> {
  const asked = (queryParams(request).get('room') ?? '').trim().toLowerCase();
  if (!ROOM.test(asked)) return refuse(400, 'refused.no_room', 'no room in the address');
  const identity = await identityOf(context, request);
  if (isRefusal(identity)) return identity;
  const room = roomOf(asked, identity.uid);
  if (roomName(room) === undefined) return refuse(400, 'refused.impossible_room', 'no room has this name', { room });
  const { store, settings, clock } = context;
  const now = clock.now();
  const meeting = meetingByRoom(store, room) ?? null;
  const attendee = meeting && highest(attendeesOf(store, meeting.id), identity.addresses);
  const decision = await decide({ room, identity, now, meeting, role: attendee?.role ?? null }, context);
  if (isRefusal(decision)) return decision;
  if (meeting !== null && now < opensAt(meeting.begin, settings.JMB_ROOM_OPENS)) {
    return (await import('./room_opening.ts')).tooEarly(meeting, context);
  }
  if (request.method !== 'HEAD') {
    // Moderators come through join.cgi, which has counted them.
    if (attendee?.role === 'owner') countConnection(store, attendee.hash);
    if (decision.module === 'private-room') countPrivate(store, room, now);
  }
  const { uid: id, name, email } = identity;
  // Its ownership can be ended by an address (lib/pages/room_changes.ts), which this account is then found by.
  if (meeting !== null) rememberAddresses(store, id, identity.addresses, settings.JMB_SHARED_ADDRESSES);
  const token = await makeToken({ room, end: meeting?.end ?? null, id, name, email }, settings, now);
  return go(302, roomAddress(room, token, settings));
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
