/**
 * A fingerprint of a text: tells versions apart, keeps no secret. Polling programs make up most requests, and loading node:crypto or
 * rendering the feed to compare it would cost each of them more than all the rest.
 */

/** The text's bytes as 32-bit words, the last filled up with zeros: four bytes a step, since a new process runs each step slowly. */
function wordsOf(text: string): Int32Array {
  const length = Buffer.byteLength(text);
  const words = new Int32Array((length + 3) >> 2);
  Buffer.from(words.buffer).write(text);
  return words;
}

/** Mixes every bit of a lane into every other (the end of MurmurHash3). */
function mixed(lane: number): number {
  let bits = lane;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** A fingerprint of 128 bits as 28 letters and digits: four lanes that multiply by different odd constants. The same text gives the same. */
export function fingerprint(text: string): string {
  const words = wordsOf(text);
  let a = text.length ^ 0x9e3779b1;
  let b = 0x85ebca77;
  let c = 0x27d4eb2f;
  let d = 0x165667b1;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? 0;
    a = Math.imul(a ^ word, 0xc2b2ae3d);
    b = Math.imul(b ^ word, 0x27d4eb2f);
    c = Math.imul(c ^ word, 0x165667b1);
    d = Math.imul(d ^ word, 0x9e3779b1);
    a = (a << 13) | (a >>> 19);
    b = (b << 17) | (b >>> 15);
    c = (c << 11) | (c >>> 21);
    d = (d << 7) | (d >>> 25);
  }
  const lanes = [a ^ c, b ^ Math.imul(a, 0x85ebca6b), c ^ Math.imul(b, 0xc2b2ae35), d ^ Math.imul(c, 0x27d4eb2f)];
  return lanes.map((lane) => mixed(lane).toString(36).padStart(7, '0')).join('');
}
