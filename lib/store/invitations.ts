/** One person's place in a meeting: found by the secret of their links; their answer and their connections. */
import { NO_WORDS } from '../meetings/answers.ts';
import type { Answer, Invitation } from '../meetings/meeting.ts';
import { keepSaid, type Said } from './answers.ts';
import { attendeesOf } from './meetings.ts';
import { dropReminders } from './outbox_changes.ts';
import {
  ATTENDEE_COLUMNS,
  type AttendeeRow,
  idOf,
  MEETING_COLUMNS,
  type MeetingRow,
  meetingOf,
  partstatOf,
} from './rows.ts';
import type { Store } from './store.ts';

/**
 * Whose invitation a hash is, or undefined; the hash may be anybody's text. Should old rows give it to several, it opens
 * what the latest meeting gives the least of them: nobody comes to more by it than they were given.
 */
export function invitationByHash(store: Store, hash: string): Invitation | undefined {
  if (hash === '') return undefined;
  const rows = store.all<MeetingRow & AttendeeRow>(
    `SELECT ${MEETING_COLUMNS}, ${ATTENDEE_COLUMNS}
     FROM attendees AS a
     CROSS JOIN meetings AS m ON m.meeting_id = a.attendee_meeting_id
     LEFT JOIN meeting_extra AS e ON e.extra_meeting_id = m.meeting_id
     WHERE a.attendee_meeting_hash = ? ORDER BY +m.meeting_end DESC, a.attendee_id LIMIT 100`,
    hash,
  );
  const [latest] = rows;
  if (latest === undefined) return undefined;
  const meeting = meetingOf(latest);
  const holders = new Set(rows.filter(({ id }) => id === meeting.id).map(({ email }) => email));
  const seats = attendeesOf(store, meeting.id).filter(({ email }) => holders.has(email));
  // The highest seats come first.
  const attendee = seats.at(-1);
  return attendee && { meeting, attendee };
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
 * Writes an answer down, in the place of the one before and of what that said; one who declines gets no reminder that already waits to be sent, and nobody the question. Whether answering is still
 * allowed is for the caller to know.
 * @param now Unix seconds
 * @param said what was said with it, and by which way
 * @returns false when the hash is nobody's
 */
export function recordAnswer(
  store: Store,
  hash: string,
  answer: Answer,
  now: number,
  said: Omit<Said, 'at'> = { ...NO_WORDS, way: 'page' },
): boolean {
  return store.transaction(() => {
    const invitation = invitationByHash(store, hash);
    if (invitation === undefined) return false;
    const { meeting, attendee } = invitation;
    // In all seats that old rows give this person.
    store.run(
      'UPDATE attendees SET attendee_partstat = ? WHERE attendee_meeting_id = ? AND lower(attendee_email) = ?',
      partstatOf(answer),
      idOf(meeting.id),
      attendee.email,
    );
    keepSaid(store, attendee.hash, answer, { ...said, at: now });
    const unwanted = answer === 'declined' ? undefined : (['ask'] as const);
    if (answer !== 'none') dropReminders(store, meeting.id, now, attendee.email, unwanted);
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
