/**
 * Somebody's words as plain text: harmless on one line of a header or a calendar, without HTML entities and encoded words (RFC 2047),
 * as encoded words, and out of an HTML document. Pure.
 */
import { windowsSigns } from './windows_1252.ts';

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

/** A text of several lines, each such a line but for the blanks that it begins with; lines end with LF, and none is empty at either end. */
export function straightLines(text: string): string {
  const lines = text
    .split(/\r\n|[\r\n\u0085\u2028\u2029]/)
    .map((line) => line.replace(TURNING, '').replace(BREAKING, ' '));
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/^\n+|\n+$/g, '');
}

/** A text as searches compare it: small letters, without accents, ligatures apart. */
export function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('œ', 'oe')
    .replaceAll('æ', 'ae')
    .replaceAll('ß', 'ss')
    .replaceAll('’', "'");
}

/** Names of Latin-1's letters and signs from U+00A0 on, in order (HTML 4, section 24.2.1). */
const LATIN1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';

const OTHERS: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  euro: '€',
  OElig: 'Œ',
  oelig: 'œ',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
};

let names: Map<string, string> | undefined;

function named(name: string): string | undefined {
  names ??= new Map([
    ...Object.entries(OTHERS),
    ...LATIN1.split(' ').map((one, index): [string, string] => [one, String.fromCharCode(0xa0 + index)]),
  ]);
  return names.get(name);
}

/** The text with its entities as characters, decoded once; what is not an entity stays as it is. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w{2,8}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return named(name) ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    const surrogate = point >= 0xd800 && point <= 0xdfff;
    return point === 0 || point > 0x10ffff || surrogate ? whole : String.fromCodePoint(point);
  });
}

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
    return windowsSigns(new TextDecoder(name).decode(bytes));
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

/** The most bytes of an encoded word: 75 characters in all (RFC 2047 section 2), of which 12 are its frame. */
const MOST_BYTES = 45;

/** Whether a reader may take a part of the text for an encoded word, and decode what somebody hid in it: a line's end, for one. */
export function looksEncoded(text: string): boolean {
  return text.includes('=?');
}

/** The text as encoded words, separated by blanks; each holds whole characters (RFC 2047 section 5). */
export function encodedWords(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > MOST_BYTES) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((one) => `=?UTF-8?B?${Buffer.from(one).toString('base64')}?=`).join(' ');
}

/** Elements whose content nobody reads. */
const HIDDEN = new Set(['head', 'title', 'style', 'script', 'template']);

/** Elements that begin or end a line, and those that begin or end a paragraph. */
const LINES = new Set(['br', 'div', 'tr', 'li', 'dt', 'dd', 'hr']);
const PARAGRAPHS = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'dl', 'table', 'blockquote', 'pre']);

/** A tag, a declaration or the beginning of a comment, where it stands. */
const TAG = /<(?:!--|[!?][^<>]*>|(\/?)([a-z][a-z0-9]*)[^<>]*>)/iy;

/** The text of a document, its lines and paragraphs apart. */
export function textOfHtml(html: string): string {
  const lower = html.toLowerCase();
  let text = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    text += html.slice(at, open < 0 ? undefined : open).replace(/\s+/g, ' ');
    if (open < 0) break;
    TAG.lastIndex = open;
    const [tag, slash, name = ''] = TAG.exec(html) ?? [];
    if (tag === undefined) {
      text += '<';
      at = open + 1;
      continue;
    }
    const element = name.toLowerCase();
    const isHidden = slash === '' && HIDDEN.has(element);
    const end = tag === '<!--' ? '-->' : isHidden ? `</${element}` : '';
    // What has no end hides all that follows, as in a browser.
    at = end === '' ? open + tag.length : after(lower, end, open + tag.length);
    text += LINES.has(element) ? '\n' : PARAGRAPHS.has(element) ? '\n\n' : element === 'td' ? ' ' : '';
  }
  return decodeEntities(text)
    .replace(/ ?\n ?/g, '\n')
    .replace(/ {2,}/g, ' ')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Where a mark begins, or the end; past a comment's own. */
function after(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  if (at < 0) return text.length;
  return mark === '-->' ? at + mark.length : at;
}
