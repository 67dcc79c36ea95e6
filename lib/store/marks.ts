/**
 * The marks that two hosts leave each other beside the replica: who took over when, in a small database of its own, which nobody
 * writes but who takes over. And how new a copy of the database is.
 */
import type { Turn } from '../role.ts';
import { openFile } from './database.ts';
import { newestBooking } from './maintenance.ts';
import { openStore } from './store.ts';

/** One turn, and whose it is. */
export interface Mark extends Turn {
  readonly host: string;
  /** Unix seconds. */
  readonly at: number;
}

/** The marks in a file, the newest last. Throws what SQLite says of a file that has none. */
export function marksIn(file: string): readonly Mark[] {
  const database = openFile(file, { fileMustExist: true });
  try {
    return database
      .prepare<[], Mark>(
        'SELECT mark_epoch AS epoch, mark_id AS id, mark_host AS host, mark_at AS at FROM mark ORDER BY 1',
      )
      .all();
  } finally {
    database.close();
  }
}

/** Makes a file that holds these marks. */
export function writeMarks(file: string, marks: readonly Mark[]): void {
  const database = openFile(file);
  try {
    // Litestream copies what goes through the log of writes.
    database.pragma('journal_mode = WAL');
    database.exec(
      'CREATE TABLE mark (mark_epoch INTEGER PRIMARY KEY, mark_id TEXT NOT NULL, mark_host TEXT NOT NULL, mark_at INTEGER NOT NULL)',
    );
    const insert = database.prepare('INSERT INTO mark VALUES (?, ?, ?, ?)');
    for (const { epoch, id, host, at } of marks) insert.run(epoch, id, host, at);
  } finally {
    database.close();
  }
}

/** How new a copy is. */
export interface Newness {
  /** When its newest meeting was booked, in Unix seconds; null: it has none. */
  readonly booked: number | null;
  /** The last sign of a host at work: a booking, a run of cron, a mail; in Unix seconds; null: none. */
  readonly changed: number | null;
  readonly meetings: number;
}

/** Looks at a copy that nobody else has open; one of an older version is brought up to date. Throws Unavailable for what is none. */
export function newnessOf(file: string): Newness {
  const store = openStore(file);
  try {
    const last = store.get<{ readonly at: number | null; readonly meetings: number }>(
      `SELECT (SELECT count(*) FROM meetings) AS meetings, max(
         coalesce((SELECT max(run_at) FROM run), 0), coalesce((SELECT max(outbox_created) FROM outbox), 0),
         coalesce((SELECT max(outbox_finished) FROM outbox), 0), coalesce((SELECT max(meeting_create) FROM meetings), 0)) AS at`,
    );
    return { booked: newestBooking(store), changed: last?.at || null, meetings: last?.meetings ?? 0 };
  } finally {
    store.close();
  }
}
