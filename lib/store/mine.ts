/** What accounts have chosen for themselves. */
import { isLanguage, type Language } from '../text/catalogue.ts';
import { type Zone, zoneOf } from '../text/zones.ts';
import type { Store } from './store.ts';

/** What one has chosen. */
export interface Mine {
  /** undefined: what the browser, the directory or the house says. */
  readonly language: Language | undefined;
  /** By whose clock pages and mails say times; null: by that of the house. */
  readonly zone: Zone | null;
  /** Whether emails remind of meetings. */
  readonly reminders: boolean;
}

interface MineRow {
  readonly language: string;
  readonly zone: string | null;
  readonly reminders: number;
}

/** A row that is there for every account, also for one that has never chosen. */
export interface ChosenRow extends Partial<MineRow> {
  readonly seen: number;
}

function mineIn({ language, zone, reminders }: MineRow): Mine {
  return {
    language: isLanguage(language) ? language : undefined,
    zone: zone === null ? null : zoneOf(zone),
    reminders: reminders !== 0,
  };
}

/**
 * What an account has chosen; of one that never did, what goes without saying. With it `seen`, the day since 1970, by UTC, that
 * `noteSeen` noted last (0: none): who signs in is asked for both.
 */
export function mineOf(store: Store, uid: string): Mine & { readonly seen: number } {
  const row = store.get<ChosenRow>(
    `SELECT mine_language AS language, mine_reminders AS reminders, zone_name AS zone, coalesce(seen_day, 0) AS seen
     FROM json_each(json_array(?)) LEFT JOIN mine ON mine_uid = value
     LEFT JOIN mine_zone ON zone_uid = mine_uid LEFT JOIN account_seen ON seen_uid = value`,
    uid,
  );
  return chosenIn(row ?? { seen: 0 });
}

/** What such a row says. */
export function chosenIn({ language, reminders, zone, seen }: ChosenRow): Mine & { readonly seen: number } {
  return { ...mineIn({ language: language ?? '', reminders: reminders ?? 1, zone: zone ?? null }), seen };
}

/** Keeps it. */
export function keepMine(store: Store, uid: string, { language, zone, reminders }: Mine): void {
  store.transaction(() => {
    store.run(
      'INSERT OR REPLACE INTO mine (mine_uid, mine_language, mine_reminders) VALUES (?, ?, ?)',
      uid,
      language ?? '',
      reminders ? 1 : 0,
    );
    if (zone === null) store.run('DELETE FROM mine_zone WHERE zone_uid = ?', uid);
    else store.run('INSERT OR REPLACE INTO mine_zone (zone_uid, zone_name) VALUES (?, ?)', uid, zone.name);
  });
}

/** What those behind these addresses have chosen, by address; whoever never signed in or chose has no place in it. */
export function chosenBy(store: Store, addresses: readonly string[]): ReadonlyMap<string, Mine> {
  const rows = store.all<MineRow & { readonly address: string }>(
    `SELECT feed_address AS address, mine_language AS language, mine_reminders AS reminders, zone_name AS zone
     FROM feed_address CROSS JOIN mine ON mine_uid = feed_owner LEFT JOIN mine_zone ON zone_uid = mine_uid
     WHERE feed_address IN (SELECT value FROM json_each(?))`,
    JSON.stringify(addresses),
  );
  return new Map(rows.map((row) => [row.address, mineIn(row)]));
}
