/** Series as they are kept: which meetings belong together, by what rule, and the series as one. */
import type { Attendee, Meeting, MeetingId } from '../meetings/meeting.ts';
import { roleOf } from '../meetings/people.ts';
import type { Series } from '../meetings/series.ts';
import type { Saved } from './bookings.ts';
import { attendeesOf, meetingById } from './meetings.ts';
import { idOf } from './rows.ts';
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
  /** That of the series, in which it keeps its time: an IANA name. */
  readonly zone: string;
}

interface PlaceRow extends Omit<Place, 'apart'> {
  readonly meetingId: string;
  readonly apart: number;
}

/** Where meetings stand in series, by their ids; those that are held once are missing. */
export function placesOf(store: Store, ids: readonly MeetingId[]): ReadonlyMap<MeetingId, Place> {
  const rows = store.all<PlaceRow>(
    `SELECT CAST(turn_meeting_id AS TEXT) AS meetingId, CAST(turn_series_id AS TEXT) AS seriesId, turn_number AS number,
       turn_apart = 1 OR meeting_begin IS NOT turn_begin AS apart, series_repeat AS repeat, series_every AS every,
       series_zone AS zone
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
