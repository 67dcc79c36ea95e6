/** One person's place in a meeting: found by the secret of their links; their answer and their connections. */
import type { Answer, Invitation } from '../meetings/meeting.ts';
import { dropReminders } from './outbox_drop.ts';
import {
  ATTENDEE_COLUMNS,
  type AttendeeRow,
  attendeeOf,
  idOf,
  MEETING_COLUMNS,
  type MeetingRow,
  meetingOf,
  partstatOf,
} from './rows.ts';
import type { Store } from './store.ts';

/** Whose invitation a hash is, or undefined; the hash may be anybody's text. */
export function invitationByHash(store: Store, hash: string): Invitation | undefined {
  const row = store.get<MeetingRow & AttendeeRow>(
    `SELECT ${MEETING_COLUMNS}, ${ATTENDEE_COLUMNS}
     FROM attendees AS a
     CROSS JOIN meetings AS m ON m.meeting_id = a.attendee_meeting_id
     LEFT JOIN meeting_extra AS e ON e.extra_meeting_id = m.meeting_id
     WHERE a.attendee_meeting_hash = ?`,
    hash,
  );
  return row && { meeting: meetingOf(row), attendee: attendeeOf(row) };
}

/** The address of a meeting's owner, or undefined. */
export function ownerOf(store: Store, id: string): string | undefined {
  const bound = idOf(id);
  if (bound === null) return undefined;
  const row = store.get<{ readonly email: string }>(
    `SELECT lower(attendee_email) AS email FROM attendees
     WHERE attendee_meeting_id = ? AND attendee_role = 'owner' LIMIT 1`,
    bound,
  );
  return row?.email;
}

/**
 * Writes an answer down; one who declines gets no reminder that already waits to be sent. Whether answering is still
 * allowed is for the caller to know.
 * @param now Unix seconds
 * @returns false when the hash is nobody's
 */
export function recordAnswer(store: Store, hash: string, answer: Answer, now: number): boolean {
  return store.transaction(() => {
    const row = store.get<{ readonly id: string; readonly email: string }>(
      `SELECT CAST(attendee_meeting_id AS TEXT) AS id, lower(attendee_email) AS email FROM attendees
       WHERE attendee_meeting_hash = ?`,
      hash,
    );
    if (row === undefined) return false;
    store.run('UPDATE attendees SET attendee_partstat = ? WHERE attendee_meeting_hash = ?', partstatOf(answer), hash);
    if (answer === 'declined') dropReminders(store, row.id, now, row.email);
    return true;
  });
}

/** Counts that someone entered through their link, where that can be written. */
export function countConnection(store: Store, hash: string): void {
  store.jot(() => {
    store.run(
      'UPDATE attendees SET attendee_count = coalesce(attendee_count, 0) + 1 WHERE attendee_meeting_hash = ?',
      hash,
    );
  });
}
