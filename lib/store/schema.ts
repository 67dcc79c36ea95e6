/** Brings a database up to date: the numbered files of sql/, counted by PRAGMA user_version (0: the original's, or empty). */
import type Database from 'better-sqlite3';
import migrations from '../../sql/*.sql';

/** How many migrations there are: the version of a database that has seen them all. */
export const SCHEMA_VERSION = migrations.length;

/**
 * Applies what is missing, in one transaction. An up-to-date file costs one read and takes no write lock; of two
 * processes that come at once the second waits, then finds nothing left to do. A file of a later version is taken as it
 * is: later versions only add.
 */
export function migrate(database: Database.Database): void {
  if (versionOf(database) >= SCHEMA_VERSION) return;
  keepLogAhead(database);
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = versionOf(database);
    for (const sql of migrations.slice(version)) database.exec(sql);
    if (version < SCHEMA_VERSION) database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(database: Database.Database): number {
  return database.pragma('user_version', { simple: true }) as number;
}

/**
 * Switches to write-ahead logging, which the file remembers: readers then never wait for a writer. The switch needs the
 * file for itself, and SQLite does not always wait for that, so we do, for half a second.
 */
function keepLogAhead(database: Database.Database): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const end = performance.now() + 500;
  for (;;) {
    try {
      database.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      const busy = error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
      if (!busy || performance.now() > end) throw error;
      Atomics.wait(pause, 0, 0, 20);
    }
  }
}
