/** What a change of a booking means to its room: ordered in the transaction that changes it, told to Prosody right after. */
import type { Context } from '../context.ts';
import { messageOf } from '../failure.ts';
import type { Attendee, Meeting } from '../meetings/meeting.ts';
import { accountsWith, openOrders, orderOf, orderRoom, roomIsTaken } from '../store/rooms.ts';
import type { Owned } from './access.ts';

/** How long a page waits for Prosody, in milliseconds; what it does not take then, cron tells it. */
const PATIENCE = 1_000;

/** The least that an order is kept up, in seconds; longer than any token of today. */
const LEAST = 86_400;

/** Tokens outlive their meeting by this, in seconds (lib/jitsi/token.ts). */
const AFTER_END = 15 * 60;

/** Whether there is a Prosody that can be told anything of a room; an old row may name none. */
function roomIsSet({ settings }: Pick<Context, 'settings'>, room: string): boolean {
  return settings.JMB_PROSODY_SECRET_FILE !== '' && room !== '';
}

/** When no token of a meeting opens anything any more: Unix seconds. Tokens of earlier versions lived until the end, however far. */
function tokensDead({ settings, clock }: Context, ...ends: number[]): number {
  return Math.max(clock.now() + Math.max(LEAST, settings.JMB_JWT_TTL), ...ends.map((end) => end + AFTER_END));
}

/**
 * Orders the room of a deleted meeting closed: people enter before the begin, and their tokens stay good. Not a room that
 * is somebody's own, nor one that another booking has. Of a meeting that is over only where rooms close and its own has
 * still to: nobody who tidies up the past throws people out who stayed on.
 */
export function orderClosing(context: Context, meeting: Meeting): void {
  if (!stillToClose(context, meeting)) return;
  if (!roomIsSet(context, meeting.room) || roomIsTaken(context.store, meeting, context.clock.now())) return;
  const { id, room, end } = meeting;
  const until = tokensDead(context, end);
  orderRoom(context.store, { room, person: '', does: 'cancel', meetingId: id, until });
}

function stillToClose({ settings, clock }: Context, { end }: Meeting): boolean {
  const now = clock.now();
  return now < end || (settings.JMB_ROOM_END === 'hard' && now < end + settings.JMB_ROOM_GRACE * 60);
}

/** Orders the room of a meeting that goes on opened again, if it was closed. */
export function orderOpening(context: Context, { id, room }: Meeting): void {
  const { store, clock } = context;
  const closed = orderOf(store, room, '', clock.now());
  if (closed === undefined || closed.does === 'open') return;
  orderRoom(store, { room, person: '', does: 'open', meetingId: id, until: closed.until });
}

/** Orders the ownership of those ended who moderate no more, and given back to those who do again. */
export function orderOwnership(context: Context, before: Owned, after: Owned): void {
  if (!roomIsSet(context, after.meeting.room)) return;
  const { store, clock } = context;
  const { id: meetingId, room } = after.meeting;
  const was = tokenIds(context, before.attendees);
  const is = tokenIds(context, after.attendees);
  const until = tokensDead(context, before.meeting.end, after.meeting.end);
  for (const person of was) {
    if (!is.has(person)) orderRoom(store, { room, person, does: 'revoke', meetingId, until });
  }
  for (const person of is) {
    if (was.has(person) || orderOf(store, room, person, clock.now())?.does !== 'revoke') continue;
    orderRoom(store, { room, person, does: 'restore', meetingId, until });
  }
}

/**
 * What the tokens of owner and moderators are named by: the address, for outside moderators, and each account that signed
 * in with it. Who has a seat under another address besides is among them by that one.
 */
function tokenIds({ store }: Context, attendees: readonly Attendee[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { role, email } of attendees) {
    if (role === 'guest') continue;
    ids.add(email);
    for (const account of accountsWith(store, email)) ids.add(account);
  }
  return ids;
}

/**
 * Tells Prosody what is ordered of a room, and says a line in it. Nothing of this fails a page.
 * @param line what to say to who is in the room
 */
export async function tellRoom(context: Context, room: string, line?: string): Promise<void> {
  if (!roomIsSet(context, room)) return;
  const { settings, store, clock, log } = context;
  const orders = openOrders(store, clock.now()).filter((order) => order.room === room);
  if (orders.length === 0 && line === undefined) return;
  try {
    const service = (await import('../jitsi/rooms.ts')).roomService(settings);
    if (service === undefined) return;
    const { carryOut, sayIn } = await import('../jitsi/room_orders.ts');
    const { left } = await carryOut(context, service, orders, PATIENCE);
    if (line !== undefined && left === 0) await sayIn(service, room, line, PATIENCE);
  } catch (error) {
    log.event('rooms-unreachable', { room, reason: messageOf(error) });
  }
}
