/** Encoded words (RFC 2047) for a header whose text is ASCII and would yet be read as something else. Pure. */

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
