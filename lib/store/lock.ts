/** A lock between processes that dies with its holder: SQLite's own lock on a file beside the database. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { ownNewFile } from '../new_file.ts';
import { openFile } from './driver.ts';

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
