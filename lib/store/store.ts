/** The database as the other modules of store/ use it: open, ask, write in one transaction. No SQL outside this folder. */
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { ownNewFile } from '../new_file.ts';
import { Unavailable } from '../refusal.ts';
import { migrate, openFile } from './database.ts';
import { guarded, inTransaction } from './transaction.ts';

/** What may be bound to a statement. Ids of meetings are bound as bigint. */
export type Value = string | number | bigint | null;

/** An open database. Every method throws Unavailable('database') when the environment fails: locked, full, damaged, unreadable. */
export interface Store {
  /** The database's file. */
  readonly file: string;
  /** All rows of a query. */
  all<Row>(sql: string, ...values: Value[]): Row[];
  /** The first row of a query, or undefined. */
  get<Row>(sql: string, ...values: Value[]): Row | undefined;
  /** Runs a statement that writes; the number of rows it changed. Use it within `transaction`. */
  run(sql: string, ...values: Value[]): number;
  /**
   * Does the work in one transaction that has the write lock from its beginning (BEGIN IMMEDIATE), and is on the disk
   * when this returns. What throws in it undoes all of it. Within another transaction it is a part of that one.
   */
  transaction<Result>(work: () => Result): Result;
  /**
   * Like `transaction`, for what a power cut may take back: counts, leases, texts that can be made again. It does not
   * wait for the disk, which takes longer than all the rest of a request for a room. A killed process loses nothing.
   */
  note<Result>(work: () => Result): Result;
  /**
   * Like `note`, for what the answer does not need: counts, names, texts that can be made again. It waits a moment for
   * another's write and then lets go, as on a full disk: whoever only reads never waits for a writer.
   * @returns undefined where it was let go, which `letGo` of the options was told
   */
  jot<Result>(work: () => Result): Result | undefined;
  /** Whether the file of this name is another one by now: a restored copy. */
  isReplaced(): boolean;
  /** The text of every statement prepared so far: a test asks SQLite for their plans. */
  statements(): string[];
  /** The driver itself, for backup and checks within store/. */
  readonly database: Database.Database;
  close(): void;
}

/** How to open. */
export interface StoreOptions {
  /** How long to wait for another process's write, in milliseconds; 10,000 when not said: fifty people who save at once take turns. */
  readonly busyTimeout?: number;
  /** Only looks: what is missing is not made, an old file stays as it is, and closing leaves the log of writes where it is. */
  readonly readOnly?: boolean;
  /** Is told why something was not jotted down. */
  readonly letGo?: (why: string) => void;
  /** The path of better_sqlite3.node, where it is not in its package. */
  readonly nativeBinding?: string;
}

/**
 * Opens a database of ours or of the original, and brings it up to date; makes an empty one where there is none.
 * @param file its path; the folder must exist
 * @throws Unavailable when it cannot be opened
 */
export function openStore(file: string, options: StoreOptions = {}): Store {
  const { busyTimeout = 10_000, nativeBinding, readOnly = false, letGo = () => undefined } = options;
  const identity = (): string => {
    const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
    return stat === undefined ? '' : `${stat.dev} ${stat.ino}`;
  };
  let opened = identity();
  const open = (): Database.Database => {
    const isNew = !existsSync(file);
    const database = openFile(file, {
      ...{ timeout: busyTimeout, readonly: readOnly },
      ...(nativeBinding ? { nativeBinding } : {}),
    });
    if (readOnly) return database;
    try {
      if (isNew) ownNewFile(file, dirname(file));
      migrate(database);
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  };
  let database = guarded(() => again(open));
  // What was put in its place while we opened it is what we want; a file that was made just now has got its identity.
  for (let now = identity(); now !== opened; now = identity()) {
    const isOurs = opened === '';
    opened = now;
    if (isOurs) continue;
    database.close();
    database = guarded(() => again(open));
  }
  return storeOf(database, { busyTimeout, letGo, isReplaced: () => identity() !== opened });
}

/**
 * Opens once more, for a tenth of a second, where a file could not be opened: root's SQLite makes the log of writes first
 * and gives it to the database's owner then, and who comes in between is not let in.
 */
function again(open: () => Database.Database): Database.Database {
  for (let tries = 1; ; tries += 1) {
    try {
      return open();
    } catch (error) {
      const once = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CANTOPEN');
      if (!once || tries === 5) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25);
    }
  }
}

/** How long a jotting waits for another's write, in milliseconds. */
const JOT_PATIENCE = 100;

/** How long no other is tried after one was let go, in seconds: a request with several does not wait for each. */
const JOT_PAUSE = 1;

interface Ways {
  readonly busyTimeout: number;
  readonly letGo: (why: string) => void;
  readonly isReplaced: () => boolean;
}

/**
 * A statement that was asked before. Its rows then come as plain arrays, to which we give the names: twice as quick as the driver, but not
 * the first time, when the code for it is still cold. A CGI asks once.
 */
interface Prepared {
  readonly statement: Database.Statement<Value[]>;
  /** The names of what it gives, once it is asked again. */
  columns: readonly string[] | undefined;
}

/** A row of plain values by the names of its columns. */
function named(row: unknown, columns: readonly string[]): Record<string, unknown> {
  const values = row as readonly unknown[];
  const found: Record<string, unknown> = {};
  for (let at = 0; at < columns.length; at += 1) found[columns[at] ?? ''] = values[at];
  return found;
}

function storeOf(database: Database.Database, { busyTimeout, letGo, isReplaced }: Ways): Store {
  let pausedUntil = -Infinity;
  const jot = <Result>(work: () => Result): Result | undefined => {
    if (database.inTransaction) return work();
    // Not `performance`, which takes Node milliseconds to make.
    if (process.uptime() < pausedUntil) return undefined;
    try {
      database.exec(`PRAGMA busy_timeout = ${Math.min(JOT_PATIENCE, busyTimeout)}`);
      return inTransaction(database, 'NORMAL', work);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      pausedUntil = process.uptime() + JOT_PAUSE;
      letGo(error.detail);
      return undefined;
    } finally {
      database.exec(`PRAGMA busy_timeout = ${busyTimeout}`);
    }
  };
  const prepared = new Map<string, Prepared>();
  const asked = (sql: string): Prepared => {
    let known = prepared.get(sql);
    if (known === undefined) {
      known = { statement: database.prepare<Value[]>(sql), columns: undefined };
      prepared.set(sql, known);
    } else if (known.columns === undefined && known.statement.reader) {
      known.columns = known.statement
        .raw()
        .columns()
        .map(({ name }) => name);
    }
    return known;
  };
  return {
    file: database.name,
    database,
    all: <Row>(sql: string, ...values: Value[]) =>
      guarded(() => {
        const { statement, columns } = asked(sql);
        const rows = statement.all(...values);
        return (columns === undefined ? rows : rows.map((row) => named(row, columns))) as Row[];
      }),
    get: <Row>(sql: string, ...values: Value[]) =>
      guarded(() => {
        const { statement, columns } = asked(sql);
        const row = statement.get(...values);
        return (columns === undefined || row === undefined ? row : named(row, columns)) as Row | undefined;
      }),
    run: (sql, ...values) => guarded(() => asked(sql).statement.run(...values).changes),
    transaction: (work) => (database.inTransaction ? work() : inTransaction(database, 'FULL', work)),
    note: (work) => (database.inTransaction ? work() : inTransaction(database, 'NORMAL', work)),
    jot,
    isReplaced,
    statements: () => [...prepared.keys()],
    close: () => database.close(),
  };
}
