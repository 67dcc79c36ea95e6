/** The one module that knows what time it is, and waits no longer than something is worth. */

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

/**
 * The result of some work, if it comes in time. Work that comes late is left to itself, and its failure then is nobody's.
 * @param milliseconds how long to wait
 * @throws Error when it does not come in time, and whatever the work throws before
 */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${Math.round(milliseconds)} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
