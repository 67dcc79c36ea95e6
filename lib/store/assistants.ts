/** Who lets whom book, change and answer in their place, and which meetings were booked so. */
import type { MeetingId } from '../meetings/meeting.ts';
import { addressesOf } from './feeds.ts';
import { namesOf } from './people.ts';
import { idOf } from './rows.ts';
import type { Store } from './store.ts';

/** Somebody who is stood in for. */
export interface Boss {
  readonly uid: string;
  /** As they last signed in, lower case, the main one first. */
  readonly addresses: readonly [string, ...string[]];
}

/** Those who let somebody with one of these addresses act in their place. */
export function bossesOf(store: Store, addresses: readonly string[]): Boss[] {
  return store
    .all<{ readonly uid: string }>(
      `SELECT DISTINCT assistant_of AS uid FROM assistant
       WHERE assistant_address IN (SELECT value FROM json_each(?)) ORDER BY assistant_of`,
      JSON.stringify(addresses),
    )
    .flatMap(({ uid }) => {
      const [first, ...others] = addressesOf(store, uid);
      return first === undefined ? [] : [{ uid, addresses: [first, ...others] as const }];
    });
}

/** Whether an account lets somebody with one of these addresses act in its place, at this moment. */
export function isAssistant(store: Store, uid: string, addresses: readonly string[]): boolean {
  const sql = `SELECT 1 FROM assistant WHERE assistant_of = ? AND assistant_address IN (SELECT value FROM json_each(?))`;
  return store.get(sql, uid, JSON.stringify(addresses)) !== undefined;
}

/** The addresses of those whom an account lets act in its place. */
export function assistantsOf(store: Store, uid: string): string[] {
  return store
    .all<{ readonly address: string }>(
      'SELECT assistant_address AS address FROM assistant WHERE assistant_of = ? ORDER BY assistant_address',
      uid,
    )
    .map(({ address }) => address);
}

/** Lets somebody act in an account's place. @param now Unix seconds */
export function addAssistant(store: Store, uid: string, address: string, now: number): void {
  store.transaction(() =>
    store.run(
      'INSERT OR IGNORE INTO assistant (assistant_of, assistant_address, assistant_since) VALUES (?, ?, ?)',
      uid,
      address,
      now,
    ),
  );
}

/** Ends that. @returns false where it was not so */
export function removeAssistant(store: Store, uid: string, address: string): boolean {
  const sql = 'DELETE FROM assistant WHERE assistant_of = ? AND assistant_address = ?';
  return store.transaction(() => store.run(sql, uid, address)) > 0;
}

/** Notes who booked or changed a meeting in its organiser's place; null: the organiser. */
export function noteStandIn(store: Store, id: MeetingId, address: string | null): void {
  const bound = idOf(id);
  if (address === null) store.run('DELETE FROM stand_in WHERE stand_in_meeting_id = ?', bound);
  else
    store.run('INSERT OR REPLACE INTO stand_in (stand_in_meeting_id, stand_in_address) VALUES (?, ?)', bound, address);
}

/** Somebody by address, and name where it is known. */
interface Named {
  readonly email: string;
  readonly name: string | undefined;
}

/** The organiser of a meeting, and who booked or changed it in their place. */
export interface KnownOwner extends Named {
  readonly by?: Named;
}

/** The organisers of meetings, by meeting. @param meetings each with its organiser's address */
export function ownersOf(
  store: Store,
  meetings: readonly { readonly id: MeetingId; readonly owner: string }[],
): ReadonlyMap<MeetingId, KnownOwner> {
  const standIns = new Map(
    store
      .all<{ readonly id: string; readonly address: string }>(
        `SELECT CAST(stand_in_meeting_id AS TEXT) AS id, stand_in_address AS address FROM stand_in
         WHERE stand_in_meeting_id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))`,
        JSON.stringify(meetings.map(({ id }) => id)),
      )
      .map(({ id, address }) => [id, address]),
  );
  const names = namesOf(store, [...new Set([...meetings.map(({ owner }) => owner), ...standIns.values()])]);
  const named = (email: string): Named => ({ email, name: names.get(email) });
  return new Map(
    meetings.map(({ id, owner }) => {
      const by = standIns.get(id);
      return [id, by === undefined ? named(owner) : { ...named(owner), by: named(by) }];
    }),
  );
}
