/** Numbers for monitoring: rooms and mails. */
import type { Store } from './store.ts';

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
