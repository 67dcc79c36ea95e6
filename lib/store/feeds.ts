/** Calendar feeds: whose a hash is, the addresses of that person, and the text as it was last made. */
import { dayOf } from '../meetings/keeping.ts';
import type { Identity } from '../meetings/meeting.ts';
import { type ChosenRow, chosenIn, mineOf } from './mine.ts';
import { rememberName } from './people.ts';
import { newHash } from './secrets.ts';
import type { Store } from './store.ts';

/** Whose feed it is. */
export interface FeedOwner {
  readonly uid: string;
  /** As `rememberAddresses` kept them, lower case, the main one first; empty for a feed that only the original has seen. */
  readonly addresses: readonly string[];
  /** The day since 1970, by UTC, that `noteSeen` noted last; 0: none. */
  readonly seen: number;
}

/** A feed's text, made earlier. */
export interface KeptFeed {
  /** What it was made from. */
  readonly fingerprint: string;
  readonly body: string;
  /** When it came to read so, in Unix seconds; no two texts of a feed have the same. */
  readonly at: number;
}

/** The hash in the address of a user's feed; made on first use. */
export function feedOf(store: Store, uid: string): string {
  return (
    knownFeed(store, uid) ??
    store.transaction(() => {
      // Another request may have been first since we looked.
      const known = knownFeed(store, uid);
      if (known !== undefined) return known;
      const hash = newHash();
      store.run('INSERT INTO ical (ical_owner, ical_hash) VALUES (?, ?)', uid, hash);
      return hash;
    })
  );
}

/** Another hash in the place of those that a user's feed had, which lead nowhere from now on. */
export function renewFeed(store: Store, uid: string): void {
  store.transaction(() => {
    store.run(
      'DELETE FROM feed_text WHERE feed_hash IN (SELECT ical_hash FROM ical WHERE ical_owner = ? COLLATE NOCASE)',
      uid,
    );
    store.run('DELETE FROM ical WHERE ical_owner = ? COLLATE NOCASE', uid);
    store.run('INSERT INTO ical (ical_owner, ical_hash) VALUES (?, ?)', uid, newHash());
  });
}

/** The hash of a user's feed, or undefined where the first use cannot be written. */
export function feedIfWritable(store: Store, uid: string): string | undefined {
  return knownFeed(store, uid) ?? store.jot(() => feedOf(store, uid));
}

/**
 * The first one, should the original have made two. An account is the same however its name is typed: `Alice`, `alice`
 * (directories and Basic authentication by them do not tell the two apart).
 */
function knownFeed(store: Store, uid: string): string | undefined {
  const row = store.get<{ readonly hash: string }>(
    "SELECT ical_hash AS hash FROM ical WHERE ical_owner = ? COLLATE NOCASE AND ical_hash <> '' ORDER BY ical_id LIMIT 1",
    uid,
  );
  return row?.hash;
}

/** Whose feed a hash is, or undefined; the hash may be anybody's text. */
export function feedByHash(store: Store, hash: string): FeedOwner | undefined {
  if (hash === '') return undefined;
  const row = store.get<{ readonly uid: string; readonly seen: number }>(
    `SELECT ical_owner AS uid, coalesce((SELECT seen_day FROM account_seen WHERE seen_uid = ical_owner), 0) AS seen
     FROM ical WHERE ical_hash = ?`,
    hash,
  );
  return row && { ...row, addresses: addressesOf(store, row.uid) };
}

/** The addresses of an account as it last signed in, lower case, the main one first; none where it never did. */
export function addressesOf(store: Store, uid: string): string[] {
  return store
    .all<{ readonly address: string }>(
      'SELECT feed_address AS address FROM feed_address WHERE feed_owner = ? COLLATE NOCASE ORDER BY feed_position',
      uid,
    )
    .map((row) => row.address);
}

/** All addresses of whoever has signed in by one of these, by that one. @param addresses lower case */
export function addressesWith(store: Store, addresses: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const rows = store.all<{ readonly asked: string; readonly address: string }>(
    `SELECT one.feed_address AS asked, other.feed_address AS address FROM feed_address AS one
     CROSS JOIN feed_address AS other ON other.feed_owner = one.feed_owner COLLATE NOCASE
     WHERE one.feed_address IN (SELECT value FROM json_each(?))`,
    JSON.stringify(addresses),
  );
  const found = new Map<string, string[]>();
  for (const { asked, address } of rows) {
    const known = found.get(asked);
    if (known) known.push(address);
    else found.set(asked, [address]);
  }
  return found;
}

/**
 * Keeps a user's addresses for the feed, which nobody signs in for; writes only when they have changed, and where that can be
 * written. Whoever signs in with an address holds it: it is no longer its former owner's, whose feed would go on to show the
 * new one's meetings.
 * @param shared addresses that several accounts may have at once
 */
