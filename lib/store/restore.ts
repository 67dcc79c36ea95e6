/** A copy of the database comes back. */
import { copyFileSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { ownNewFile } from '../new_file.ts';

/** What is wrong with a file as a database of ours or the original's; null when it is whole. */
export function faultOf(file: string): string | null {
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { readonly: true });
    const result = database.pragma('integrity_check(1)', { simple: true });
    if (result !== 'ok') return String(result);
    const tables = (database.pragma('table_list') as { readonly name: string }[]).map(({ name }) => name);
    const isOurs = ['meetings', 'attendees'].every((name) => tables.includes(name));
    return isOurs ? null : 'no database of JMB: it has no meetings';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    database?.close();
  }
}

/**
 * Puts a copy of a file in the place of the database, which nobody may have open; what was there, with what its log held, is
 * kept aside.
 * @returns whether there was anything to keep
 */
export function replaceDatabase(database: string, file: string, aside: string): boolean {
  const part = `${database}.part`;
  copyFileSync(file, part);
  ownNewFile(part, dirname(database));
  const kept = existsSync(database);
  if (kept) {
    settle(database);
    // A second name, and then one rename: at no moment is there no database, which the next request would make anew.
    linkSync(database, aside);
  }
  // A log of the old one would be played into the new one.
  for (const end of ['-wal', '-shm']) rmSync(`${database}${end}`, { force: true });
  renameSync(part, database);
  return kept;
}

/** Brings what the log holds into the file; a damaged database is kept as it is, with its log. */
function settle(database: string): void {
  try {
    const opened = new Database(database);
    opened.pragma('wal_checkpoint(TRUNCATE)');
    opened.close();
  } catch {
    for (const end of ['-wal', '-shm']) {
      if (existsSync(`${database}${end}`)) copyFileSync(`${database}${end}`, `${database}${end}.before`);
    }
  }
}
