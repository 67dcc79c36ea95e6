/** Writing meetings: book, change, delete. Each is one transaction, or a part of the caller's. */
import type { Booking } from '../meetings/booking.ts';
import { DETAIL_NAMES, type Detail } from '../meetings/details.ts';
import type { Attendee, Meeting, MeetingId, Role } from '../meetings/meeting.ts';
import { askAnew } from './answers.ts';
import { keepLinks, recordChange } from './changes.ts';
import { attendeesOf, meetingById } from './meetings.ts';
import { dropReminders } from './outbox_changes.ts';
import { nameAttendee } from './people.ts';
import { BESIDE, type Beside, idOf } from './rows.ts';
import { newHash, newRoom } from './secrets.ts';
import type { Store } from './store.ts';

/** What changes a meeting, people and details apart. Nothing compiles until a new field of a booking stands here: the statements below need it too. */
const SAID: { readonly [Field in Exclude<keyof Booking, 'moderators' | 'guests' | 'names' | Detail>]: true } = {
  subject: true,
  begin: true,
  duration: true,
  language: true,
};

/** A meeting and its people, as they are in the database after a write. */
export interface Saved {
  readonly meeting: Meeting;
  readonly attendees: readonly Attendee[];
}

/** How an attempt to change a meeting ended: `conflict` when somebody else has changed it since, `gone` when it is deleted. */
export type Update = ({ readonly outcome: 'saved' } & Saved) | { readonly outcome: 'conflict' | 'gone' };

/** The part of lib/clock.ts that a booking needs. */
export interface BookingClock {
  now(): number;
  nanoseconds(): bigint;
}

/** Books a meeting; its room and everyone's secret are made here. The owner counts as accepted, as in the original. */
export function insertMeeting(store: Store, clock: BookingClock, owner: string, booking: Booking): Saved {
  return store.transaction(() => {
    const now = clock.now();
    const id = insertRow(store, clock.nanoseconds(), booking, now);
    store.run('INSERT INTO meeting_extra (extra_meeting_id, extra_modified, extra_plain) VALUES (?, ?, 1)', id, now);
    writeBeside(store, id, {}, booking);
    insertAttendee(store, id, owner, 'owner');
    for (const email of booking.moderators) insertAttendee(store, id, email, 'moderator', booking);
    for (const email of booking.guests) insertAttendee(store, id, email, 'guest', booking);
    return savedOf(store, id.toString());
  });
}

/** The meeting's row, under the first free id from this one on: two bookings may come in one tick of the clock. */
function insertRow(store: Store, from: bigint, booking: Booking, now: number): bigint {
  const { subject, begin, duration } = booking;
  for (let id = from; ; id += 1n) {
    const inserted = store.run(
      `INSERT INTO meetings
         (meeting_id, meeting_name, meeting_object, meeting_begin, meeting_duration, meeting_end, meeting_create)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (meeting_id) DO NOTHING`,
      id,
      newRoom(),
      subject,
      begin,
      duration,
      begin + duration,
      now,
    );
    if (inserted === 1) return id;
  }
}

/** Writes what a booking says otherwise than before in tables beside that of the meetings. */
function writeBeside(store: Store, id: bigint, before: Pick<Booking, Beside>, after: Pick<Booking, Beside>): void {
  for (const field of Object.keys(BESIDE) as Beside[]) {
    const value = after[field];
    if (before[field] === value) continue;
    if (value === undefined) store.run(BESIDE[field].drop, id);
    else store.run(BESIDE[field].keep, id, value);
  }
}

function insertAttendee(
  store: Store,
  id: bigint,
  email: string,
  role: Role,
  { names }: Pick<Booking, 'names'> = {},
): void {
  const hash = newHash();
  store.run(
    `INSERT INTO attendees
       (attendee_meeting_id, attendee_meeting_hash, attendee_role, attendee_email, attendee_count, attendee_partstat)
     VALUES (?, ?, ?, ?, 0, ?)`,
    id,
    hash,
    role,
    email,
    role === 'owner' ? 1 : 0,
  );
  nameAttendee(store, hash, names?.get(email));
}

function savedOf(store: Store, id: MeetingId): Saved {
  const meeting = meetingById(store, id);
  if (meeting === undefined) throw new Error(`meeting ${id} is not there after it was written`);
  return { meeting, attendees: attendeesOf(store, id) };
}

