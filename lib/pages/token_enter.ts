/** token.cgi: the check modules decide, then the browser goes to the room with a token. */

import type { Context } from '../context.ts';
import { queryParams } from '../http/params.ts';
import { makeToken, roomAddress } from '../jitsi/token.ts';
import type { Request, Response } from '../message.ts';
import { decide } from '../people/check.ts';
import { identityOf } from '../people/identity.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { rememberAddresses } from '../store/feeds.ts';
import { countConnection } from '../store/invitations.ts';
import { attendeesOf, meetingByRoom } from '../store/meetings.ts';
import { go } from './page.ts';
import { highest } from './roles.ts';

/** A room's name as Jitsi has them in addresses: no slash, no control character, not endless. */
const ROOM = /^[^\s/?#\p{Cc}]{1,200}$/u;

/** Answers `token.cgi?room=ROOM`. The token is made after the checks, never before (spec section 10, fault 12). */
export async function tokenEnter(request: Request, context: Context): Promise<Response | Refusal> {
  const room = (queryParams(request).get('room') ?? '').toLowerCase();
  if (!ROOM.test(room)) return refuse(400, 'refused.no_room', 'no room in the address');
  const identity = await identityOf(context, request);
  if (isRefusal(identity)) return identity;
  const { store, settings, clock } = context;
  const now = clock.now();
  const meeting = meetingByRoom(store, room) ?? null;
  const attendee = meeting && highest(attendeesOf(store, meeting.id), identity.addresses);
  const decision = await decide({ room, identity, now, meeting, role: attendee?.role ?? null }, context);
  if (isRefusal(decision)) return decision;
  // Moderators come through join.cgi, which has counted them.
  if (attendee?.role === 'owner' && request.method !== 'HEAD') countConnection(store, attendee.hash);
  const { uid: id, name, email } = identity;
  // Its ownership can be ended by an address (lib/pages/room_changes.ts), which this account is then found by.
  if (meeting !== null) rememberAddresses(store, id, identity.addresses);
  const token = makeToken({ room, end: meeting?.end ?? null, id, name, email }, settings, now);
  return go(302, roomAddress(room, token, settings));
}
