/**
 * A fingerprint of a text: tells versions apart, keeps no secret. Polling programs make up most requests, and loading node:crypto or
 * rendering the feed to compare it would cost each of them more than all the rest.
 */

/** One 53-bit hash: two 32-bit lanes that multiply by different odd constants, mixed into each other at the end. */
function hash53(text: string, seed: number): number {
  let high = seed ^ 0x9e3779b1;
  let low = ~seed ^ 0x85ebca77;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 0xc2b2ae3d);
    low = Math.imul(low ^ unit, 0x27d4eb2f);
    high = (high << 13) | (high >>> 19);
    low = (low << 17) | (low >>> 15);
  }
  high = Math.imul(high ^ (low >>> 16), 0x165667b1);
  low = Math.imul(low ^ (high >>> 13), 0x85ebca6b);
  high = Math.imul(high ^ (low >>> 15), 0xc2b2ae35);
  return (high & 0x1fffff) * 0x100000000 + (low >>> 0);
}

/** A fingerprint of 106 bits as 22 letters and digits. The same text gives the same, on any machine. */
export function fingerprint(text: string): string {
  return [hash53(text, 1), hash53(text, 0x5bd1e995)].map((part) => part.toString(36).padStart(11, '0')).join('');
}
