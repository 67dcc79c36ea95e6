/**
 * The finishing step: what the `ics` package writes, made to keep RFC 5545 to the letter.
 *
 * The package folds at 75 characters instead of octets, quotes enumerated parameters, always asks to be polled hourly, and writes
 * an empty duration for an alarm at the begin itself. Names, alarm texts and the calendar's name reach it already made safe.
 */

/** Parameters whose values are names from a fixed list and stand without quotes (RFC 5545 section 3.2). */
const ENUMERATED = /;(PARTSTAT|ROLE|CUTYPE)="([A-Z-]+)"/g;

/** A text value: backslash, semicolon, comma and newline escaped (RFC 5545 section 3.3.11). */
export function escapeText(text: string): string {
  return text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');
}

/** Folds a content line at 75 octets, never inside a character (RFC 5545 section 3.1). Without its CRLF. */
export function fold(line: string): string {
  if (Buffer.byteLength(line) <= 75) return line;
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}

/** Undoes the package's own folding: lines without CRLF, the last empty one dropped. */
function unfold(text: string): string[] {
  return text
    .replace(/\r\n\t/g, '')
    .replace(/\r\n$/, '')
    .split('\r\n');
}

/** Splits a content line where its value begins: at the first colon outside quotes. */
function splitLine(line: string): { head: string; value: string } {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') quoted = !quoted;
    else if (line[at] === ':' && !quoted) return { head: line.slice(0, at), value: line.slice(at) };
  }
  return { head: line, value: '' };
}

/** What an address may hold and a mailto URI may not: `?cc=…` would name another recipient (RFC 6068 section 2). */
const NOT_IN_MAILTO = /[%^`{|}/?#[\]&;=]/g;

/** The value of an attendee or organiser, with its colon. */
function mailto(value: string): string {
  const address = value.replace(/^:mailto:/i, '');
  return `:mailto:${address.replace(NOT_IN_MAILTO, encodeURIComponent)}`;
}

/** One line put right. */
function repair(line: string): string {
  if (/^(ATTENDEE|ORGANIZER)[;:]/.test(line)) {
    const { head, value } = splitLine(line);
    return head.replace(ENUMERATED, ';$1=$2') + mailto(value);
  }
  return line.replace(/^TRIGGER:-?PT$/, 'TRIGGER:PT0S');
}

/**
 * Finishes a calendar.
 * @param text what the package wrote
 * @param properties content lines of the calendar itself, unfolded, to stand where the package puts its fixed X-PUBLISHED-TTL
 */
export function finish(text: string, properties: readonly string[]): string {
  const lines = unfold(text).flatMap((line) => (line.startsWith('X-PUBLISHED-TTL:') ? properties : [repair(line)]));
  return `${lines.map(fold).join('\r\n')}\r\n`;
}
