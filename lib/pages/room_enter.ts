/**
 * The way into a room: join.cgi?id=HASH for everyone invited, by the secret of their link; token.cgi for whom the check modules let in,
 * by account.
 */
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import { roomSegment } from '../jitsi/room_name.ts';
import { makeToken, roomAddress } from '../jitsi/token.ts';
import { opensAt } from '../meetings/access.ts';
import type { Invitation, Meeting } from '../meetings/meeting.ts';
import type { Request, Response } from '../message.ts';
import { nameOfAddress } from '../people/identity.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { noteSeen, rememberAddresses } from '../store/feeds.ts';
import { countConnection } from '../store/invitations.ts';
import { mineOf } from '../store/mine.ts';
import { countPrivate } from '../store/rooms.ts';
import { domainMatches } from '../text/addresses.ts';
import { longDate, timeOf } from '../text/dates.ts';
import { beside, go } from './page.ts';

/**
 * Lets someone in from the opening of the room until the meeting's end, also who has declined, for minds change: the answer stays
 * as it was given. Before and after that there is a page, and nothing is counted.
 */
export async function roomJoin(
  request: Request,
  context: Context,
  { invitation }: Pick<Granted, 'invitation'>,
): Promise<Response | Refusal> {
  const { store, clock, log } = context;
  const { meeting, attendee } = invitation;
  const now = clock.now();
  if (now >= meeting.end) return (await import('./room_waiting.ts')).overPage(context, invitation);
  if (roomSegment(meeting.room) === undefined) {
    return refuse(404, 'refused.no_room', `meeting ${meeting.id} has no room that one can enter`);
  }
  const opens = opensAt(meeting.begin, context.settings.JMB_ROOM_OPENS);
  if (now < opens) return (await import('./room_waiting.ts')).waitingPage(request, context, invitation, opens);
  if (request.method !== 'HEAD') {
    // The owner goes on to token.cgi, which counts.
    if (attendee.role !== 'owner') countConnection(store, attendee.hash);
    log.event('joined', { id: meeting.id, as: attendee.role, email: attendee.email });
  }
  return go(302, await wayIn(request, context, invitation));
}

/** Where someone goes: guests without a token, the house's people by way of signing in, outside moderators with a token. */
async function wayIn(
  request: Request,
  { settings, clock }: Context,
  { meeting, attendee }: Invitation,
): Promise<string> {
  const { role, email, name = nameOfAddress(email) } = attendee;
  if (role === 'guest') return roomAddress(meeting.room, null, settings);
  if (role === 'owner' || domainMatches(email, settings.JMB_MAIL_DOMAIN)) {
    return beside(request, `token.cgi?room=${encodeURIComponent(meeting.room)}`);
  }
  const claims = { room: meeting.room, end: meeting.end, id: email, name, email };
  return roomAddress(meeting.room, await makeToken(claims, settings, clock.now()), settings);
}

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
    context.goBy?.(mineOf(store, identity.uid).zone);
    return tooEarly(meeting, context);
  }
  if (request.method !== 'HEAD') {
    // Moderators come through join.cgi, which has counted them.
    if (attendee?.role === 'owner') countConnection(store, attendee.hash);
    if (module === 'private-room') countPrivate(store, room, now);
  }
  const { uid: id, name, email } = identity;
  // Its ownership can be ended by an address (lib/booking/rooms.ts), which this account is then found by.
  if (meeting !== null) {
    rememberAddresses(store, id, identity.addresses, settings.JMB_SHARED_ADDRESSES);
    noteSeen(store, id, now);
  }
  const token = await makeToken({ room, end: meeting?.end ?? null, id, name, email }, settings, now);
  return go(302, roomAddress(room, token, settings));
}

/** The refusal that says when a room opens, to whoever comes to open it long before. */
function tooEarly({ id, begin }: Meeting, context: Context): Refusal {
  const { settings, zone } = context;
  const opens = opensAt(begin, settings.JMB_ROOM_OPENS);
  return refuse(403, 'refused.too_early', `meeting ${id} opens at ${new Date(opens * 1000).toISOString()}`, {
    date: longDate(context, opens),
    time: timeOf(context, opens),
    zone: zone.name.replace(/_/g, ' '),
  });
}
