/** A database's file: opened by better-sqlite3, locked against other processes, and brought up to date by the numbered files of sql/. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { count, migrations } from '../../sql/*.sql';
import { codeOf } from '../failure.ts';
import { ownNewFile } from '../new_file.ts';
import { Unavailable } from '../refusal.ts';

/** The clone that the program was built in: put here by the build, but for a release. */
declare const CLONE: string | undefined;

/**
 * Opens a file.
 * @throws Unavailable('addon') where the addon is not compiled for the Node that runs, with the command that mends it
 * @throws Database.SqliteError and TypeError as the driver does
 */
export function openFile(file: string, options: Database.Options = {}): Database.Database {
  try {
    return new Database(file, options);
  } catch (error) {
    if (['MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'].includes(codeOf(error))) throw new Unavailable('addon', remedy());
    throw error;
  }
}

function remedy(): string {
  const { version, versions } = process;
  const what = `SQLite's addon is not there, or does not load, for Node ${version}, ABI ${versions.modules}`;
  return typeof CLONE === 'string'
    ? `${what}: run ${CLONE}/install.sh again, which compiles it`
    : `${what}: run install.sh of this release again, or of a newer one, which gives the programs a Node that fits`;
}

/**
 * Takes the lock, or says at once that somebody holds it.
 * The kernel drops it when the process ends, however it ends, so that a killed run never blocks the next.
 * @param file a path of its own; made when absent
 * @returns a function that gives the lock back, or null when another process holds it
 */
export function takeLock(file: string): (() => void) | null {
  const isNew = !existsSync(file);
  const lock = openFile(file, { timeout: 0 });
  try {
    if (isNew) ownNewFile(file, dirname(file));
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
  return () => lock.close();
}

/** How many migrations there are: the version of a database that has seen them all. */
export const SCHEMA_VERSION = count;

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
    for (const sql of migrations().slice(version)) database.exec(sql);
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
