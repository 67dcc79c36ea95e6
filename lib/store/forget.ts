/**
 * What cron forgets by JMB_KEEP_DAYS, step by step: each takes at most so many rows, in a transaction of its own, and finds nothing where
 * it was done before. Which table is kept for how long stands in PRIVACY.md.
 */
import { dayOf } from '../meetings/keeping.ts';
import { forgetCounts } from './limits.ts';
import { purgeEndedBefore, purgeMailsBefore } from './maintenance.ts';
import { forgetFormSecrets } from './secrets.ts';
import type { Store } from './store.ts';

/** From when on things are kept. */
export interface Kept {
  /** Unix seconds: what ended, or was used last, before that goes. */
  readonly since: number;
  /** Unix seconds. */
  readonly now: number;
}

/** What a step did. */
export interface Step {
  /** How many rows went; of meetings and accounts, with all that belongs to them. */
  readonly gone: number;
  /** Where the next one goes on; null: nothing is left. */
  readonly next: string | null;
}

type Forget = (store: Store, kept: Kept, limit: number, after: string) => Step;

/** By what it is, in the order in which one leaves the next without use. `after`: where the last step ended, at first empty. */
export const FORGET: Readonly<Record<string, Forget>> = {
  meetings: (store, { since }, limit) =>
    upTo(limit, purgeEndedBefore(store, since, limit) || purgeEndless(store, since, limit)),
  mails: (store, { since }, limit) => upTo(limit, purgeMailsBefore(store, since, limit)),
  newcomers: (store, { now }) => meet(store, now),
  accounts: (store, kept, limit) => upTo(limit, forgetAccounts(store, kept, limit)),
  names: (store, _, limit, after) => forgetUnused(store, PERSON, limit, after),
  logins: (store, _, limit, after) => forgetUnused(store, ACCOUNT, limit, after),
  languages: (store, _, limit, after) => forgetUnused(store, READER, limit, after),
  rooms: (store, { since }, limit) => upTo(limit, forgetRooms(store, since, limit)),
  secrets: (store, { now }, limit) => upTo(limit, forgetFormSecrets(store, now, limit)),
  counts: (store, { now }) => ({ gone: forgetCounts(store, now), next: null }),
};

function upTo(limit: number, gone: number): Step {
  return { gone, next: gone < limit ? null : '' };
}

/** Meetings whose row names no end, which nobody's list shows: by their begin. */
function purgeEndless(store: Store, before: number, limit: number): number {
  return store.note(() =>
    store.run(
      `DELETE FROM meetings WHERE meeting_id IN (
         SELECT meeting_id FROM meetings WHERE meeting_end IS ? AND meeting_begin < ? LIMIT ?)`,
      null,
      before,
      limit,
    ),
  );
}

interface Uid {
  readonly uid: string;
}

/**
 * Accounts that were not seen since, whose addresses are in no meeting that is kept, and whose own room nobody entered: their feed,
 * addresses, choices and assistants.
 */
function forgetAccounts(store: Store, { since }: Kept, limit: number): number {
  const old = store.all<Uid>(
    `SELECT seen_uid AS uid FROM account_seen
     WHERE seen_uid > '' AND seen_day < ? AND NOT EXISTS (
         SELECT 1 FROM feed_address CROSS JOIN agenda ON agenda_email = feed_address
         WHERE feed_owner = seen_uid COLLATE NOCASE)
       AND NOT EXISTS (SELECT 1 FROM private WHERE private_room = lower(seen_uid) AND private_date >= ?)
     LIMIT ?`,
    dayOf(since),
    since,
    limit,
  );
  if (old.length === 0) return 0;
  return store.note(() => {
    const gone = old.filter(
      // Whoever has come meanwhile stays.
      ({ uid }) => store.run('DELETE FROM account_seen WHERE seen_uid = ? AND seen_day < ?', uid, dayOf(since)) > 0,
    );
    for (const { uid } of gone) forgetAccount(store, uid);
    return old.length;
  });
}

/** All that is kept of an account, within the caller's transaction. */
export function forgetAccount(store: Store, uid: string): void {
  store.run(
    'DELETE FROM feed_text WHERE feed_hash IN (SELECT ical_hash FROM ical WHERE ical_owner = ? COLLATE NOCASE)',
    uid,
  );
  store.run('DELETE FROM ical WHERE ical_owner = ? COLLATE NOCASE', uid);
  store.run('DELETE FROM feed_address WHERE feed_owner = ? COLLATE NOCASE', uid);
  store.run('DELETE FROM form_day WHERE form_owner = ?', uid);
  store.run('DELETE FROM mine WHERE mine_uid = ?', uid);
  store.run('DELETE FROM assistant WHERE assistant_of = ?', uid);
}

