/** Somebody's words as plain text: harmless on one line of a header or a calendar, and without the HTML entities that the original kept in subjects. */

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
