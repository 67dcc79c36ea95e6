/** Makes the words of the original's settings plain: RFC 2047 encoded words and HTML entities. */
import { decodeEntities } from '../text/plain_text.ts';

const ENCODED_WORD = /=\?([^?\s]+)\?([BbQq])\?([^?\s]*)\?=(?:\s+(?==\?[^?\s]+\?[BbQq]\?[^?\s]*\?=))?/g;

/** The text as it reads, without encoded words (RFC 2047 section 2) and entities such as `&eacute;`. */
export function plainWords(text: string): string {
  return decodeEntities(text.includes('=?') ? text.replace(ENCODED_WORD, decodeWord) : text);
}

/** One encoded word; a charset that nobody knows leaves it as it was. Blanks between two of them are dropped (RFC 2047 section 6.2). */
function decodeWord(whole: string, charset: string, encoding: string, body: string): string {
  const bytes = encoding.toUpperCase() === 'B' ? Buffer.from(body, 'base64') : fromQ(body);
  // A language may follow the charset (RFC 2231 section 5).
  const name = charset.split('*')[0] ?? '';
  if (/^utf-?8$/i.test(name)) return bytes.toString('utf8');
  try {
    return new TextDecoder(name).decode(bytes);
  } catch {
    return whole;
  }
}

/** RFC 2047 section 4.2. */
function fromQ(body: string): Buffer {
  const raw = body
    .replace(/_/g, ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(raw, 'latin1');
}
