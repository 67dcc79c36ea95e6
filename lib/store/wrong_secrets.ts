/**
 * How many secrets that are nobody's came from each network address of late. Whoever brings a right one is never counted.
 * An address is remembered by a number of which there are few, so that no crowd of them fills the disk.
 */
import type { Store } from './store.ts';

/** How long they are remembered, in seconds. */
const MEMORY = 600;

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
    `SELECT wrong_count AS count, wrong_since + ${MEMORY} AS until FROM wrong_secret
     WHERE wrong_from = ? AND wrong_since > ? AND wrong_since <= ?`,
    numberOf(address),
    now - MEMORY,
    now,
  );
}

/** Counts one more, where that can be written, and forgets what is old. */
export function noteWrong(store: Store, address: string, now: number): void {
  store.jot(() => {
    store.run('DELETE FROM wrong_secret WHERE wrong_since <= ?', now - MEMORY);
    store.run(
      `INSERT INTO wrong_secret (wrong_from, wrong_since, wrong_count) VALUES (?, ?, 1)
       ON CONFLICT (wrong_from) DO UPDATE
       SET wrong_count = wrong_count + 1, wrong_since = min(wrong_since, excluded.wrong_since)`,
      numberOf(address),
      now,
    );
  });
}
