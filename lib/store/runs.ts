/** When cron ran last. */
import type { Store } from './store.ts';

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

/** The last run of a command; undefined before the first. */
export function lastRun(store: Store, name: string): LastRun | undefined {
  return store.get<LastRun>(
    `SELECT run_at AS at, run_boot AS boot, run_uptime AS uptime, run_doubted AS doubted FROM run WHERE run_name = ?`,
    name,
  );
}

/** Notes a run, or, where its clock is doubted, when it would have been. */
export function noteRun(store: Store, name: string, { at, boot, uptime, doubted }: LastRun): void {
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
