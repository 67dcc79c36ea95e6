/** How many mails each user has caused within the last hour. */
import type { Store } from './store.ts';

/** How long mails count, in seconds. */
export const CAUSED_WITHIN = 3600;

/** The mails of the last hour. */
export interface Caused {
  readonly count: number;
  /** Unix seconds of the first of them; null when there is none. */
  readonly since: number | null;
}

/**
 * What somebody's doing has caused within the last hour.
 * @param now Unix seconds
 */
export function causedBy(store: Store, uid: string, now: number): Caused {
  const row = store.get<Caused>(
    `SELECT coalesce(sum(caused_count), 0) AS count, min(caused_at) AS since FROM caused_mails
     WHERE caused_by = ? AND caused_at > ?`,
    uid,
    now - CAUSED_WITHIN,
  );
  return row ?? { count: 0, since: null };
}

/** Notes it, within the transaction that writes the mails, and forgets what is older than an hour. */
export function noteCaused(store: Store, uid: string, count: number, now: number): void {
  store.transaction(() => {
    store.run('DELETE FROM caused_mails WHERE caused_at <= ?', now - CAUSED_WITHIN);
    store.run('INSERT INTO caused_mails (caused_by, caused_at, caused_count) VALUES (?, ?, ?)', uid, now, count);
  });
}
