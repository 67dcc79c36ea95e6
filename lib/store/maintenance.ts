/** The database as a whole: what an administrator purges, checks and backs up, and when cron ran last. */
import { chmodSync, chownSync, renameSync, rmSync, statSync } from 'node:fs';
import type { Store } from './store.ts';

/** How many meetings ended before a Unix time. */
export function countEndedBefore(store: Store, before: number): number {
  const row = store.get<{ readonly amount: number }>(
    'SELECT count(*) AS amount FROM meetings WHERE meeting_end < ?',
    before,
  );
  return row?.amount ?? 0;
}

/**
 * Deletes meetings that ended before a Unix time, with their people and reminders, in one transaction; those who write
 * meanwhile wait no longer than that takes.
 * @param limit at most this many; those that ended first
 * @returns how many
 */
export function purgeEndedBefore(store: Store, before: number, limit: number): number {
  return store.note(() =>
    store.run(
      `DELETE FROM meetings WHERE meeting_id IN (
         SELECT meeting_id FROM meetings WHERE meeting_end < ? ORDER BY meeting_end LIMIT ?)`,
      before,
      limit,
    ),
  );
}

/**
 * Forgets the mails that were sent, refused or dropped before a Unix time, and the texts of feeds that nobody has
 * fetched anew since; a mail that waits stays.
 * @param limit at most this many mails
 * @returns how many mails
 */
export function purgeMailsBefore(store: Store, before: number, limit: number): number {
  return store.note(() => {
    store.run('DELETE FROM feed_text WHERE feed_kept < ?', before);
    return store.run(
      `DELETE FROM outbox WHERE outbox_id IN (
         SELECT outbox_id FROM outbox WHERE outbox_finished IS NOT NULL AND outbox_finished < ? LIMIT ?)`,
      before,
      limit,
    );
  });
}

/** When the newest meeting was booked, in Unix seconds; null when there is none. Ids grow with time, so it has the highest. */
export function newestBooking(store: Store): number | null {
  const row = store.get<{ readonly created: number }>(
    'SELECT meeting_create AS created FROM meetings ORDER BY meeting_id DESC LIMIT 1',
  );
  return row?.created ?? null;
}

/** The first thing that SQLite finds wrong in the file, or null when it is sound. Reads all of it. */
export function checkIntegrity(store: Store): string | null {
  const result = store.database.pragma('integrity_check(1)', { simple: true });
  return result === 'ok' ? null : String(result);
}

/**
 * Copies the database while it is in use. The copy appears under its name only when it is whole, is consistent, and read by
 * those alone who read the database.
 * @param progress told how many pages are copied, of how many
 */
export async function backUp(
  store: Store,
  file: string,
  progress: (done: number, total: number) => void = () => {},
): Promise<void> {
  const part = `${file}.part`;
  rmSync(part, { force: true });
  let least = Number.POSITIVE_INFINITY;
  try {
    await store.database.backup(part, {
      progress: ({ totalPages, remainingPages }) => {
        progress(totalPages - remainingPages, totalPages);
        // A write by another process makes SQLite begin again: then all in one step, which no write can come between.
        const again = remainingPages > least;
        least = Math.min(least, remainingPages);
        return again ? totalPages : 256;
      },
    });
    const { uid, gid } = statSync(store.file);
    chmodSync(part, 0o640);
    if (process.getuid?.() === 0) chownSync(part, uid, gid);
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** Notes where a copy of the database was put; who is erased may still be in it. @param now Unix seconds */
export function noteBackup(store: Store, file: string, now: number): void {
  store.note(() => store.run('INSERT OR REPLACE INTO backup_made (backup_file, backup_at) VALUES (?, ?)', file, now));
}

/** Where copies were put, the oldest first; whether they are still there, nobody has looked. */
export function backupsMade(store: Store): string[] {
  const sql = "SELECT backup_file AS file FROM backup_made WHERE backup_file > '' ORDER BY backup_at";
  return store.all<{ readonly file: string }>(sql).map(({ file }) => file);
}

/**
 * Brings the log of writes into the file and empties it, so that what was overwritten is in neither.
 * @returns false where somebody reads in it at the moment (Litestream does all the time)
 */
export function settleLog(store: Store): boolean {
  const [row] = store.database.pragma('wal_checkpoint(TRUNCATE)') as { readonly busy: number }[];
  return row?.busy === 0;
}

/** Writes the file anew with what is in it now; those who write meanwhile wait. */
export function rewriteFile(store: Store): void {
  store.database.exec('VACUUM');
}

/** A moment by two clocks. */
export interface Moment {
  /** Unix seconds: what people may set. */
  readonly at: number;
  /** Which start of the machine the next one counts from. */
  readonly boot: string;
  /** Seconds since that start: nobody sets it. */
  readonly uptime: number;
}

/** The last run that did its work, and one after it that did not because its clock had jumped. */
export interface LastRun extends Moment {
  /** Unix seconds; null: none. */
  readonly doubted: number | null;
}

/**
 * What cron does: `remind` began its work, `inbox` read the mailbox to its end, `rooms` heard of our module in Prosody, `forget` forgot all
 * that was to go, or put it off.
 */
export type RunName = 'remind' | 'inbox' | 'rooms' | 'forget';

/** The last time that something was done; undefined before the first. */
export function lastRun(store: Store, name: RunName): LastRun | undefined {
  return store.get<LastRun>(
    `SELECT run_at AS at, run_boot AS boot, run_uptime AS uptime, run_doubted AS doubted FROM run WHERE run_name = ?`,
    name,
  );
}

/** Notes a run, or, where its clock is doubted, when it would have been. */
export function noteRun(store: Store, name: RunName, { at, boot, uptime, doubted }: LastRun): void {
  store.note(() => {
    store.run(
      `INSERT OR REPLACE INTO run (run_name, run_at, run_boot, run_uptime, run_doubted) VALUES (?, ?, ?, ?, ?)`,
      name,
      at,
      boot,
      Math.floor(uptime),
      doubted,
    );
  });
}
