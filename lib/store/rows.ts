/** From rows to the nouns of lib/meetings/meeting.ts, and the columns to ask for. */
import type { Answer, Attendee, Meeting, Role } from '../meetings/meeting.ts';
import { decodeEntities } from '../text/entities.ts';

/** The columns of a meeting `m` with its extra row `e`, which meetings written by the original do not have. */
export const MEETING_COLUMNS = `
  CAST(m.meeting_id AS TEXT) AS id, m.meeting_name AS room, m.meeting_object AS subject, m.meeting_begin AS begin,
  m.meeting_end AS end, m.meeting_duration AS duration, m.meeting_create AS created,
  coalesce(e.extra_modified, m.meeting_create) AS modified, coalesce(e.extra_sequence, 0) AS sequence,
  coalesce(e.extra_version, 0) AS version, coalesce(e.extra_plain, 0) AS plain`;

/** The columns of an attendee `a`. */
export const ATTENDEE_COLUMNS = `
  a.attendee_meeting_hash AS hash, a.attendee_role AS role, lower(a.attendee_email) AS email,
  coalesce(a.attendee_count, 0) AS connections, coalesce(a.attendee_partstat, 0) AS partstat`;

/** What MEETING_COLUMNS gives. */
export interface MeetingRow extends Meeting {
  readonly plain: number;
}

/** What ATTENDEE_COLUMNS gives. */
export interface AttendeeRow {
  readonly hash: string;
  readonly role: Role;
  readonly email: string;
  readonly connections: number;
  readonly partstat: number;
}

/** How attendee_partstat stands for an answer. */
const ANSWERS: readonly Answer[] = ['none', 'accepted', 'declined'];

/** attendee_partstat of an answer. */
export function partstatOf(answer: Answer): number {
  return ANSWERS.indexOf(answer);
}

/** A meeting of a row; HTML entities are decoded only in subjects that we did not write. */
export function meetingOf(row: MeetingRow): Meeting {
  const { id, room, begin, end, duration, created, modified, sequence, version } = row;
  const subject = row.plain === 1 ? row.subject : decodeEntities(row.subject);
  return { id, room, subject, begin, end, duration, created, modified, sequence, version };
}

/** An attendee of a row. */
export function attendeeOf(row: AttendeeRow): Attendee {
  const { hash, role, email, connections } = row;
  return { hash, role, email, connections, answer: ANSWERS[row.partstat] ?? 'none' };
}

/** The largest integer that SQLite stores. */
const LARGEST = 2n ** 63n - 1n;

/** A meeting's id as it is bound, or null when the text, which may be anybody's, cannot be one. */
export function idOf(text: string): bigint | null {
  if (!/^\d{1,19}$/.test(text)) return null;
  const id = BigInt(text);
  return id <= LARGEST ? id : null;
}
