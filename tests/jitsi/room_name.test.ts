import { describe, expect, it } from 'vitest';
import { roomName, roomSegment } from '../../lib/jitsi/room_name.ts';

/** What Jitsi does with the path of an address, written from its description in the specification (section 9). */
function jitsiRoom(address: string): string {
  const path = new URL(address, 'https://meet.example.org').pathname.slice(1);
  const room = path.replace(/[:?#[\]@!$&'()*+,;=></"]/g, '');
  return encodeURIComponent(decodeURIComponent(room).normalize('NFKC').toLowerCase()).toLowerCase();
}

const UIDS: readonly (readonly [string, string])[] = [
  ['alice', 'alice'],
  ['Alice.Martin_2-x', 'alice.martin_2-x'],
  ['alice@corp.test', 'alice%40corp.test'],
  ['élodie', '%c3%a9lodie'],
  ['e\u0301lodie', '%c3%a9lodie'],
  ['a+b', 'a%2bb'],
  ['UNIV\\alice', 'univ%5calice'],
  ['alice martin', 'alice%20martin'],
  ['o’neil', 'o%e2%80%99neil'],
  ["o'neil", 'o%e2%80%99neil'],
  ['a&b', 'a%26b'],
  ['a=b;c', 'a%3db%3bc'],
  ['a(b)!*', 'a(b)!*'],
  ['a%b', 'a%25b'],
  ['100%25', '100%2525'],
  ['a:b', 'a%3ab'],
  ['a$b,c', 'a%24b%2cc'],
  ['<alice>', '%3calice%3e'],
  ['ＡＬＩＣＥ', 'alice'],
  ['ﬁlip', 'filip'],
  ['İnci', 'i%cc%87nci'],
  ['王芳', '%e7%8e%8b%e8%8a%b3'],
  ['alice🎓', 'alice%f0%9f%8e%93'],
  ['a"b[c]', 'a%22b%5bc%5d'],
];

describe('a room’s name', () => {
  it.each(UIDS)('of %s is what Jitsi makes of its address', (uid, name) => {
    expect(roomName(uid)).toBe(name);
    const segment = roomSegment(uid) ?? '';
    expect(jitsiRoom(`/${segment}`)).toBe(name);
    expect(jitsiRoom(`/${segment}?jwt=x`)).toBe(name);
    // A node of XMPP (RFC 6122, Nodeprep) holds none of these.
    expect(name).not.toMatch(/["&'/:<>@\s]/);
  });

  it.each([
    ['nothing', ''],
    ['dots that an address does not keep', '.'],
    ['two of them', '..'],
    ['half a character', 'a\ud800'],
    ['a name of more than 1023 octets', 'é'.repeat(200)],
  ])('is not made of %s', (_, text) => {
    expect(roomName(text)).toBeUndefined();
    expect(roomSegment(text)).toBeUndefined();
  });

  it('keeps apart who is not the same', () => {
    const uids = ['a+b', 'ab', 'a@b', 'a b', 'a!b', 'a(b', "a'b", 'a%b', 'a&b', 'a%40b'];
    expect(new Set(uids.map(roomName)).size).toBe(uids.length);
  });
});
