/** One person's place in a meeting or in a whole series: found by the secret of their links, with their answer and their connections. */
import { NO_WORDS } from '../meetings/answers.ts';
import type { Answer, Invitation, MeetingId } from '../meetings/meeting.ts';
import { keepSaid, type Said } from './answers.ts';
import { attendeesOf, meetingById } from './meetings.ts';
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
  const row = store.get<{ readonly email: string }>(
    `SELECT lower(attendee_email) AS email FROM attendees
     WHERE attendee_meeting_id = ? AND attendee_role = 'owner' LIMIT 1`,
    idOf(id),
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

/** The addresses of everybody who is in a series, or in any of its meetings. */
export function peopleOfSeries(store: Store, id: MeetingId): string[] {
  const bound = idOf(id);
  const rows = store.all<{ readonly email: string }>(
    `SELECT link_email AS email FROM series_link WHERE link_series_id = ?
     UNION SELECT lower(attendee_email) FROM series_meeting CROSS JOIN attendees ON attendee_meeting_id = turn_meeting_id
     WHERE turn_series_id = ?`,
    bound,
    bound,
  );
  return rows.map(({ email }) => email);
}

/**
 * The other seats of somebody in the series of a meeting, of meetings that are still to end, less those that stand apart.
 * @param from the number of the first date that counts
 * @param now Unix seconds
 */
export function otherSeats(
  store: Store,
  { meeting, attendee }: Invitation,
  from: number,
  now: number,
): readonly string[] {
  const rows = store.all<{ readonly hash: string }>(
    `SELECT attendee_meeting_hash AS hash
     FROM series_meeting AS here
     CROSS JOIN series_meeting AS turn ON turn.turn_series_id = here.turn_series_id
     CROSS JOIN meetings ON meeting_id = turn.turn_meeting_id
     CROSS JOIN attendees ON attendee_meeting_id = meeting_id
     WHERE here.turn_meeting_id = ? AND turn.turn_number >= ? AND turn.turn_number <> here.turn_number AND meeting_end > ?
       AND turn.turn_apart <> 1 AND lower(attendee_email) = ?`,
    idOf(meeting.id),
    from,
    now,
    attendee.email,
  );
  return rows.map(({ hash }) => hash);
}

/** How many other dates of a series that are still to end somebody gave the same answer for, a yes or a no. @param now Unix seconds */
export function sameAnswers(store: Store, { meeting, attendee }: Invitation, now: number): number {
  const partstat = partstatOf(attendee.answer);
  if (partstat === 0) return 0;
  const row = store.get<{ readonly count: number }>(
    `SELECT count(*) AS count
     FROM series_meeting AS here
     CROSS JOIN series_meeting AS turn ON turn.turn_series_id = here.turn_series_id
     CROSS JOIN meetings ON meeting_id = turn.turn_meeting_id
     CROSS JOIN attendees ON attendee_meeting_id = meeting_id
     WHERE here.turn_meeting_id = ? AND turn.turn_number <> here.turn_number AND meeting_end > ?
       AND lower(attendee_email) = ? AND attendee_partstat = ?`,
    idOf(meeting.id),
    now,
    attendee.email,
    partstat,
  );
  return row?.count ?? 0;
}

/**
 * What somebody's link to a series opens: the meeting that is now or next of those that they are in, else the last.
 * @param hash anybody's text
 * @param now Unix seconds
 */
export function invitationBySeries(store: Store, hash: string, now: number): Invitation | undefined {
  const link = store.get<{ readonly id: string; readonly email: string }>(
    'SELECT CAST(link_series_id AS TEXT) AS id, link_email AS email FROM series_link WHERE link_hash = ?',
    hash,
  );
  if (link === undefined) return undefined;
  const rows = store.all<{ readonly meetingId: string; readonly end: number }>(
    `SELECT CAST(meeting_id AS TEXT) AS meetingId, meeting_end AS "end"
     FROM series_meeting CROSS JOIN meetings ON meeting_id = turn_meeting_id
     WHERE turn_series_id = ? AND EXISTS (
       SELECT 1 FROM attendees WHERE attendee_meeting_id = meeting_id AND lower(attendee_email) = ?)
     ORDER BY meeting_begin`,
    idOf(link.id),
    link.email,
  );
  const row = rows.find(({ end }) => end > now) ?? rows.at(-1);
  const meeting = row && meetingById(store, row.meetingId);
  const attendee = meeting && attendeesOf(store, meeting.id).find(({ email }) => email === link.email);
  return meeting && attendee && { meeting, attendee, series: { id: link.id, hash } };
}
