/** Failures of the system in words that an administrator reads: the one table of them. */

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'no answer in time',
  ENOTFOUND: 'no such host name',
  EAI_AGAIN: 'the name server does not answer',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'no such file',
};

/** The code of a failure such as `ENOENT` (errno(3)); empty where it has none. A name with several addresses fails by the first. */
export function codeOf(error: unknown): string {
  const inner = innermost(error);
  return inner instanceof Error && 'code' in inner && typeof inner.code === 'string' ? inner.code : '';
}

/**
 * Why something failed, on one line: with the path where a file did, without the address where a connection did, which
 * the caller says.
 * @param code where the failure has it elsewhere
 */
export function whyOf(error: unknown, code = codeOf(error)): string {
  const inner = innermost(error);
  const path = inner instanceof Error && 'path' in inner && typeof inner.path === 'string' ? `${inner.path}: ` : '';
  if (Object.hasOwn(WORDS, code)) return `${path}${WORDS[code]}`;
  return (inner instanceof Error ? inner.message || inner.name : String(inner)).replace(/\s+/g, ' ').trim();
}

function innermost(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
}

/** What was thrown, in its own words. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
