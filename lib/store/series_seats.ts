/** What people have in a series: their link to it, their seats in its meetings, and their answers. */
import type { Invitation, MeetingId } from '../meetings/meeting.ts';
import { attendeesOf, meetingById } from './meetings.ts';
import { idOf, partstatOf } from './rows.ts';
import type { Store } from './store.ts';

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
