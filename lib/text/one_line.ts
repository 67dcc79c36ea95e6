/** Somebody's words made harmless for what has one line: a header, a subject, a line of a calendar. */

/** Control characters, and the line and paragraph separators that some readers take for the end of a line. */
const BREAKING = /[\p{Cc}\u2028\u2029]+/gu;

/** Signs that turn the direction of writing, and with it what stands after them (Unicode Standard Annex 9, section 2). */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;

/** A text on one line, without control characters. */
export function oneLine(text: string): string {
  return text.replace(BREAKING, ' ').trim();
}

/** The same for what other words follow: nothing in it turns their direction. */
export function straightLine(text: string): string {
  return oneLine(text.replace(TURNING, ''));
}
