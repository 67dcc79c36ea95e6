/** What Prosody is to be told of rooms and of people in them: written with what causes it, told after, and kept while it holds. */
import type { MeetingId } from '../meetings/meeting.ts';
import { idOf } from './rows.ts';
import type { Store } from './store.ts';

/** `end` and `cancel` close a room (its booking is over, deleted), `open` lifts that; `revoke` and `restore` are about a person's ownership. */
export type OrderKind = 'end' | 'cancel' | 'open' | 'revoke' | 'restore';

/** Something to tell Prosody. */
export interface RoomOrder {
  readonly id: number;
  readonly room: string;
  /** The id in the person's token; empty for the room itself. */
  readonly person: string;
  readonly does: OrderKind;
  readonly meetingId: MeetingId;
  /** Unix seconds from when it means nothing. */
  readonly until: number;
}

const COLUMNS = `order_id AS id, order_room AS room, order_person AS person, order_does AS does,
  CAST(order_meeting_id AS TEXT) AS meetingId, order_until AS until`;

/** Writes an order; what was asked of the same room or person before no longer counts. Within the transaction that causes it. */
export function orderRoom(store: Store, order: Omit<RoomOrder, 'id'>): void {
  store.transaction(() => {
    store.run(
      `INSERT OR REPLACE INTO room_order (order_room, order_person, order_does, order_meeting_id, order_until)
       VALUES (?, ?, ?, ?, ?)`,
      order.room,
      order.person,
      order.does,
      idOf(order.meetingId),
      order.until,
    );
  });
}

/** The orders that Prosody has still to be told and that still mean something, oldest first. */
export function openOrders(store: Store, now: number): RoomOrder[] {
  return store.all<RoomOrder>(
    `SELECT ${COLUMNS} FROM room_order WHERE order_until > ? AND order_done IS NULL ORDER BY +order_id`,
    now,
  );
}

/** What was last asked of a room (no person) or of a person in it, told or not; undefined when nothing that still holds. */
export function orderOf(store: Store, room: string, person: string, now: number): RoomOrder | undefined {
  return store.get<RoomOrder>(
    `SELECT ${COLUMNS} FROM room_order WHERE order_room = ? AND order_person = ? AND order_until > ?`,
    room,
    person,
    now,
  );
}

/** What takes an order back. */
const OPPOSITE: Readonly<Partial<Record<OrderKind, OrderKind>>> = { end: 'open', cancel: 'open', revoke: 'restore' };

/**
 * Keeps that Prosody has taken an order; an opening or a giving back leaves nothing to keep. Was it taken back while
 * Prosody was told, by another process that may have told its own first, then the last word is ordered once more.
 */
export function markOrderDone(store: Store, order: RoomOrder, now: number): void {
  store.transaction(() => {
    const known = store.run('UPDATE room_order SET order_done = ? WHERE order_id = ?', now, order.id) === 1;
    const does = OPPOSITE[order.does];
    if (!known && does !== undefined) orderRoom(store, { ...order, does });
    store.run("DELETE FROM room_order WHERE order_id = ? AND order_does IN ('open', 'restore')", order.id);
  });
}

/** Forgets the orders that mean nothing any more; costs a look at an index where there are none. */
export function forgetOrders(store: Store, now: number): void {
  if (store.get('SELECT 1 FROM room_order WHERE order_until <= ? LIMIT 1', now) === undefined) return;
  store.transaction(() => store.run('DELETE FROM room_order WHERE order_until <= ?', now));
}

/** Rooms that are closed although a booking of theirs runs or is to come: one was extended, or the room booked again. */
export function closedButBooked(store: Store, now: number): RoomOrder[] {
  return store.all<RoomOrder>(
    `SELECT ${COLUMNS} FROM room_order
     WHERE order_until > ? AND order_does IN ('end', 'cancel')
       AND EXISTS (SELECT 1 FROM meetings WHERE meeting_name = order_room COLLATE NOCASE AND meeting_end > ?)
     ORDER BY +order_id`,
    now,
    now,
  );
}

/** The accounts that have an address, as they last signed in: what their tokens are named by. */
export function accountsWith(store: Store, address: string): string[] {
  return store
    .all<{ readonly uid: string }>(
      'SELECT DISTINCT feed_owner AS uid FROM feed_address WHERE feed_address = ? LIMIT 20',
      address,
    )
    .map(({ uid }) => uid);
}