export function rememberAddresses(
  store: Store,
  uid: string,
  addresses: readonly string[],
  shared: readonly string[] = [],
): void {
  const known = store.all<HeldRow>(
    `SELECT feed_address AS address, EXISTS (SELECT 1 FROM feed_address AS other
       WHERE other.feed_address = one.feed_address AND other.feed_owner <> one.feed_owner COLLATE NOCASE) AS contested
     FROM feed_address AS one WHERE feed_owner = ? COLLATE NOCASE ORDER BY feed_position`,
    uid,
  );
  const common = new Set(shared.map((address) => address.toLowerCase()));
  if (isHeld(known, addresses, common)) return;
  const own = JSON.stringify(addresses.filter((address) => !common.has(address)));
  store.jot(() => {
    store.run(
      `DELETE FROM feed_address WHERE feed_owner <> ? COLLATE NOCASE AND feed_address IN (SELECT value FROM json_each(?))`,
      uid,
      own,
    );
    store.run('DELETE FROM feed_address WHERE feed_owner = ? COLLATE NOCASE', uid);
    for (const [position, address] of addresses.entries()) {
      store.run(
        'INSERT INTO feed_address (feed_owner, feed_position, feed_address) VALUES (?, ?, ?)',
        uid,
        position,
        address,
      );
    }
  });
}

/** An address that is kept, and whether another account has it, too. */
interface HeldRow {
  readonly address: string;
  readonly contested: number;
}

/** Whether these rows are these addresses, and no other account has one that is not common to several. */
function isHeld(rows: readonly HeldRow[], addresses: readonly string[], common: ReadonlySet<string>): boolean {
  return (
    rows.length === addresses.length &&
    rows.every(
      ({ address, contested }, index) => address === addresses[index] && (contested === 0 || common.has(address)),
    )
  );
}

/**
 * Keeps addresses and name of whoever signs in, as rememberAddresses and rememberName do, and finds what they have chosen, as mineOf does;
 * where nothing is news, as nearly always, by one look.
 * @param shared addresses that several accounts may have at once
 */
export function rememberVisitor(
  store: Store,
  { uid, addresses, name }: Pick<Identity, 'uid' | 'addresses' | 'name'>,
  shared: readonly string[],
): ReturnType<typeof mineOf> {
  const known = store.all<HeldRow & ChosenRow & { readonly name: string }>(
    `SELECT feed_address AS address, EXISTS (SELECT 1 FROM feed_address AS other
       WHERE other.feed_address = one.feed_address AND other.feed_owner <> one.feed_owner COLLATE NOCASE) AS contested,
       coalesce((SELECT person_name FROM person WHERE person_address = one.feed_address), '') AS name,
       mine_language AS language, mine_reminders AS reminders, zone_name AS zone, coalesce(seen_day, 0) AS seen
     FROM feed_address AS one LEFT JOIN mine ON mine_uid = ?
     LEFT JOIN mine_zone ON zone_uid = mine_uid LEFT JOIN account_seen ON seen_uid = ?
     WHERE feed_owner = ? COLLATE NOCASE ORDER BY feed_position`,
    uid,
    uid,
    uid,
  );
  const [first] = known;
  const common = new Set(shared.map((address) => address.toLowerCase()));
  if (!isHeld(known, addresses, common) || known.some((one) => one.name !== name)) {
    rememberAddresses(store, uid, addresses, shared);
    rememberName(store, addresses, name);
  }
  return first === undefined ? mineOf(store, uid) : chosenIn(first);
}

/**
 * Notes on which day an account signed in, or its feed was asked for, once a day and where that can be written: what nobody uses any more is
 * forgotten by it. @param now Unix seconds
 */
export function noteSeen(store: Store, uid: string, now: number): void {
  const day = dayOf(now);
  if (store.get('SELECT 1 FROM account_seen WHERE seen_uid = ? AND seen_day >= ?', uid, day) !== undefined) return;
  store.jot(() => store.run('INSERT OR REPLACE INTO account_seen (seen_uid, seen_day) VALUES (?, ?)', uid, day));
}

/** The text that was last made for a feed, or undefined. */
export function cachedFeed(store: Store, hash: string): KeptFeed | undefined {
  return store.get<KeptFeed>(
    'SELECT feed_fingerprint AS fingerprint, feed_body AS body, feed_kept AS at FROM feed_text WHERE feed_hash = ?',
    hash,
  );
}

/** Keeps the text of a feed, where that can be written. What is not renewed is forgotten by a purge. */
export function keepFeed(store: Store, hash: string, feed: KeptFeed): void {
  store.jot(() => {
    store.run(
      `INSERT OR REPLACE INTO feed_text (feed_hash, feed_fingerprint, feed_etag, feed_body, feed_kept)
       VALUES (?, ?, ?, ?, ?)`,
      hash,
      feed.fingerprint,
      `"${feed.fingerprint}"`,
      feed.body,
      feed.at,
    );
  });
}
