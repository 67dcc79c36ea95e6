/** Private rooms: how often each was entered. */
import type { Store } from './store.ts';

/**
 * Counts an entry into a private room, where that can be written: a row a room, with the time of the last entry.
 * @param now Unix seconds
 */
export function countPrivate(store: Store, room: string, now: number): void {
  store.jot(() => {
    const counted = store.run(
      `UPDATE private SET private_count = coalesce(private_count, 0) + 1, private_date = ?
       WHERE private_id = (SELECT max(private_id) FROM private WHERE private_room = ?)`,
      now,
      room,
    );
    if (counted === 0) {
      store.run('INSERT INTO private (private_room, private_date, private_count) VALUES (?, ?, 1)', room, now);
    }
  });
}
