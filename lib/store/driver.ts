/** The driver, better-sqlite3: opens files, and tells an addon that does not fit the Node that runs. */
import Database from 'better-sqlite3';
import { codeOf } from '../failure.ts';
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
