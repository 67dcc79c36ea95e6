/** How long things are kept (JMB_KEEP_DAYS): from when on, and whether the clock may be believed so far as to forget by it. Pure. */

const DAY = 86_400;

/** The longest time between two forgettings after which the clock is believed, in seconds. */
const LONGEST = 7 * DAY;

/** A little less than a day, in seconds: cron comes each minute, and the hour of the forgetting should not wander through the day. */
const DAILY = DAY - 3600;

/**
 * The Unix time that what is kept goes back to: what ended, or was used last, before it is forgotten.
 * @param days JMB_KEEP_DAYS
 * @param now Unix seconds
 * @returns null where everything is kept for ever
 */
export function keptSince(days: number, now: number): number | null {
  return days === 0 ? null : now - days * DAY;
}

/** The day of a Unix time, as accounts are noted by: days since 1970, by UTC. */
export function dayOf(now: number): number {
  return Math.floor(now / DAY);
}

/**
 * Whether it is time to forget: `done` for today, `now`, or `tomorrow`, where forgetting begins or the clock has gone too far since the
 * last time. What is forgotten does not come back, so a clock that is years ahead has a day in which to be put right.
 * @param last when everything was last forgotten, or last put off; Unix seconds, undefined: never
 */
export function forgettingAt(now: number, last: number | undefined): 'done' | 'now' | 'tomorrow' {
  if (last === undefined || last > now + DAILY || now - last > LONGEST) return 'tomorrow';
  return now - last < DAILY ? 'done' : 'now';
}

/** How many rows the next step may take, after one of so many: a step holds the database, and others wait to write. */
export function nextStep(rows: number, milliseconds: number): number {
  if (milliseconds > LONGEST_STEP) return Math.max(FEWEST, Math.floor(rows / 2));
  return milliseconds < LONGEST_STEP / 3 ? Math.min(MOST, rows * 2) : rows;
}

/** How long a step should take at most, in milliseconds. */
const LONGEST_STEP = 15;

/** The bounds of a step, in rows. */
const FEWEST = 20;
const MOST = 500;
