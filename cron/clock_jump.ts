/** Whether cron's clock is to be believed: a run whose clock has jumped does nothing, and the next one looks again. Pure. */
import type { LastRun, Moment } from '../lib/store/runs.ts';

/** How far the clock may be from where it should be, in seconds; the hour of a machine that was off is no more than that. */
const TOLERANCE = 3600;

/**
 * Looks at a run's clock. Between two runs of one start of the machine, as much time must have gone by the clock as since the
 * start; over a start, nobody knows, and a long gap is doubted for one run. What two runs agree on is believed.
 * @param last the last run, undefined before the first
 */
export function isDoubtful(last: LastRun | undefined, now: Moment): boolean {
  if (last === undefined) return false;
  if (last.doubted !== null && now.at >= last.doubted && now.at - last.doubted <= TOLERANCE) return false;
  const gone = now.at - last.at;
  const should = last.boot === now.boot ? now.uptime - last.uptime : 0;
  // Back in time nothing falls due that should not.
  return gone - should > TOLERANCE;
}
