/** Rooms: what Prosody is to be told of them and of people in them, which hard ends are due, and how often private ones were entered. */
import type { Meeting, MeetingId } from '../meetings/meeting.ts';
import { idOf, MEETING_COLUMNS, type MeetingRow, meetingOf } from './rows.ts';
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

/** A meeting whose end is near or was not long ago. */
export interface EndingMeeting {
  readonly meeting: Meeting;
  /** The time of the last step done for this end; 0 when none was (lib/meetings/timing.ts). */
  readonly done: number;
}

/**
 * The meetings that end within a time and whose last step is before their closing, by end.
 * @param from Unix seconds, as `to`
 * @param grace seconds from an end to the closing
 */
export function endingMeetings(store: Store, from: number, to: number, grace: number): EndingMeeting[] {
  return store
    .all<MeetingRow & { readonly done: number }>(
      `SELECT ${MEETING_COLUMNS}, coalesce(s.ending_step, 0) AS done
       FROM meetings AS m
       LEFT JOIN meeting_extra AS e ON e.extra_meeting_id = m.meeting_id
       LEFT JOIN room_ending AS s ON s.ending_meeting_id = m.meeting_id AND s.ending_end = m.meeting_end
       WHERE m.meeting_end > ? AND m.meeting_end <= ? AND m.meeting_name <> '' AND coalesce(s.ending_step, 0) < m.meeting_end + ?
       ORDER BY m.meeting_end`,
      from,
      to,
      grace,
    )
    .map((row) => ({ meeting: meetingOf(row), done: row.done }));
}

/** Keeps that a step was done. @param time the step's, in Unix seconds */
export function markEnding(store: Store, { id, end }: Pick<Meeting, 'id' | 'end'>, time: number): void {
  store.transaction(() => {
    store.run(
      'INSERT OR REPLACE INTO room_ending (ending_meeting_id, ending_end, ending_step) VALUES (?, ?, ?)',
      idOf(id),
      end,
      time,
    );
  });
}

/** Whether a room is not to be closed for a meeting: it is somebody's own, or another booking of it runs or is to come. */
export function roomIsTaken(store: Store, { id, room }: Pick<Meeting, 'id' | 'room'>, now: number): boolean {
  const row = store.get<{ readonly taken: number }>(
    `SELECT EXISTS (SELECT 1 FROM private WHERE private_room = ?)
       OR EXISTS (SELECT 1 FROM meetings WHERE meeting_name = ? COLLATE NOCASE AND meeting_end > ? AND meeting_id <> ?) AS taken`,
    room,
    room,
    now,
    idOf(id),
  );
  return row?.taken === 1;
}

/**
 * Counts an entry into a private room, where that can be written: a row a room, with the time of the last entry.
 * @param now Unix seconds
 */
export function countPrivate(store: Store, room: string, now: number): void {
  store.jot(() => {
    const counted = store.run(
      `UPDATE private SET private_count = coalesce(private_count, 0) + 1, private_date = ?
       WHERE private_id = (SELECT max(private_id) FROM private WHERE private_room = ?)`,
      now,
      room,
    );
    if (counted === 0) {
      store.run('INSERT INTO private (private_room, private_date, private_count) VALUES (?, ?, 1)', room, now);
    }
  });
}
