/** When a mail that could not be sent is tried again. */

const MINUTE = 60;

/** Seconds to wait after the first, second, … try; the last holds from then on. */
const DELAYS = [1, 2, 5, 15, 60].map((minutes) => minutes * MINUTE);

/** How long a mail is tried: seconds since it was written. Mail servers themselves give up after some days (RFC 5321 section 4.5.4.1). */
export const GIVE_UP_AFTER = 3 * 24 * 60 * MINUTE;

/**
 * How long to wait until the next try, in seconds.
 * @param tries how often it was tried, the last time included
 */
export function delayAfter(tries: number): number {
  return DELAYS[Math.min(Math.max(tries, 1), DELAYS.length) - 1] ?? MINUTE;
}
