/** The driver, better-sqlite3: opens files, tells an addon that does not fit the Node that runs, and locks processes against each other. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { codeOf } from '../failure.ts';
import { ownNewFile } from '../new_file.ts';
import { Unavailable } from '../refusal.ts';

/** Where the built program came from: put here by the build. */
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
  const clone = typeof CLONE === 'string' ? CLONE : '.';
  return `SQLite's addon is not there, or does not load, for Node ${version}, ABI ${versions.modules}: run ${clone}/install.sh again, which compiles it`;
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
