import { describe, expect, it } from 'vitest';
import {
  addressesOf,
  addressesWith,
  cachedFeed,
  feedByHash,
  feedOf,
  keepFeed,
  noteSeen,
  rememberAddresses,
  rememberVisitor,
} from '../../lib/store/feeds.ts';
import { keepMine, mineOf } from '../../lib/store/mine.ts';
import { namesOf } from '../../lib/store/people.ts';
import { countPrivate } from '../../lib/store/rooms.ts';
import { formToken, formTokenHolds, newHash, newRoom, randomText, sameSecret } from '../../lib/store/secrets.ts';
import { zoneOf } from '../../lib/text/zones.ts';
import { ALICE, NOW, open, sqlite3, upstreamCopy } from './scratch.ts';

describe('feeds', () => {
  it('keep the address that the original gave, and get one at first use', () => {
    const store = open(upstreamCopy());
    expect(feedOf(store, 'alice')).toBe('LFRVwjYZf0I7kSoC');
    const hash = feedOf(store, 'carol');
    expect(hash).toMatch(/^[A-Za-z0-9]{16}$/);
    expect(feedOf(store, 'carol')).toBe(hash);
    expect(sqlite3(store.file, "SELECT ical_hash FROM ical WHERE ical_owner = 'carol'")).toBe(hash);
  });

  it('lose an address to whoever signs in with it, unless it is shared', () => {
    const store = open();
    const one = feedOf(store, 'jdupont1');
    const two = feedOf(store, 'jdupont2');
    rememberAddresses(store, 'jdupont1', ['j.dupont@example.org', 'jury@example.org', 'jd1@example.org']);
    rememberAddresses(store, 'jdupont2', ['j.dupont@example.org', 'jury@example.org'], ['Jury@example.org']);
    expect(feedByHash(store, one)?.addresses).toEqual(['jury@example.org', 'jd1@example.org']);
    expect(feedByHash(store, two)?.addresses).toEqual(['j.dupont@example.org', 'jury@example.org']);
  });

  it('are one, however the name of the account is typed', () => {
    const store = open();
    const hash = feedOf(store, 'Alice');
    rememberAddresses(store, 'Alice', [ALICE]);
    expect(feedOf(store, 'alice')).toBe(hash);
    rememberAddresses(store, 'alice', [ALICE, 'a@example.org']);
    expect(feedByHash(store, hash)?.addresses).toEqual([ALICE, 'a@example.org']);
    expect(store.get('SELECT count(*) AS n FROM feed_address')).toEqual({ n: 2 });
  });

  it('know the addresses of their owner, in order, as they were last seen', () => {
    const store = open(upstreamCopy());
    expect(feedByHash(store, 'LFRVwjYZf0I7kSoC')).toMatchObject({ uid: 'alice', addresses: [] });
    rememberAddresses(store, 'alice', [ALICE, 'alice@example.org', 'a@example.org']);
    rememberAddresses(store, 'alice', ['alice@example.org', ALICE]);
    expect(feedByHash(store, 'LFRVwjYZf0I7kSoC')).toMatchObject({
      uid: 'alice',
      addresses: ['alice@example.org', ALICE],
    });
    expect(feedByHash(store, 'LFRVwjYZf0I7kSo')).toBeUndefined();
    expect(feedByHash(store, '')).toBeUndefined();
  });

  it('write addresses only when they have changed', () => {
    const store = open();
    rememberAddresses(store, 'alice', [ALICE]);
    const writes = () => store.database.prepare('SELECT total_changes()').pluck().get();
    const before = writes();
    rememberAddresses(store, 'alice', [ALICE]);
    expect(writes()).toBe(before);
    for (const [one, other] of [
      ['a@x.test', 'b@x.test'],
      ['b@x.test', 'b@x.test'],
      ['b@x.test', 'a@x.test'],
    ] as const) {
      rememberAddresses(store, 'alice', [one, other]);
      expect(addressesOf(store, 'alice')).toEqual([one, other]);
    }
  });

  it('are kept with the name of whoever signs in, by one look where nothing is news', () => {
    const store = open();
    const alice = { uid: 'alice', addresses: [ALICE, 'a@x.test'], name: 'Alice Martin' };
    const kept = () => [addressesOf(store, 'alice'), [...namesOf(store, alice.addresses).values()]];
    rememberVisitor(store, alice, []);
    expect(kept()).toEqual([alice.addresses, ['Alice Martin', 'Alice Martin']]);
    const writes = () => store.database.prepare('SELECT total_changes()').pluck().get();
    const before = writes();
    expect(rememberVisitor(store, alice, [])).toEqual(mineOf(store, 'alice'));
    expect(writes()).toBe(before);
    keepMine(store, 'alice', { language: 'en', zone: zoneOf('Asia/Tokyo'), reminders: false });
    noteSeen(store, 'alice', NOW);
    expect(rememberVisitor(store, alice, [])).toEqual(mineOf(store, 'alice'));
    expect(rememberVisitor(store, { ...alice, uid: 'new' }, [...alice.addresses])).toEqual(mineOf(store, 'new'));
    rememberVisitor(store, { ...alice, name: 'Alice Durand' }, []);
    expect(kept()).toEqual([alice.addresses, ['Alice Durand', 'Alice Durand']]);
    rememberVisitor(store, { ...alice, addresses: [ALICE], name: 'Alice Durand' }, []);
    expect(addressesOf(store, 'alice')).toEqual([ALICE]);
    store.run('INSERT INTO feed_address VALUES (?, 0, ?)', 'bob', ALICE);
    rememberVisitor(store, { ...alice, addresses: [ALICE], name: 'Alice Durand' }, [ALICE.toUpperCase()]);
    expect(addressesOf(store, 'bob')).toEqual([ALICE]);
    rememberVisitor(store, { ...alice, addresses: [ALICE], name: 'Alice Durand' }, []);
    expect(addressesOf(store, 'bob')).toEqual([]);
  });

  it('take back an address that another account has got meanwhile', () => {
    const store = open();
    rememberAddresses(store, 'alice', [ALICE, 'jury@x.test'], ['jury@x.test']);
    store.run('INSERT INTO feed_address VALUES (?, 0, ?), (?, 0, ?)', 'bob', ALICE, 'carol', 'jury@x.test');
    rememberAddresses(store, 'alice', [ALICE, 'jury@x.test'], ['JURY@x.test']);
    expect([addressesOf(store, 'bob'), addressesOf(store, 'carol')]).toEqual([[], ['jury@x.test']]);
  });

  it('tell all addresses of whoever has one of them', () => {
    const store = open();
    rememberAddresses(store, 'alice', [ALICE, 'a@x.test']);
    rememberAddresses(store, 'bob', ['bob@x.test']);
    expect(addressesWith(store, ['a@x.test', 'bob@x.test', 'none@x.test'])).toEqual(
      new Map([
        ['a@x.test', [ALICE, 'a@x.test']],
        ['bob@x.test', ['bob@x.test']],
      ]),
    );
  });

  it('keep their last text', () => {
    const store = open();
    expect(cachedFeed(store, 'h')).toBeUndefined();
    keepFeed(store, 'h', { fingerprint: 'one', body: 'BEGIN:VCALENDAR', at: NOW });
    keepFeed(store, 'h', { fingerprint: 'two', body: 'é', at: NOW + 1 });
    expect(cachedFeed(store, 'h')).toEqual({ fingerprint: 'two', body: 'é', at: NOW + 1 });
  });
});

