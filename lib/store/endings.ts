/** Hard ends of meetings: which are due, and how far each is. */
import type { Meeting } from '../meetings/meeting.ts';
import { idOf, MEETING_COLUMNS, type MeetingRow, meetingOf } from './rows.ts';
import type { Store } from './store.ts';

/** A meeting whose end is near or was not long ago. */
export interface EndingMeeting {
  readonly meeting: Meeting;
  /** The time of the last step done for this end; 0 when none was (lib/meetings/ending.ts). */
  readonly done: number;
}

/**
 * The meetings that end within a time and whose last step is before their closing, by end.
 * @param from Unix seconds, as `to`
 * @param grace seconds from an end to the closing
 */
export function endingMeetings(store: Store, from: number, to: number, grace: number): EndingMeeting[] {
  return store
    .all<MeetingRow & { readonly done: number }>(
      `SELECT ${MEETING_COLUMNS}, coalesce(s.ending_step, 0) AS done
       FROM meetings AS m
       LEFT JOIN meeting_extra AS e ON e.extra_meeting_id = m.meeting_id
       LEFT JOIN room_ending AS s ON s.ending_meeting_id = m.meeting_id AND s.ending_end = m.meeting_end
       WHERE m.meeting_end > ? AND m.meeting_end <= ? AND m.meeting_name <> '' AND coalesce(s.ending_step, 0) < m.meeting_end + ?
       ORDER BY m.meeting_end`,
      from,
      to,
      grace,
    )
    .map((row) => ({ meeting: meetingOf(row), done: row.done }));
}

/** Keeps that a step was done. @param time the step's, in Unix seconds */
export function markEnding(store: Store, { id, end }: Pick<Meeting, 'id' | 'end'>, time: number): void {
  store.transaction(() => {
    store.run(
      'INSERT OR REPLACE INTO room_ending (ending_meeting_id, ending_end, ending_step) VALUES (?, ?, ?)',
      idOf(id),
      end,
      time,
    );
  });
}

/** Whether a room is not to be closed for a meeting: it is somebody's own, or another booking of it runs or is to come. */
export function roomIsTaken(store: Store, { id, room }: Pick<Meeting, 'id' | 'room'>, now: number): boolean {
  const row = store.get<{ readonly taken: number }>(
    `SELECT EXISTS (SELECT 1 FROM private WHERE private_room = ?)
       OR EXISTS (SELECT 1 FROM meetings WHERE meeting_name = ? COLLATE NOCASE AND meeting_end > ? AND meeting_id <> ?) AS taken`,
    room,
    room,
    now,
    idOf(id),
  );
  return row?.taken === 1;
}
