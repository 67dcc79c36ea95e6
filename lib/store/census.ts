/** All meetings of the house, as the administrator looks for them. */
import type { Meeting } from '../meetings/meeting.ts';
import { MEETING_COLUMNS, type MeetingRow, meetingOf } from './rows.ts';
import type { Store } from './store.ts';

/** A meeting in the administrator's list. */
export interface Census extends Meeting {
  /** The owner's address; empty where an old row has none. */
  readonly owner: string;
  /** How many people it has, the owner among them. */
  readonly attendees: number;
}

/** The columns of a meeting `m` in the list; people count once, whatever seats old rows give them. */
const CENSUS_COLUMNS = `${MEETING_COLUMNS},
  (SELECT lower(o.attendee_email) FROM attendees AS o
   WHERE o.attendee_meeting_id = m.meeting_id AND o.attendee_role = 'owner' LIMIT 1) AS owner,
  (SELECT count(DISTINCT lower(o.attendee_email)) FROM attendees AS o
   WHERE o.attendee_meeting_id = m.meeting_id) AS attendees`;

type CensusRow = MeetingRow & { readonly owner: string | null; readonly attendees: number };

/**
 * The meetings that end after a Unix time, by begin; first those whose row names no end, since nobody else finds them.
 * @param endAfter 0: all that there are
 */
export function meetingsFrom(store: Store, endAfter: number): Census[] {
  const endless = store.all<CensusRow>(
    `SELECT ${CENSUS_COLUMNS}
     FROM meetings AS m LEFT JOIN meeting_extra AS e ON e.extra_meeting_id = m.meeting_id WHERE m.meeting_end IS ?`,
    null,
  );
  // The plus keeps SQLite from walking through all meetings by their begin; few are to come, and sorting them is quick.
  const rows = store.all<CensusRow>(
    `SELECT ${CENSUS_COLUMNS}
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