/** Has accounts of which nobody knows when they were seen, as of an earlier version, count as seen today. */
function meet(store: Store, now: number): Step {
  const strangers = unseen(store);
  if (strangers.length === 0) return { gone: 0, next: null };
  store.note(() => {
    for (const uid of strangers) {
      store.run('INSERT OR IGNORE INTO account_seen (seen_uid, seen_day) VALUES (?, ?)', uid, dayOf(now));
    }
  });
  return { gone: 0, next: '' };
}

/** Accounts of which something is kept, and not when they were seen. Some hundreds at a time. */
function unseen(store: Store): string[] {
  return [
    ...store.all<Uid>(
      `SELECT ical_owner AS uid FROM ical WHERE ical_id > 0
         AND NOT EXISTS (SELECT 1 FROM account_seen WHERE seen_uid = ical_owner) LIMIT 500`,
    ),
    ...store.all<Uid>(
      `SELECT feed_owner AS uid FROM feed_address WHERE feed_owner > ''
         AND NOT EXISTS (SELECT 1 FROM account_seen WHERE seen_uid = feed_owner) LIMIT 500`,
    ),
    ...store.all<Uid>(
      `SELECT mine_uid AS uid FROM mine WHERE mine_uid > ''
         AND NOT EXISTS (SELECT 1 FROM account_seen WHERE seen_uid = mine_uid) LIMIT 500`,
    ),
    ...store.all<Uid>(
      `SELECT assistant_of AS uid FROM assistant WHERE assistant_of > ''
         AND NOT EXISTS (SELECT 1 FROM account_seen WHERE seen_uid = assistant_of) LIMIT 500`,
    ),
  ].map(({ uid }) => uid);
}

/** A table of what is known of an address: how it is looked through, and how rows go. */
interface ByAddress {
  readonly page: string;
  readonly drop: string;
}

const PERSON: ByAddress = {
  page: 'SELECT person_address AS address FROM person WHERE person_address > ? ORDER BY person_address LIMIT ?',
  drop: 'DELETE FROM person WHERE person_address IN (SELECT value FROM json_each(?))',
};
const ACCOUNT: ByAddress = {
  page: 'SELECT account_address AS address FROM account WHERE account_address > ? ORDER BY account_address LIMIT ?',
  drop: 'DELETE FROM account WHERE account_address IN (SELECT value FROM json_each(?))',
};
const READER: ByAddress = {
  page: 'SELECT reader_address AS address FROM reader WHERE reader_address > ? ORDER BY reader_address LIMIT ?',
  drop: 'DELETE FROM reader WHERE reader_address IN (SELECT value FROM json_each(?))',
};

interface Address {
  readonly address: string;
}

/** Goes through the next rows of a table, and forgets the addresses that no kept meeting, account or assistant has. */
function forgetUnused(store: Store, { page, drop }: ByAddress, limit: number, after: string): Step {
  const rows = store.all<Address>(page, after, limit);
  const next = rows.length < limit ? null : (rows.at(-1)?.address ?? null);
  const unused = (some: readonly Address[]): Address[] =>
    store.all<Address>(
      `SELECT value AS address FROM json_each(?)
       WHERE NOT EXISTS (SELECT 1 FROM agenda WHERE agenda_email = value)
         AND NOT EXISTS (SELECT 1 FROM feed_address WHERE feed_address = value)
         AND NOT EXISTS (SELECT 1 FROM assistant WHERE assistant_address = value)
         AND NOT EXISTS (SELECT 1 FROM stand_in WHERE stand_in_address = value)`,
      JSON.stringify(some.map(({ address }) => address)),
    );
  const old = unused(rows);
  if (old.length === 0) return { gone: 0, next };
  // Somebody may have been invited meanwhile.
  const gone = store.note(() => store.run(drop, JSON.stringify(unused(old).map(({ address }) => address))));
  return { gone, next };
}

/** Private rooms that nobody has entered since, and how often they were. */
function forgetRooms(store: Store, before: number, limit: number): number {
  const old = store.all<{ readonly id: number }>(
    'SELECT private_id AS id FROM private WHERE private_id > 0 AND private_date < ? LIMIT ?',
    before,
    limit,
  );
  if (old.length === 0) return 0;
  return store.note(() =>
    store.run(
      'DELETE FROM private WHERE private_id IN (SELECT value FROM json_each(?)) AND private_date < ?',
      JSON.stringify(old.map(({ id }) => id)),
      before,
    ),
  );
}
