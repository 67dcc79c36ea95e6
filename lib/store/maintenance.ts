/** What an administrator does with the database as a whole: purge, check, back up. */
import { renameSync, rmSync } from 'node:fs';
import type { Store } from './store.ts';

/** How many meetings one transaction deletes: others who write wait no longer than that takes. */
const BATCH = 200;

/** What a purge took away. */
export interface Purged {
  readonly meetings: number;
  readonly mails: number;
}

/** How many meetings ended before a Unix time. */
export function countEndedBefore(store: Store, before: number): number {
  const row = store.get<{ readonly amount: number }>(
    'SELECT count(*) AS amount FROM meetings WHERE meeting_end < ?',
    before,
  );
  return row?.amount ?? 0;
}

/**
 * Deletes the meetings that ended before a Unix time, with all that hangs on them, and what the outbox and the feeds
 * keep from before then; a mail that waits is never deleted. In small transactions, so that nobody waits long.
 * @param progress told after each step how many meetings are gone
 */
export function purge(store: Store, before: number, progress: (meetings: number) => void = () => {}): Purged {
  let meetings = 0;
  for (;;) {
    const deleted = store.transaction(() =>
      store.run(
        `DELETE FROM meetings WHERE meeting_id IN (
           SELECT meeting_id FROM meetings WHERE meeting_end < ? ORDER BY meeting_end LIMIT ?)`,
        before,
        BATCH,
      ),
    );
    meetings += deleted;
    progress(meetings);
    if (deleted < BATCH) break;
  }
  let mails = 0;
  for (;;) {
    const deleted = store.transaction(() =>
      store.run(
        `DELETE FROM outbox WHERE outbox_id IN (
           SELECT outbox_id FROM outbox WHERE outbox_finished IS NOT NULL AND outbox_finished < ? LIMIT ?)`,
        before,
        10 * BATCH,
      ),
    );
    mails += deleted;
    if (deleted < 10 * BATCH) break;
  }
  store.transaction(() => store.run('DELETE FROM feed_text WHERE feed_kept < ?', before));
  return { meetings, mails };
}

/** What SQLite finds wrong in the file; empty when it is sound. Reads all of it. */
export function integrityFaults(store: Store): string[] {
  const rows = store.database.pragma('integrity_check') as { readonly integrity_check: string }[];
  return rows.map((row) => row.integrity_check).filter((text) => text !== 'ok');
}

/**
 * Copies the database while it is in use. The copy appears under its name only when it is whole, and is consistent.
 * @param progress told how many pages are copied, of how many
 */
export async function backup(
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
        return again ? totalPages : 2000;
      },
    });
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
