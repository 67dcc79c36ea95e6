/** All meetings and mails of the house: the administrator's list, and numbers for monitoring. */
import type { Meeting } from '../meetings/meeting.ts';
import { type MailState, NONE_BEFORE } from './outbox.ts';
import { MEETING_COLUMNS, type MeetingRow, meetingOf } from './rows.ts';
import type { Store } from './store.ts';

/** A meeting in the administrator's list. */
export interface ListedMeeting extends Meeting {
  /** The owner's address; empty where an old row has none. */
  readonly owner: string;
  /** How many people it has, the owner among them. */
  readonly attendees: number;
}

/** The columns of a meeting `m` in the list; people count once, whatever seats old rows give them. */
const LISTED_COLUMNS = `${MEETING_COLUMNS},
  (SELECT lower(o.attendee_email) FROM attendees AS o
   WHERE o.attendee_meeting_id = m.meeting_id AND o.attendee_role = 'owner' LIMIT 1) AS owner,
  (SELECT count(DISTINCT lower(o.attendee_email)) FROM attendees AS o
   WHERE o.attendee_meeting_id = m.meeting_id) AS attendees`;

type ListedRow = MeetingRow & { readonly owner: string | null; readonly attendees: number };

/**
 * The meetings that end after a Unix time, by begin; first those whose row names no end, since nobody else finds them.
 * @param endAfter 0: all that there are
 */
export function meetingsFrom(store: Store, endAfter: number): ListedMeeting[] {
  const endless = store.all<ListedRow>(
    `SELECT ${LISTED_COLUMNS}
     FROM meetings AS m LEFT JOIN meeting_extra AS e ON e.extra_meeting_id = m.meeting_id WHERE m.meeting_end IS ?`,
    null,
  );
  // The plus keeps SQLite from walking through all meetings by their begin; few are to come, and sorting them is quick.
  const rows = store.all<ListedRow>(
    `SELECT ${LISTED_COLUMNS}
     FROM meetings AS m LEFT JOIN meeting_extra AS e ON e.extra_meeting_id = m.meeting_id
     WHERE m.meeting_end > ? ORDER BY +m.meeting_begin, m.meeting_id`,
    endAfter,
  );
  return [...endless, ...rows].map((row) => ({
    ...meetingOf(row),
    owner: row.owner ?? '',
    attendees: row.attendees,
  }));
}

/** Meetings and connections. */
export interface RoomFigures {
  /** Meetings that have not begun. */
  readonly planned: number;
  /** Meetings between begin and end. */
  readonly running: number;
  /** Connections counted so far in the meetings that run. */
  readonly connections: number;
}

/** The outbox. */
export interface MailFigures {
  readonly waiting: number;
  readonly refused: number;
  /** The age in seconds of the mail that has waited longest; 0 when none waits. */
  readonly oldestSeconds: number;
}

/** Counts meetings at a Unix time. The plus has SQLite begin with those not over, which are few, whatever its statistics say. */
export function roomFigures(store: Store, now: number): RoomFigures {
  const row = store.get<RoomFigures>(
    `SELECT
       (SELECT count(*) FROM meetings WHERE meeting_begin > ?) AS planned,
       (SELECT count(*) FROM meetings WHERE meeting_end > ? AND +meeting_begin <= ?) AS running,
       (SELECT coalesce(sum(attendee_count), 0) FROM meetings
        CROSS JOIN attendees ON attendee_meeting_id = meeting_id
        WHERE meeting_end > ? AND +meeting_begin <= ?) AS connections`,
    ...Array<number>(5).fill(now),
  );
  return row ?? { planned: 0, running: 0, connections: 0 };
}

/** Counts the outbox at a Unix time. */
export function mailFigures(store: Store, now: number): MailFigures {
  const row = store.get<{ waiting: number; refused: number; oldest: number | null }>(
    `SELECT
       (SELECT count(*) FROM outbox WHERE outbox_state = 'waiting') AS waiting,
       (SELECT count(*) FROM outbox WHERE outbox_state = 'refused') AS refused,
       (SELECT min(outbox_created) FROM outbox WHERE outbox_state = 'waiting') AS oldest`,
  );
  const oldest = row?.oldest ?? now;
  return { waiting: row?.waiting ?? 0, refused: row?.refused ?? 0, oldestSeconds: Math.max(0, now - oldest) };
}

/**
 * Whether a mail that was written before a Unix time still waits, though nothing holds it up but that no mail server was asked, or none took
 * any: what a server put off for itself alone has tries.
 */
export function isMailStuck(store: Store, before: number, now: number): boolean {
  const row = store.get(
    `SELECT 1 FROM outbox AS due
     WHERE due.outbox_state = 'waiting' AND due.outbox_created < ? AND due.outbox_tries <= (due.outbox_by IS NOT NULL)
       AND (due.outbox_expires IS NULL OR due.outbox_expires > ?) AND ${NONE_BEFORE} LIMIT 1`,
    before,
    now,
    now,
  );
  return row !== undefined;
}

/** How many mails of a state were written how long ago: the ages of the labels end before the next one's begin. */
export type MailAges = Readonly<Record<'10m' | '1h' | '1d' | 'older', number>>;

/** Counts the mails in a state by their age at a Unix time. */
export function mailAges(store: Store, state: MailState, now: number): MailAges {
  const row = store.get<Record<keyof MailAges, number | null>>(
    `SELECT sum(outbox_created > ?) AS "10m", sum(outbox_created <= ? AND outbox_created > ?) AS "1h",
       sum(outbox_created <= ? AND outbox_created > ?) AS "1d", sum(outbox_created <= ?) AS older
     FROM outbox WHERE outbox_state = ?`,
    ...[600, 600, 3_600, 3_600, 86_400, 86_400].map((age) => now - age),
    state,
  );
  return { '10m': row?.['10m'] ?? 0, '1h': row?.['1h'] ?? 0, '1d': row?.['1d'] ?? 0, older: row?.older ?? 0 };
}
