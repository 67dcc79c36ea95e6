/**
 * What is counted to be limited: the mails that each user has caused within the last hour, their searches for people within a
 * minute, and the wrong secrets of each network.
 */
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

/** How many searches for people somebody may make within a minute, in number. */
const MOST_SEARCHES = 60;

/**
 * Counts one more search for people, where that can be written.
 * @param now Unix seconds
 * @returns seconds until the next is allowed, where there were too many; else 0
 */
export function takeSearch(store: Store, uid: string, now: number): number {
  const minute = Math.floor(now / 60);
  const row = store.get<{ readonly count: number }>(
    'SELECT search_count AS count FROM people_search WHERE search_by = ? AND search_minute = ?',
    uid,
    minute,
  );
  if ((row?.count ?? 0) >= MOST_SEARCHES) return (minute + 1) * 60 - now;
  store.jot(() => {
    store.run('DELETE FROM people_search WHERE search_minute < ?', minute - 1);
    store.run(
      `INSERT INTO people_search (search_by, search_minute, search_count) VALUES (?, ?, 1)
       ON CONFLICT (search_by, search_minute) DO UPDATE SET search_count = search_count + 1`,
      uid,
      minute,
    );
  });
  return 0;
}

/** How long wrong secrets are remembered, in seconds. */
export const WRONG_WITHIN = 600;

/** How many numbers there are. Addresses that share one share their count, too: of wrong secrets only. */
const NUMBERS = 16_384;

/** Somebody's wrong secrets. */
export interface Wrong {
  readonly count: number;
  /** Unix seconds when they are forgotten. */
  readonly until: number;
}

/** The hash FNV-1a of 32 bits, cut to a number of ours. */
function numberOf(address: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < address.length; at += 1) hash = Math.imul(hash ^ address.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % NUMBERS;
}

/**
 * What came from an address, or undefined where nothing is remembered.
 * @param now Unix seconds
 */
export function wrongFrom(store: Store, address: string, now: number): Wrong | undefined {
  return store.get<Wrong>(
    `SELECT wrong_count AS count, wrong_since + ${WRONG_WITHIN} AS until FROM wrong_secret
     WHERE wrong_from = ? AND wrong_since > ? AND wrong_since <= ?`,
    numberOf(address),
    now - WRONG_WITHIN,
    now,
  );
}

/** Counts one more, where that can be written, and forgets what is old. */
export function noteWrong(store: Store, address: string, now: number): void {
  store.jot(() => {
    store.run('DELETE FROM wrong_secret WHERE wrong_since <= ?', now - WRONG_WITHIN);
    store.run(
      `INSERT INTO wrong_secret (wrong_from, wrong_since, wrong_count) VALUES (?, ?, 1)
       ON CONFLICT (wrong_from) DO UPDATE
       SET wrong_count = wrong_count + 1, wrong_since = min(wrong_since, excluded.wrong_since)`,
      numberOf(address),
      now,
    );
  });
}

/** Forgets what was counted and counts no more: nobody may come for a while, by whom it would be. @returns how many rows */
export function forgetCounts(store: Store, now: number): number {
  const old = store.get(
    `SELECT 1 WHERE EXISTS (SELECT 1 FROM caused_mails WHERE caused_at <= ?)
       OR EXISTS (SELECT 1 FROM people_search WHERE search_minute < ?)
       OR EXISTS (SELECT 1 FROM wrong_secret WHERE wrong_since <= ?)`,
    ...oldest(now),
  );
  if (old === undefined) return 0;
  const [mails, searches, secrets] = oldest(now);
  return store.note(
    () =>
      store.run('DELETE FROM caused_mails WHERE caused_at <= ?', mails) +
      store.run('DELETE FROM people_search WHERE search_minute < ?', searches) +
      store.run('DELETE FROM wrong_secret WHERE wrong_since <= ?', secrets),
  );
}

function oldest(now: number): [number, number, number] {
  return [now - CAUSED_WITHIN, Math.floor(now / 60) - 1, now - WRONG_WITHIN];
}
