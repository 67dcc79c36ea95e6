/** The database as the other modules use it: transactions in each other, writes that are let go, files that are replaced. */
import { renameSync, statSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../lib/refusal.ts';
import { feedIfWritable, feedOf } from '../../lib/store/feeds.ts';
import { formToken } from '../../lib/store/secrets.ts';
import type { Store } from '../../lib/store/store.ts';
import { NOW, open, scratch } from './scratch.ts';

const add = (store: Store, name: string) => store.run('INSERT INTO person VALUES (?, ?)', name, name);
const names = (store: Store) =>
  store.all<{ readonly name: string }>('SELECT person_name AS name FROM person ORDER BY 1').map(({ name }) => name);

/** Holds the lock on writes, as another process would. @returns what gives it back */
function writing({ file }: Store): () => void {
  const other = new Database(file);
  other.exec('BEGIN IMMEDIATE');
  return () => void other.close();
}

describe.each(['transaction', 'note', 'jot'] as const)('a %s', (kind) => {
  it('gives back what its work gives, and is undone whole when that throws', () => {
    const store = open();
    expect(store[kind](() => add(store, 'a'))).toBe(1);
    const failing = () =>
      store[kind](() => {
        add(store, 'b');
        throw new RangeError('no');
      });
    expect(failing).toThrow(RangeError);
    expect([names(store), store.database.inTransaction]).toEqual([['a'], false]);
  });

  it('within another is a part of that one', () => {
    const store = open();
    const both = () =>
      store.transaction(() => {
        expect(store[kind](() => add(store, 'a'))).toBe(1);
        throw new RangeError('no');
      });
    expect(both).toThrow(RangeError);
    expect(names(store)).toEqual([]);
  });
});

describe('what is jotted down', () => {
  it('is let go where another writes, at once for a second then, and the rest waits as long as ever', async () => {
    const told: string[] = [];
    const store = open(undefined, { busyTimeout: 250, letGo: (why) => told.push(why) });
    const release = writing(store);
    const began = performance.now();
    expect(store.jot(() => add(store, 'a'))).toBeUndefined();
    expect(performance.now() - began).toBeGreaterThan(90);
    expect(told).toEqual([expect.stringMatching(/^SQLITE_BUSY/)]);
    expect(store.database.pragma('busy_timeout', { simple: true })).toBe(250);
    expect(() => store.note(() => add(store, 'b'))).toThrow(Unavailable);
    release();
    expect(store.jot(() => add(store, 'c'))).toBeUndefined();
    expect(told).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 1050));
    expect(store.jot(() => add(store, 'd'))).toBe(1);
    expect(names(store)).toEqual(['d']);
  });

  it('waits no longer than all else', () => {
    const store = open(undefined, { busyTimeout: 10 });
    const release = writing(store);
    store.jot(() => {
      throw new Error('it has no lock');
    });
    release();
    expect(store.database.pragma('busy_timeout', { simple: true })).toBe(10);
  });

  it('is what pages can do without: a feed’s address, a form’s secret', () => {
    const store = open(undefined, { busyTimeout: 10 });
    const hash = feedOf(store, 'alice');
    const secret = formToken(store, 'alice', NOW);
    const release = writing(store);
    expect(feedIfWritable(store, 'alice')).toBe(hash);
    expect(feedIfWritable(store, 'bob')).toBeUndefined();
    // Yesterday's holds today.
    expect(formToken(store, 'alice', NOW + 86_400)).toBe(secret);
    for (const [uid, days] of [
      ['alice', 2],
      ['bob', 0],
    ] as const) {
      expect(formToken(store, uid, NOW + days * 86_400)).toBe('');
    }
    release();
    expect(feedIfWritable(open(store.file), 'bob')).toMatch(/^[A-Za-z0-9]{16}$/);
  });
});

describe('a file', () => {
  it('that is another by now is known to be', () => {
    const store = open();
    expect(store.isReplaced()).toBe(false);
    const other = open();
    other.close();
    renameSync(other.file, store.file);
    expect(store.isReplaced()).toBe(true);
    expect(open(store.file).isReplaced()).toBe(false);
  });

  it('that was just made is the one that was opened', () => {
    const store = open(scratch('jmb.db'));
    expect(store.isReplaced()).toBe(false);
    expect(store.file).toMatch(/jmb\.db$/);
  });

  it('is only looked at where that is asked: neither made nor brought up to date', () => {
    const none = scratch('jmb.db');
    expect(() => open(none, { readOnly: true })).toThrow(Unavailable);
    expect(statSync(none, { throwIfNoEntry: false })).toBeUndefined();
    writeFileSync(none, '');
    const store = open(none, { readOnly: true });
    expect(store.get('PRAGMA user_version')).toEqual({ user_version: 0 });
    expect(() => store.transaction(() => store.run('CREATE TABLE x (y)'))).toThrow(Unavailable);
  });

  it('is opened with the addon that is named', () => {
    const wrong = scratch('addon.node');
    writeFileSync(wrong, 'no addon');
    expect(() => open(scratch('jmb.db'), { nativeBinding: wrong })).toThrow(
      /^addon: SQLite's addon is not there, .*run install\.sh/,
    );
  });
});

it('a statement is prepared once, and its text known', () => {
  const store = open();
  for (const name of ['a', 'b']) store.transaction(() => add(store, name));
  expect(store.get<{ readonly name: string }>('SELECT person_name AS name FROM person ORDER BY 1')).toEqual({
    name: 'a',
  });
  expect(store.statements().filter((sql) => sql.startsWith('INSERT INTO person'))).toHaveLength(1);
});
