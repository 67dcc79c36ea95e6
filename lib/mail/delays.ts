/** When a mail that could not be sent is tried again. */

const MINUTE = 60;

/** Seconds to wait after the first, second, … try; the last holds from then on. */
const DELAYS = [1, 2, 5, 15, 60].map((minutes) => minutes * MINUTE);

/** How long a mail is tried: seconds since it was written. Mail servers themselves give up after some days (RFC 5321 section 4.5.4.1). */
const GIVE_UP_AFTER = 3 * 24 * 60 * MINUTE;

/** A mail is not given up before it was tried this often, itself and not the server: a server may be away for days. */
const LEAST_TRIES = DELAYS.length;

/**
 * Whether a mail has been tried for long enough.
 * @param age seconds since it was written
 * @param tries how often it was tried, the last time included
 */
export function isGivenUp(age: number, tries: number): boolean {
  return age >= GIVE_UP_AFTER && tries >= LEAST_TRIES;
}

/**
 * How long to wait until the next try, in seconds: up to a quarter more, so that mails that failed together part.
 * @param tries how often it was tried, the last time included
 * @param id the mail's number, which the spread goes by
 */
export function delayAfter(tries: number, id: number): number {
  const delay = DELAYS[Math.min(Math.max(tries, 1), DELAYS.length) - 1] ?? MINUTE;
  // 7919 is prime: neighbours land apart.
  return delay + ((id * 7919) % Math.floor(delay / 4));
}
