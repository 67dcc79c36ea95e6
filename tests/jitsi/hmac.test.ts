/** Our HMAC against the published vectors and against node:crypto. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hmacSha256, sha256 } from '../../lib/jitsi/hmac.ts';

describe('sha256', () => {
  it('gives the digests of FIPS 180-4’s examples', () => {
    expect(sha256(Buffer.from('abc')).toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(sha256(Buffer.alloc(0)).toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it('says what node:crypto says, for every length around the blocks', () => {
    for (const length of [...Array(300).keys(), 1000, 65_537]) {
      const bytes = randomBytes(length);
      expect(sha256(bytes).equals(createHash('sha256').update(bytes).digest()), String(length)).toBe(true);
    }
  });
});

describe('hmacSha256', () => {
  it('gives the second test case of RFC 4231', () => {
    expect(hmacSha256('Jefe', 'what do ya want for nothing?').toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('says what node:crypto says, for secrets of every length and any character', () => {
    for (let length = 0; length < 200; length += 1) {
      const secret = randomBytes(length).toString('latin1');
      const text = `${randomBytes(length * 3).toString('base64url')} é 日本 🙂`;
      expect(hmacSha256(secret, text).equals(createHmac('sha256', secret).update(text).digest()), secret).toBe(true);
    }
  });
});
