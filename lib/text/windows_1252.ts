/**
 * Texts in windows-1252, which mails in ISO 8859-1 are, too (WHATWG Encoding Standard). Node 20 reads them
 * without the signs at 80 to 9F (its issue 60888; 20.20.2 does, 22.23.3 and 24.21.0 do not): French apostrophes, oe and the euro become
 * control characters. Pure.
 */

/** What stands at 80 to 9F; five places are empty. */
const SIGNS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** The text as it was written: nobody writes the control characters that a mistaken reader sees in it. */
export function windowsSigns(text: string): string {
  return text.replace(/[\x80-\x9f]/g, (sign) => SIGNS.charAt(sign.charCodeAt(0) - 0x80));
}
