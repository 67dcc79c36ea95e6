/** Who has an account here, by address: what the directory said when a meeting was saved, and who has signed in since. */
import type { Store } from './store.ts';

/** Keeps whose account each address is; writes only what is news, and where that can be written. */
export function keepAccounts(store: Store, uids: ReadonlyMap<string, string>): void {
  const known = new Map(
    store
      .all<{ readonly address: string; readonly uid: string }>(
        `SELECT account_address AS address, account_uid AS uid FROM account
         WHERE account_address IN (SELECT value FROM json_each(?))`,
        JSON.stringify([...uids.keys()]),
      )
      .map(({ address, uid }) => [address, uid]),
  );
  const news = [...uids].filter(([address, uid]) => known.get(address) !== uid);
  if (news.length === 0) return;
  store.jot(() => {
    for (const [address, uid] of news) {
      store.run('INSERT OR REPLACE INTO account (account_address, account_uid) VALUES (?, ?)', address, uid);
    }
  });
}

/** The feed's hash of each of these addresses that is known to be somebody's with an account and a feed. */
export function feedsByAddress(store: Store, addresses: readonly string[]): ReadonlyMap<string, string> {
  const rows = store.all<{ readonly address: string; readonly hash: string }>(
    `SELECT account_address AS address, ical_hash AS hash FROM account
     JOIN ical ON ical_owner = account_uid COLLATE NOCASE WHERE account_address IN (SELECT value FROM json_each(?))
     UNION ALL
     SELECT feed_address AS address, ical_hash AS hash FROM feed_address
     JOIN ical ON ical_owner = feed_owner COLLATE NOCASE WHERE feed_address IN (SELECT value FROM json_each(?))`,
    JSON.stringify(addresses),
    JSON.stringify(addresses),
  );
  // Who signed in is surer than what a directory said once.
  return new Map(rows.map(({ address, hash }) => [address, hash]));
}
