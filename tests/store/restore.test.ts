/** A copy that takes the place of the database: looked at before, whole, and never while somebody works. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { SCHEMA_VERSION } from '../../lib/store/database.ts';
import { lieReady, type Ready } from '../../lib/store/restore.ts';
import { ALICE, BOOKING, clockAt, NOW, open, scratch, sqlite3 } from './scratch.ts';

/** A database with a meeting of this subject, closed. */
function database(subject: string): string {
  const store = open();
  insertMeeting(store, clockAt(NOW), ALICE, { ...BOOKING, subject });
  store.close();
  return store.file;
}

const subjectIn = (file: string) => sqlite3(file, 'SELECT meeting_object FROM meetings');
const beside = (file: string) => readdirSync(dirname(file)).sort();

function ready(file: string, place: string): Ready {
  const found = lieReady(file, place);
  if ('fault' in found) throw new Error(found.fault);
  return found;
}

describe('a copy that is put in place', () => {
  it('has it at once, and what was there lies aside', () => {
    const [copy, place] = [database('Copied'), database('Old')];
    const aside = `${place}.before`;
    const part = ready(copy, place);
    expect(statSync(`${place}.restoring`).mode & 0o777).toBe(0o640);
    expect(subjectIn(place)).toBe('Old');
    expect(part.takePlace(aside)).toBe('kept');
    expect([subjectIn(place), subjectIn(aside), subjectIn(copy)]).toEqual(['Copied', 'Old', 'Copied']);
    expect(beside(place)).toEqual([basename(place), basename(aside)]);
  });

  it('may be the first', () => {
    const [copy, place] = [database('Copied'), scratch('jmb.db')];
    expect(ready(copy, place).takePlace(`${place}.before`)).toBe('first');
    expect(subjectIn(place)).toBe('Copied');
    expect(beside(place)).toEqual(['jmb.db']);
  });

  it('brings along what stands in its log of writes', () => {
    const [store, place] = [open(), scratch('jmb.db')];
    insertMeeting(store, clockAt(NOW), ALICE, { ...BOOKING, subject: 'Logged' });
    expect(statSync(`${store.file}-wal`).size).toBeGreaterThan(0);
    ready(store.file, place).takePlace(`${place}.before`);
    expect(subjectIn(place)).toBe('Logged');
  });

  it('waits for nobody: as long as one has it open, all stays', () => {
    const [copy, place] = [database('Copied'), database('Old')];
    const other = open(place);
    other.all('SELECT * FROM meetings');
    const part = ready(copy, place);
    expect(part.takePlace(`${place}.before`)).toBe('in use');
    expect(existsSync(`${place}.before`)).toBe(false);
    expect(subjectIn(place)).toBe('Old');
    other.close();
    expect(part.takePlace(`${place}.before`)).toBe('kept');
    expect(subjectIn(place)).toBe('Copied');
  });

  it('takes the place of a damaged one, whose log is not played into it', () => {
    const [copy, place] = [database('Copied'), scratch('jmb.db')];
    const wreck = 'this is a letter, not a database, and it is long enough to have been one. '.repeat(20);
    for (const end of ['', '-wal', '-shm']) writeFileSync(place + end, wreck);
    expect(ready(copy, place).takePlace(`${place}.before`)).toBe('kept');
    expect(subjectIn(place)).toBe('Copied');
    expect(beside(place)).toEqual(['jmb.db', 'jmb.db.before']);
    expect(readFileSync(`${place}.before`, 'utf8')).toBe(wreck);
  });

  it('can be dropped before, with what an earlier one left', () => {
    const [copy, place] = [database('Copied'), database('Old')];
    for (const end of ['-wal', '-journal', '-shm']) writeFileSync(`${place}.restoring${end}`, 'left');
    const part = ready(copy, place);
    expect(beside(place).filter((name) => name.includes('restoring'))).toEqual([`${basename(place)}.restoring`]);
    part.drop();
    expect(beside(place)).toEqual([basename(place)]);
  });
});

describe('a copy that is not put in place', () => {
  /** What is said of a file, of which nothing is left beside the database then. */
  function fault(file: string): string {
    const place = scratch('jmb.db');
    const found = lieReady(file, place);
    expect(beside(place)).toEqual([]);
    return 'fault' in found ? found.fault : '';
  }

  it('is one that cannot be read, or is damaged', () => {
    const text = scratch('text');
    writeFileSync(text, 'this is a letter, not a database, and it is long enough to have been one. '.repeat(20));
    expect(fault(text)).toMatch(/^it cannot be read as a database \(.*not a database\)$/);
    const damaged = database('Copied');
    const broken = new Database(damaged);
    broken.unsafeMode(true);
    broken.exec("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'idx_meeting_begin'");
    broken.close();
    expect(fault(damaged)).toMatch(/^it is damaged: ./);
  });

  it('is one of another program, or of a later version', () => {
    const foreign = scratch('foreign.db');
    sqlite3(foreign, 'CREATE TABLE meetings (meeting_id INTEGER, meeting_name TEXT)');
    expect(fault(foreign)).toBe(
      'it is no database of JMB: meetings has no meeting_object, meeting_begin, meeting_duration, meeting_end',
    );
    const half = database('Half');
    sqlite3(half, 'ALTER TABLE attendees RENAME TO people');
    expect(fault(half)).toMatch(/^it is no database of JMB: attendees has no attendee_meeting_id, /);
    for (const version of [SCHEMA_VERSION + 1, -1]) {
      const other = database('Other');
      sqlite3(other, `PRAGMA user_version = ${version}`);
      expect(fault(other)).toContain(
        `it is of version ${version}, and this program knows those up to ${SCHEMA_VERSION}`,
      );
    }
    const old = database('Old');
    sqlite3(old, 'PRAGMA user_version = 0');
    expect(ready(old, scratch('jmb.db'))).toBeDefined();
  });

  it('is one that is not there, or for which there is no place', () => {
    const place = scratch('jmb.db');
    expect(() => lieReady(join(dirname(place), 'none'), place)).toThrow('ENOENT');
    expect(beside(place)).toEqual([]);
    expect(() => lieReady(database('Copied'), '/nowhere/jmb.db')).toThrow('ENOENT');
  });
});