/**
 * Changes a meeting. Those who stay keep their secret, their count and, unless the time is another, their answer. `sequence` goes up when time,
 * subject, agenda or language change, and when somebody is removed: the CANCEL they get has to be newer than what they have. Where they are
 * invited again, that has to be newer than the CANCEL (RFC 5546 section 2.1.5). `version` goes up whenever anything changes; a save that changes
 * nothing moves neither.
 * @param expected the version that the form was made from
 * @param now Unix seconds
 */
export function updateMeeting(store: Store, id: MeetingId, expected: number, booking: Booking, now: number): Update {
  return store.transaction((): Update => {
    const bound = idOf(id);
    const meeting = meetingById(store, id);
    if (bound === null || meeting === undefined) return { outcome: 'gone' };
    if (meeting.version !== expected) return { outcome: 'conflict' };
    const people = changePeople(store, bound, meeting, booking, now);
    const { subject, begin, duration } = booking;
    const said = [...(Object.keys(SAID) as (keyof typeof SAID)[]), ...DETAIL_NAMES];
    const moved = said.some((field) => meeting[field] !== booking[field]);
    if (moved) {
      store.run(
        `UPDATE meetings SET meeting_object = ?, meeting_begin = ?, meeting_duration = ?, meeting_end = ?
         WHERE meeting_id = ?`,
        subject,
        begin,
        duration,
        begin + duration,
        bound,
      );
    }
    writeBeside(store, bound, meeting, booking);
    // Who is in a meeting that goes on for longer is asked nothing.
    const asks = (meeting.begin !== begin || meeting.duration !== duration) && meeting.begin > now;
    if (asks) askAnew(store, id, booking);
    if (moved || people.changed) {
      const sequence = meeting.sequence + (moved || people.removed || people.returned ? 1 : 0);
      recordChange(store, bound, { ...meeting, sequence, modified: Math.max(now, meeting.modified) }, moved);
    }
    return { outcome: 'saved', ...savedOf(store, id) };
  });
}

/**
 * Brings the rows of moderators and guests to what the booking says; the owner's row is never touched.
 * @param meeting as it was, which is what those who are taken off know of it
 */
function changePeople(
  store: Store,
  id: bigint,
  meeting: Meeting,
  booking: Booking,
  now: number,
): { changed: boolean; removed: boolean; returned: boolean } {
  const wanted = new Map<string, Role>();
  for (const email of booking.guests) wanted.set(email, 'guest');
  for (const email of booking.moderators) wanted.set(email, 'moderator');
  let changed = false;
  let removed = false;
  let returned = false;
  const known = new Set<string>();
  for (const { email, role, hash, name } of attendeesOf(store, meeting.id)) {
    known.add(email);
    if (role === 'owner') continue;
    const called = wanted.has(email) ? booking.names?.get(email) : undefined;
    if (called !== undefined && called !== name) {
      changed = true;
      nameAttendee(store, hash, called);
    }
    const next = wanted.get(email);
    if (next === role) continue;
    changed = true;
    // By the address: old rows give some people two seats, or two people one secret.
    if (next === undefined) {
      removed = true;
      keepLinks(store, meeting, email, now);
      store.run('DELETE FROM attendees WHERE attendee_meeting_id = ? AND lower(attendee_email) = ?', id, email);
    } else {
      store.run(
        'UPDATE attendees SET attendee_role = ? WHERE attendee_meeting_id = ? AND lower(attendee_email) = ?',
        next,
        id,
        email,
      );
    }
  }
  for (const [email, role] of wanted) {
    if (known.has(email)) continue;
    changed = true;
    returned ||= wasCancelled(store, id, email);
    insertAttendee(store, id, email, role, booking);
  }
  return { changed, removed, returned };
}

/** Whether somebody has been told, or may have been, that a meeting is cancelled. */
function wasCancelled(store: Store, id: bigint, email: string): boolean {
  const sql = `SELECT 1 FROM outbox WHERE outbox_meeting_id = ? AND outbox_recipient = ? AND outbox_kind = 'del' LIMIT 1`;
  return store.get(sql, id, email) !== undefined;
}

/**
 * Deletes a meeting with its people and reminders; their links say so for a while. Mails that tell of it are the caller's, in the same transaction.
 * @param now Unix seconds
 * @returns false when it was already gone
 */
export function removeMeeting(store: Store, id: MeetingId, now: number): boolean {
  return store.transaction(() => {
    const meeting = meetingById(store, id);
    if (meeting === undefined) return false;
    keepLinks(store, meeting, null, now);
    store.run('DELETE FROM meetings WHERE meeting_id = ?', idOf(id));
    dropReminders(store, id, now);
    return true;
  });
}
