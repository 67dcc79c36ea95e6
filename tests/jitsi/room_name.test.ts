import { describe, expect, it } from 'vitest';
import { roomLink, roomName, roomSegment } from '../../lib/jitsi/room_name.ts';
import { UIDS } from './uids.ts';

/** What Jitsi does with the path of an address, written from its description in the specification (section 9). */
function jitsiRoom(address: string): string {
  const path = new URL(address, 'https://meet.example.org').pathname.slice(1);
  const room = path.replace(/[:?#[\]@!$&'()*+,;=></"]/g, '');
  return encodeURIComponent(decodeURIComponent(room).normalize('NFKC').toLowerCase()).toLowerCase();
}

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

  it('holds nothing that Jitsi takes out of an address', () => {
    const signs = [...Array(95).keys()].map((at) => String.fromCharCode(32 + at));
    for (const sign of signs) {
      const name = roomName(`a${sign}b`);
      expect(jitsiRoom(`/${roomSegment(`a${sign}b`)}`)).toBe(name);
      expect(decodeURIComponent(name ?? '')).toBe(`a${sign === "'" ? '’' : sign.toLowerCase()}b`);
    }
  });

  it('has up to 1023 octets', () => {
    expect(roomName(`${'é'.repeat(170)}abc`)).toHaveLength(1023);
    expect(roomName(`${'é'.repeat(170)}abcd`)).toBeUndefined();
  });

  it('stands in a link behind the address of the host, however that ends', () => {
    for (const url of ['https://meet.example.org', 'https://meet.example.org/', 'https://meet.example.org//'])
      expect(roomLink(url, "O'Neil")).toBe('https://meet.example.org/o%E2%80%99neil');
    expect(roomLink('https://meet.example.org', '..')).toBeUndefined();
  });

  it('keeps apart who is not the same', () => {
    const uids = ['a+b', 'ab', 'a@b', 'a b', 'a!b', 'a(b', "a'b", 'a%b', 'a&b', 'a%40b'];
    expect(new Set(uids.map(roomName)).size).toBe(uids.length);
  });
});
