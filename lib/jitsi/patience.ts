/** Waiting no longer than something is worth. */

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
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
