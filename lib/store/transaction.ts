/** Transactions, and the failures of the environment under one name. */
import Database from 'better-sqlite3';
import { Unavailable } from '../refusal.ts';

/** SQLite's result codes that speak of the environment, not of a mistake in our code (sqlite.org/rescode.html). */
const ENVIRONMENT = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|NOTADB|CORRUPT|PERM|AUTH|PROTOCOL|NOMEM)/;

/**
 * A CGI ends without closing the database, so the log of writes stays, and the next one reads it through when it opens:
 * 0.5 ms per MB. SQLite's own limit of 1000 pages would let it grow to 4 MB.
 */
const LOG_PAGES = 256;

/** How long a transaction waits for the disk: FULL until it is there, NORMAL not. */
export type Synchronous = 'FULL' | 'NORMAL';

/** How each connection that has written was set up for it: a program that stays need not do that anew. */
const writers = new WeakMap<Database.Database, Synchronous>();

function setUp(database: Database.Database, synchronous: Synchronous): void {
  const before = writers.get(database);
  if (before === synchronous) return;
  // What is deleted is overwritten with zeros: whoever has the file should not find it there.
  const once = before === undefined ? `PRAGMA wal_autocheckpoint = ${LOG_PAGES}; PRAGMA secure_delete = ON;` : '';
  database.exec(`PRAGMA synchronous = ${synchronous}; ${once}`);
  writers.set(database, synchronous);
}

/**
 * Does the work in one transaction that has the write lock from its beginning. What throws in it undoes all of it.
 * @throws Unavailable when the environment fails
 */
export function inTransaction<Result>(
  database: Database.Database,
  synchronous: Synchronous,
  work: () => Result,
): Result {
  guarded(() => {
    setUp(database, synchronous);
    database.exec('BEGIN IMMEDIATE');
  });
  try {
    const result = work();
    if (result instanceof Promise) throw new TypeError('a transaction cannot wait: its work must not be async');
    guarded(() => database.exec('COMMIT'));
    return result;
  } catch (error) {
    // SQLite has already rolled back by itself after some errors, a full disk for one.
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Does it, and calls the environment's failures by one name. @throws Unavailable for these; what else is thrown goes through */
export function guarded<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof Database.SqliteError && ENVIRONMENT.test(error.code)) {
      throw new Unavailable('database', `${error.code}: ${error.message}`);
    }
    // The driver's own check, before SQLite is asked.
    if (error instanceof TypeError && error.message.includes('directory does not exist')) {
      throw new Unavailable('database', error.message);
    }
    throw error;
  }
}
