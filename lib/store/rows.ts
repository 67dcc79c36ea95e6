/** From rows to the nouns of lib/meetings/meeting.ts, the columns to ask for, and what is kept of a meeting in tables of its own. */
import { type Detail, detailsOf } from '../meetings/details.ts';
import type { Answer, Attendee, Meeting } from '../meetings/meeting.ts';
import { roleOf } from '../meetings/people.ts';
import { isLanguage } from '../text/catalogue.ts';
import { decodeEntities } from '../text/plain_text.ts';

/**
 * The columns of a meeting `m` with its extra row `e`, which meetings written by the original do not have. Whatever an old
 * row leaves open is nothing, and no time is beyond the year 9999.
 */
export const MEETING_COLUMNS = `
  CAST(m.meeting_id AS TEXT) AS id, CAST(coalesce(m.meeting_name, '') AS TEXT) AS room,
  CAST(coalesce(m.meeting_object, '') AS TEXT) AS subject,
  max(0, min(CAST(coalesce(m.meeting_begin, 0) AS INTEGER), 253402300799)) AS begin,
  max(0, min(CAST(coalesce(m.meeting_end, 0) AS INTEGER), 253402300799)) AS end,
  max(0, min(CAST(coalesce(m.meeting_duration, 0) AS INTEGER), 253402300799)) AS duration,
  max(0, min(CAST(coalesce(m.meeting_create, 0) AS INTEGER), 253402300799)) AS created,
  e.extra_modified AS modified, coalesce(e.extra_sequence, 0) AS sequence,
  coalesce(e.extra_version, 0) AS version, coalesce(e.extra_plain, 0) AS plain,
  (SELECT language_code FROM invitation_language WHERE language_meeting_id = m.meeting_id) AS language,
  (SELECT topics_text FROM meeting_agenda WHERE topics_meeting_id = m.meeting_id) AS agenda`;

/** The columns of an attendee `a`. `given`, null where nothing was noted of an answer, is twice the second, and one more for "maybe": one look for both. */
export const ATTENDEE_COLUMNS = `
  CAST(coalesce(a.attendee_meeting_hash, '') AS TEXT) AS hash, CAST(coalesce(a.attendee_role, '') AS TEXT) AS role,
  lower(coalesce(a.attendee_email, '')) AS email,
  CAST(coalesce(a.attendee_count, 0) AS INTEGER) AS connections, coalesce(a.attendee_partstat, 0) AS partstat,
  (SELECT given_at * 2 + (given_tentative = 1) FROM answer_given WHERE given_hash = a.attendee_meeting_hash) AS given,
  (SELECT name_text FROM attendee_name WHERE name_hash = a.attendee_meeting_hash) AS name`;

/** What is said of a meeting in tables beside that of the original, which a column cannot be added to twice. */
export type Beside = Detail | 'language';

/** How each is kept, in place of what was, and taken away; MEETING_COLUMNS reads it. Such a table is emptied by a trigger when the meeting goes. */
export const BESIDE: Readonly<Record<Beside, { readonly keep: string; readonly drop: string }>> = {
  agenda: {
    keep: 'INSERT OR REPLACE INTO meeting_agenda (topics_meeting_id, topics_text) VALUES (?, ?)',
    drop: 'DELETE FROM meeting_agenda WHERE topics_meeting_id = ?',
  },
  language: {
    keep: 'INSERT OR REPLACE INTO invitation_language (language_meeting_id, language_code) VALUES (?, ?)',
    drop: 'DELETE FROM invitation_language WHERE language_meeting_id = ?',
  },
};

/** What MEETING_COLUMNS gives. */
export interface MeetingRow extends Omit<Meeting, 'modified' | Beside>, Readonly<Record<Beside, string | null>> {
  /** null where nobody of ours has written or changed it. */
  readonly modified: number | null;
  readonly plain: number;
}

/** What ATTENDEE_COLUMNS gives. */
export interface AttendeeRow {
  readonly hash: string;
  readonly role: string;
  readonly email: string;
  readonly connections: number;
  readonly partstat: number;
  readonly given: number | null;
  readonly name: string | null;
}

/** How attendee_partstat stands for an answer. */
const ANSWERS: readonly Answer[] = ['none', 'accepted', 'declined'];

/** attendee_partstat of an answer; that of "maybe" is the original's for none. */
export function partstatOf(answer: Answer): number {
  return Math.max(0, ANSWERS.indexOf(answer));
}

/** A meeting of a row; HTML entities are decoded only in subjects that we did not write. Some old rooms have capitals, which Jitsi does not. */
export function meetingOf(row: MeetingRow): Meeting {
  const { id, begin, end, duration, created, sequence, version } = row;
  const room = row.room.toLowerCase();
  const subject = row.plain === 1 ? row.subject : decodeEntities(row.subject);
  const modified = row.modified ?? created;
  const language = row.language !== null && isLanguage(row.language) ? { language: row.language } : {};
  return {
    id,
    room,
    subject,
    begin,
    end,
    duration,
    created,
    modified,
    sequence,
    version,
    ...detailsOf(row),
    ...language,
  };
}

/** An attendee of a row. "Maybe" holds only where the original's column says nothing. */
export function attendeeOf({ hash, role, email, connections, partstat, given, name }: AttendeeRow): Attendee {
  const maybe = partstat === 0 && given !== null && given % 2 === 1;
  const answer = maybe ? 'tentative' : (ANSWERS[partstat] ?? 'none');
  const seat = { hash, role: roleOf(role), email, connections, answer, ...(name === null ? {} : { name }) } as const;
  return given === null ? seat : { ...seat, answeredAt: Math.floor(given / 2) };
}

/** The largest integer that SQLite stores. */
const LARGEST = 2n ** 63n - 1n;

/** A meeting's id as it is bound, or null when the text, which may be anybody's, cannot be one. */
export function idOf(text: string): bigint | null {
  if (!/^\d{1,19}$/.test(text)) return null;
  const id = BigInt(text);
  return id <= LARGEST ? id : null;
}
