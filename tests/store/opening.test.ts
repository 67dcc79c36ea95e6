/** A database that is opened while others do something to its file. */
import { mkdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Unavailable } from '../../lib/refusal.ts';
import { open, scratch } from './scratch.ts';

afterEach(() => vi.restoreAllMocks());

describe('a file that cannot be opened', () => {
  it('is opened once it can be, a moment later', () => {
    const file = scratch('jmb.db');
    mkdirSync(file);
    const wait = vi.spyOn(Atomics, 'wait').mockImplementationOnce(() => {
      rmdirSync(file);
      return 'timed-out';
    });
    expect(open(file).all('SELECT * FROM meetings')).toEqual([]);
    expect(wait).toHaveBeenCalledOnce();
  });

  it('is tried five times, each 25 ms after the one before', () => {
    const file = scratch('jmb.db');
    mkdirSync(file);
    const wait = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
    expect(() => open(file)).toThrow(Unavailable);
    expect(wait.mock.calls.map((words) => words[3])).toEqual([25, 25, 25, 25]);
  });

  it('is tried once where it is no database', () => {
    const file = scratch('jmb.db');
    writeFileSync(file, 'this is a letter, and long enough to have been a database. '.repeat(20));
    const wait = vi.spyOn(Atomics, 'wait');
    expect(() => open(file)).toThrow(Unavailable);
    expect(wait).not.toHaveBeenCalled();
  });
});

describe('a file', () => {
  it('that was made just now is opened once', () => {
    const close = vi.spyOn(Database.prototype, 'close');
    const store = open(scratch('jmb.db'));
    expect(close).not.toHaveBeenCalled();
    expect(store.isReplaced()).toBe(false);
  });

  it('that took its place meanwhile is the one that is used', () => {
    const [file, restored] = [open().file, open()];
    restored.database.pragma('user_version = 4711');
    restored.close();
    const { pragma } = Database.prototype;
    const asked = vi.spyOn(Database.prototype, 'pragma').mockImplementationOnce(function (
      this: Database.Database,
      ...words
    ) {
      renameSync(restored.file, file);
      return Reflect.apply(pragma, this, words);
    });
    const store = open(file);
    expect(asked).toHaveBeenCalled();
    expect(store.database.pragma('user_version', { simple: true })).toBe(4711);
    expect(store.isReplaced()).toBe(false);
    const another = scratch('another');
    writeFileSync(another, '');
    renameSync(another, file);
    expect(store.isReplaced()).toBe(true);
  });
});

it('what is jotted down waits a tenth of a second, and no longer than all else', () => {
  for (const [busyTimeout, waits] of [
    [5_000, 100],
    [10, 10],
  ]) {
    const { jot, database } = open(undefined, { busyTimeout: busyTimeout ?? 0 });
    expect(jot(() => database.pragma('busy_timeout', { simple: true }))).toBe(waits);
    expect(database.pragma('busy_timeout', { simple: true })).toBe(busyTimeout);
  }
});
