/** token.cgi: the check modules decide, then the browser goes to the room with a token. */

import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import { makeToken, roomAddress } from '../jitsi/token.ts';
import { opensAt } from '../meetings/access.ts';
import type { Request, Response } from '../message.ts';
import type { Refusal } from '../refusal.ts';
import { rememberAddresses } from '../store/feeds.ts';
import { countConnection } from '../store/invitations.ts';
import { countPrivate } from '../store/rooms.ts';
import { go } from './page.ts';

/** Answers `token.cgi?room=ROOM`. The token is made after the checks, never before. */
export async function tokenEnter(
  request: Request,
  context: Context,
  { identity, entry }: Pick<Granted, 'identity' | 'entry'>,
): Promise<Response | Refusal> {
  const { room, meeting, attendee, module } = entry;
  const { store, settings, clock } = context;
  const now = clock.now();
  if (meeting !== null && now < opensAt(meeting.begin, settings.JMB_ROOM_OPENS)) {
    return (await import('./room_opening.ts')).tooEarly(meeting, context);
  }
  if (request.method !== 'HEAD') {
    // Moderators come through join.cgi, which has counted them.
    if (attendee?.role === 'owner') countConnection(store, attendee.hash);
    if (module === 'private-room') countPrivate(store, room, now);
  }
  const { uid: id, name, email } = identity;
  // Its ownership can be ended by an address (lib/booking/rooms.ts), which this account is then found by.
  if (meeting !== null) rememberAddresses(store, id, identity.addresses, settings.JMB_SHARED_ADDRESSES);
  const token = await makeToken({ room, end: meeting?.end ?? null, id, name, email }, settings, now);
  return go(302, roomAddress(room, token, settings));
}