describe('form tokens', () => {
  const DAY = 86_400;

  it('are one a user and day, and hold for that user only', () => {
    const store = open();
    const token = formToken(store, 'alice', NOW);
    expect(formToken(store, 'Alice', NOW)).toBe(token);
    expect(formToken(store, 'bob', NOW)).not.toBe(token);
    expect(formTokenHolds(store, 'alice', token, NOW)).toBe(true);
    expect(formTokenHolds(store, 'bob', token, NOW)).toBe(false);
    expect(formTokenHolds(store, 'carol', '', NOW)).toBe(false);
    for (const wrong of ['', token.slice(1), `${token}x`, token.toLowerCase().padEnd(17)]) {
      expect(formTokenHolds(store, 'alice', wrong, NOW)).toBe(false);
    }
  });

  it('hold over midnight, and no longer than the day after', () => {
    const store = open();
    const midnight = Math.ceil(NOW / DAY) * DAY;
    const first = formToken(store, 'alice', midnight - 1);
    expect(formTokenHolds(store, 'alice', first, midnight + 60)).toBe(true);
    const second = formToken(store, 'alice', midnight + 60);
    expect(second).not.toBe(first);
    expect(formTokenHolds(store, 'alice', first, midnight + 120)).toBe(true);
    expect(formTokenHolds(store, 'alice', second, midnight + 120)).toBe(true);
    expect(formTokenHolds(store, 'alice', first, midnight + DAY)).toBe(false);
    expect(formTokenHolds(store, 'alice', second, midnight + DAY)).toBe(true);
    expect(formTokenHolds(store, 'alice', second, midnight + 2 * DAY)).toBe(false);
    // Who was away for days has none of the old ones.
    const third = formToken(store, 'alice', midnight + 5 * DAY);
    for (const old of [first, second, '']) expect(formTokenHolds(store, 'alice', old, midnight + 5 * DAY)).toBe(false);
    expect(formTokenHolds(store, 'alice', third, midnight + 5 * DAY)).toBe(true);
    expect(store.all('SELECT * FROM form_day')).toHaveLength(1);
  });
});

describe('private rooms', () => {
  it('are counted in the row that the original made, or in a new one', () => {
    const store = open(upstreamCopy());
    countPrivate(store, 'alice', NOW);
    countPrivate(store, 'bob', NOW);
    countPrivate(store, 'bob', NOW + 1);
    expect(sqlite3(store.file, 'SELECT private_room, private_date, private_count FROM private')).toBe(
      `alice|${NOW}|2\nbob|${NOW + 1}|2`,
    );
  });
});

describe('random names', () => {
  it('have the form that links and rooms need', () => {
    expect(newHash()).toMatch(/^[A-Za-z0-9]{16}$/);
    expect(newRoom()).toMatch(/^[a-z]{16}$/);
    expect(new Set(Array.from({ length: 1000 }, newRoom)).size).toBe(1000);
  });

  it('have each letter as often as the others', () => {
    const drawn = randomText('abcdefghijklmnopqrstuvwxyz', 260_000);
    const counts = new Map<string, number>();
    for (const letter of drawn) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    // 10,000 of each are expected, with a standard deviation of 98; with a plain modulo the first 22 would have 10,156.
    const chi = [...counts.values()].reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(counts.size).toBe(26);
    expect(chi).toBeLessThan(80);
  });

  it('are compared whole', () => {
    expect(sameSecret('abc', 'abc')).toBe(true);
    for (const other of ['', 'ab', 'abd', 'abcabc', 'abcd']) expect(sameSecret('abc', other)).toBe(false);
  });
});
