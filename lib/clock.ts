/** The one module that knows what time it is. */

/** A clock; a test's or `jmb --now`'s stands still. */
export interface Clock {
  /** Unix time in whole seconds. */
  now(): number;
  /** Unix time in nanoseconds, as ids of meetings are made from; above 2^53. */
  nanoseconds(): bigint;
}

/** The system's clock. */
export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000),
  // Date knows milliseconds only; the fine clock's last six digits keep two calls within one of them apart.
  nanoseconds: () => BigInt(Date.now()) * 1_000_000n + (process.hrtime.bigint() % 1_000_000n),
};

/** A clock that stands at a Unix time in seconds. */
export function fixedClock(now: number): Clock {
  return { now: () => now, nanoseconds: () => BigInt(now) * 1_000_000_000n };
}
