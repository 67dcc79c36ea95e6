/** Saying no: a refusal is a value with a status, a text for the user and a line for the log; only a broken environment throws. */
import type { Header } from './message.ts';
import type { TextKey } from './text/catalogue.ts';

/** An answer that says no. */
export interface Refusal {
  readonly refused: true;
  /** HTTP status code. */
  readonly status: number;
  /** What the user reads. */
  readonly text: TextKey;
  /** What stands at the placeholders of the text. */
  readonly values?: Readonly<Record<string, string | number>>;
  /** What the log says: words for the administrator, in English. */
  readonly log: string;
  /** After how many seconds it is worth another try, where that is known. */
  readonly retryAfter?: number;
  /** The meeting that it is about, where who is refused may know of it. */
  readonly about?: RefusedMeeting;
}

/** A meeting that is refused to somebody who knows it. */
export interface RefusedMeeting {
  readonly id: string;
  readonly subject: string;
  /** Unix seconds. */
  readonly begin: number;
  /** Unix seconds. */
  readonly end: number;
  /** The organiser's address and, where it is known, name. */
  readonly organiser: { readonly email: string; readonly name?: string };
}

/** Makes a refusal. */
export function refuse(
  status: number,
  text: TextKey,
  log: string,
  values?: Readonly<Record<string, string | number>>,
  retryAfter?: number,
): Refusal {
  return {
    ...{ refused: true, status, text, log },
    ...(values === undefined ? {} : { values }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

/** The header field that says when to come again (RFC 9110 section 10.2.3), where that is known. */
export function waitOf(refusal: Refusal | undefined): Header[] {
  return refusal?.retryAfter === undefined ? [] : [['Retry-After', String(refusal.retryAfter)]];
}

/** Whether what a function gave back is a refusal. */
export function isRefusal(result: unknown): result is Refusal {
  return typeof result === 'object' && result !== null && 'refused' in result && result.refused === true;
}

/** Something that JMB stands on does not answer: a page with 503, never a silent "no". */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  /**
   * @param what the part that does not answer
   * @param detail what it did instead, for the log
   */
  constructor(
    readonly what: 'directory' | 'database' | 'addon' | 'module',
    readonly detail: string,
  ) {
    super(`${what}: ${detail}`);
  }
}
