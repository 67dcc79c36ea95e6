/** Random names and secrets. */

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const LETTERS_DIGITS = `${LETTERS}ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789`;

/** A secret for a link or a form: 16 letters and digits, 95 bits. */
export function newHash(): string {
  return randomText(LETTERS_DIGITS, 16);
}

/** A room's name: 16 lower-case letters, 75 bits. */
export function newRoom(): string {
  return randomText(LETTERS, 16);
}

/**
 * Characters of an alphabet, each as likely as the others: bytes beyond the last multiple of its length are thrown away.
 * `crypto` is Node's, loaded at its first touch: most requests never do.
 */
export function randomText(alphabet: string, length: number): string {
  const fair = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(32))) {
      if (byte < fair && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

/** Compares a secret with what somebody sent, in a time that does not tell where they differ. */
export function sameSecret(secret: string, given: string): boolean {
  let difference = secret.length ^ given.length;
  for (let i = 0; i < secret.length; i += 1) difference |= secret.charCodeAt(i) ^ given.charCodeAt(i % given.length);
  return difference === 0;
}
