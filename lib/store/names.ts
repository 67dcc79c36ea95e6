/** Names of people by address: kept when they sign in, for feeds and reminders, which are written while nobody has. */
import type { Store } from './store.ts';

/**
 * Keeps the name of someone under each of their addresses; writes only when it is news, and where that can be written.
 * @param addresses lower case
 */
export function rememberName(store: Store, addresses: readonly string[], name: string): void {
  const known = namesOf(store, addresses);
  const news = addresses.filter((address) => (known.get(address) ?? '') !== name);
  if (news.length === 0) return;
  store.jot(() => {
    for (const address of news) {
      store.run('INSERT OR REPLACE INTO person (person_address, person_name) VALUES (?, ?)', address, name);
    }
  });
}

/** The names that are known, by address. */
export function namesOf(store: Store, addresses: readonly string[]): ReadonlyMap<string, string> {
  if (addresses.length === 0) return new Map();
  const rows = store.all<{ readonly address: string; readonly name: string }>(
    `SELECT person_address AS address, person_name AS name FROM person
     WHERE person_address IN (SELECT value FROM json_each(?)) AND person_name <> ''`,
    JSON.stringify(addresses),
  );
  return new Map(rows.map((row) => [row.address, row.name]));
}
