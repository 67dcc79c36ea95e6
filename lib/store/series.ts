/** Series as they are kept: which meetings belong together, by what rule, and what each person's link to all of them opens. */
import type { Attendee, Invitation, Meeting, MeetingId } from '../meetings/meeting.ts';
import { roleOf } from '../meetings/people.ts';
import type { Series } from '../meetings/series.ts';
import type { Saved } from './bookings.ts';
import { attendeesOf, meetingById } from './meetings.ts';
import { idOf, partstatOf } from './rows.ts';
import type { Store } from './store.ts';

/** A series as one: its `meeting` has the id of the series, and the words and time of the next one that is as all are. */
export interface WholeSeries extends Saved {
  readonly meeting: Meeting & { readonly series: Series };
}

/** Which series a meeting belongs to, and as which of its dates. */
export interface Place {
  readonly seriesId: MeetingId;
  /** From 0. */
  readonly number: number;
  /** Whether it is an event of its own by now. */
  readonly apart: boolean;
  readonly repeat: Series['repeat'];
  readonly every: number;
}

interface PlaceRow extends Omit<Place, 'apart'> {
  readonly meetingId: string;
  readonly apart: number;
}

/** Where meetings stand in series, by their ids; those that are held once are missing. */
export function placesOf(store: Store, ids: readonly MeetingId[]): ReadonlyMap<MeetingId, Place> {
  const rows = store.all<PlaceRow>(
    `SELECT CAST(turn_meeting_id AS TEXT) AS meetingId, CAST(turn_series_id AS TEXT) AS seriesId, turn_number AS number,
       turn_apart = 1 OR meeting_begin IS NOT turn_begin AS apart, series_repeat AS repeat, series_every AS every
     FROM json_each(?) CROSS JOIN series_meeting ON turn_meeting_id = CAST(value AS INTEGER)
     CROSS JOIN series ON series_id = turn_series_id CROSS JOIN meetings ON meeting_id = turn_meeting_id`,
    JSON.stringify(ids.filter((id) => idOf(id) !== null)),
  );
  return new Map(rows.map(({ meetingId, apart, ...place }) => [meetingId, { ...place, apart: apart === 1 }]));
}

/** The id that the mails about a meeting have: that of its series, unless the meeting is an event of its own. */
export function aboutId(store: Store, id: MeetingId): MeetingId {
  const place = placesOf(store, [id]).get(id);
  return place === undefined || place.apart ? id : place.seriesId;
}

interface RuleRow {
  readonly repeat: Series['repeat'];
  readonly every: number;
  readonly ends: Series['ends'];
  readonly zone: string;
  readonly created: number;
  readonly modified: number;
  readonly sequence: number;
  readonly version: number;
}

interface TurnRow {
  readonly number: number;
  readonly local: string;
  readonly begin: number;
  readonly meetingId: string | null;
  readonly off: number;
  readonly apart: number;
  readonly odd: number;
  readonly end: number | null;
}

/**
 * A series as one meeting, or undefined where there is none of this id, which may be anybody's text.
 * @param now Unix seconds
 * @param readers whose absence is asked for; null: everybody's
 */
