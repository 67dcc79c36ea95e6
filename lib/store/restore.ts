/** A copy of the database comes back: it is looked at beside the database, then takes its place by one rename. */
import { closeSync, copyFileSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { codeOf } from '../failure.ts';
import { ownNewFile } from '../new_file.ts';
import { openFile, SCHEMA_VERSION } from './database.ts';

/** Columns that every database of ours and of the original has. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  meetings: ['meeting_id', 'meeting_name', 'meeting_object', 'meeting_begin', 'meeting_duration', 'meeting_end'],
  attendees: ['attendee_meeting_id', 'attendee_meeting_hash', 'attendee_role', 'attendee_email'],
};

/** What SQLite and we put beside a database, by the ends of the names. */
const LOGS = ['-wal', '-journal'];
const BESIDE = [...LOGS, '-shm'];

/** A copy that lies ready beside the database, whole and looked at. */
export interface Ready {
  /** Takes the copy away again; nothing where it has taken its place. */
  drop(): void;
  /**
   * Puts it in the place of the database.
   * @param aside the name that the database of now gets; it must be free
   * @returns `in use` where somebody has the database open, which then is as it was; else whether there was one to keep
   */
  takePlace(aside: string): 'in use' | 'kept' | 'first';
}

/**
 * Copies a file beside the database and looks at the copy, so that nothing has to be written where the file lies. What a log
 * beside the file still holds is in it.
 * @returns what is wrong with the file
 * @throws the system's error: no room, no right
 */
export function lieReady(file: string, database: string): Ready | { readonly fault: string } {
  const part = `${database}.restoring`;
  const drop = (): void => {
    for (const end of ['', ...BESIDE]) rmSync(part + end, { force: true });
  };
  drop();
  try {
    for (const end of ['', ...LOGS]) {
      if (end !== '' && !existsSync(file + end)) continue;
      copyFileSync(file + end, part + end);
      ownNewFile(part + end, dirname(database));
    }
    const fault = faultOf(part);
    if (fault !== null) {
      drop();
      return { fault };
    }
    onDisk(part);
  } catch (error) {
    drop();
    throw error;
  }
  return { drop, takePlace: (aside) => replace(database, part, aside) };
}

/** What is wrong with a file as a database of ours or the original's; null when it is whole. Its log goes into it. */
function faultOf(file: string): string | null {
  let database: Database.Database | undefined;
  try {
    database = openFile(file, { fileMustExist: true });
    const found = database.pragma('integrity_check(1)', { simple: true });
    if (found !== 'ok') return `it is damaged: ${String(found)}`;
    for (const [table, wanted] of Object.entries(COLUMNS)) {
      const there = database.pragma(`table_info(${table})`) as { readonly name: string }[];
      const missing = wanted.filter((name) => !there.some((column) => column.name === name));
      if (missing.length > 0) return `it is no database of JMB: ${table} has no ${missing.join(', ')}`;
    }
    const version = Number(database.pragma('user_version', { simple: true }));
    if (version > SCHEMA_VERSION || version < 0) {
      return `it is of version ${version}, and this program knows those up to ${SCHEMA_VERSION}: bring JMB up to date first`;
    }
    return null;
  } catch (error) {
    if (error instanceof Database.SqliteError) return `it cannot be read as a database (${error.message})`;
    throw error;
  } finally {
    database?.close();
  }
}

/** Until it returns, and whenever it is killed, the old one or the new one is there, whole. */
function replace(database: string, part: string, aside: string): 'in use' | 'kept' | 'first' {
  const old = existsSync(database) ? holdAlone(database) : null;
  if (old === 'in use') return old;
  try {
    const kept = existsSync(database);
    // A second name, and then one rename: at no moment is there no database, which the next request would make anew.
    if (kept) keepAs(database, aside);
    // The log of a damaged one, which SQLite could not bring in: it would be played into the new one.
    for (const end of LOGS) if (existsSync(database + end)) renameSync(database + end, aside + end);
    rmSync(`${database}-shm`, { force: true });
    renameSync(part, database);
    onDisk(dirname(database));
    return kept ? 'kept' : 'first';
  } finally {
    old?.close();
  }
}

/**
 * Opens a database that nobody else has open, with its log brought in and taken away, and keeps others out until it is closed:
 * who comes meanwhile waits, and then finds another file in its place.
 * @returns null for a damaged one
 */
function holdAlone(file: string): Database.Database | 'in use' | null {
  const database = openFile(file, { timeout: 0, fileMustExist: true });
  try {
    // In the mode of the log every connection has a lock for as long as it is open, and this needs all of them gone.
    if (database.pragma('journal_mode = DELETE', { simple: true }) !== 'delete')
      throw new Error(`${file}: no own journal`);
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    const code = error instanceof Database.SqliteError ? error.code : '';
    if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'in use';
    if (/^SQLITE_(NOTADB|CORRUPT|IOERR)/.test(code)) return null;
    throw error;
  }
}

/** A second name for a file; a copy where the file system knows no second names. */
function keepAs(file: string, aside: string): void {
  try {
    linkSync(file, aside);
  } catch (error) {
    if (!['EPERM', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(error))) throw error;
    copyFileSync(file, aside);
    ownNewFile(aside, dirname(aside));
    onDisk(aside);
  }
}

/** Waits until a file, or the names in a folder, are on the disk. */
function onDisk(path: string): void {
  const open = openSync(path, 'r');
  try {
    fsyncSync(open);
  } finally {
    closeSync(open);
  }
}