export function seriesById(
  store: Store,
  id: string,
  now: number,
  readers: readonly string[] | null = null,
): WholeSeries | undefined {
  const bound = idOf(id);
  if (bound === null) return undefined;
  const rule = store.get<RuleRow>(
    `SELECT series_repeat AS repeat, series_every AS every, series_ends AS ends, series_zone AS zone,
       series_created AS created, series_modified AS modified, series_sequence AS sequence, series_version AS version
     FROM series WHERE series_id = ?`,
    bound,
  );
  if (rule === undefined) return undefined;
  const rows = store.all<TurnRow>(
    `SELECT turn_number AS number, turn_local AS local, turn_begin AS begin, CAST(turn_meeting_id AS TEXT) AS meetingId,
       turn_off AS off, turn_apart = 1 OR coalesce(meeting_begin <> turn_begin, 0) AS apart, turn_apart = 2 AS odd, meeting_end AS "end"
     FROM series_meeting LEFT JOIN meetings ON meeting_id = turn_meeting_id
     WHERE turn_series_id = ? ORDER BY turn_number`,
    bound,
  );
  const like = likeAll(rows, now);
  const meeting = like === undefined ? undefined : meetingById(store, like);
  if (meeting === undefined) return undefined;
  const { created, modified, sequence, version, ...rhythm } = rule;
  const absent = absentFrom(store, bound, readers);
  const turns = rows.map(({ number, local, begin, meetingId, off, apart }) => ({
    ...{ local, begin, meetingId, off: off === 1, apart: apart === 1 },
    absent: absent.get(number) ?? [],
  }));
  const series = { ...rhythm, next: meeting.id, turns, over: Math.max(...rows.map(({ end }) => end ?? 0)) };
  return {
    meeting: { ...meeting, id: bound.toString(), room: '', created, modified, sequence, version, series },
    attendees: membersOf(store, bound, meeting),
  };
}

/** A meeting, or a series as one, with its people. */
export interface StaffedMeeting {
  readonly meeting: Meeting;
  readonly attendees: readonly Attendee[];
}

/** The meeting or the series of an id, which may be anybody's text. @param now Unix seconds */
export function staffedById(store: Store, id: string, now: number): StaffedMeeting | undefined {
  const meeting = meetingById(store, id);
  return meeting === undefined ? seriesById(store, id, now) : { meeting, attendees: attendeesOf(store, id) };
}

/** The meeting that says what all are: the first that is still to end, else the last; one that stands apart, or says something else, only where all do. */
function likeAll(rows: readonly TurnRow[], now: number): MeetingId | undefined {
  const there = rows.filter(({ meetingId }) => meetingId !== null);
  const alike = there.filter(({ apart, odd }) => apart + odd === 0);
  const some = alike.length > 0 ? alike : there;
  return (some.find(({ end }) => (end ?? 0) > now) ?? some.at(-1))?.meetingId ?? undefined;
}

/** Who is in the series and not in the meeting of a date, by its number. */
function absentFrom(
  store: Store,
  id: bigint,
  readers: readonly string[] | null,
): ReadonlyMap<number, readonly string[]> {
  const some = readers === null ? null : JSON.stringify(readers);
  const rows = store.all<{ readonly number: number; readonly email: string }>(
    `SELECT turn_number AS number, link_email AS email
     FROM series_meeting CROSS JOIN series_link ON link_series_id = turn_series_id
     WHERE turn_series_id = ? AND turn_meeting_id IS NOT NULL
       AND (? IS NULL OR link_email IN (SELECT value FROM json_each(?)))
       AND NOT EXISTS (
         SELECT 1 FROM attendees WHERE attendee_meeting_id = turn_meeting_id AND lower(attendee_email) = link_email)`,
    id,
    some,
    some,
  );
  const absent = new Map<number, string[]>();
  for (const { number, email } of rows) absent.set(number, [...(absent.get(number) ?? []), email]);
  return absent;
}

/** The people of a series with the secrets of their links to it, as they are in one of its meetings. */
function membersOf(store: Store, id: bigint, meeting: Meeting): Attendee[] {
  const there = new Map(attendeesOf(store, meeting.id).map((attendee) => [attendee.email, attendee]));
  return store
    .all<{ readonly hash: string; readonly email: string; readonly role: string }>(
      `SELECT link_hash AS hash, link_email AS email, link_role AS role FROM series_link
       WHERE link_series_id = ? ORDER BY link_id`,
      id,
    )
    .map(({ hash, email, role }) => {
      const known = there.get(email) ?? { email, connections: 0, answer: 'none' as const };
      return { ...known, hash, role: roleOf(role) };
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
