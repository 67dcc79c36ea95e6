import { statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../lib/refusal.ts';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { countConnection } from '../../lib/store/invitations.ts';
import {
  backUp,
  checkIntegrity,
  countEndedBefore,
  newestBooking,
  purgeEndedBefore,
  purgeMailsBefore,
} from '../../lib/store/maintenance.ts';
import { invitationsOf, meetingById } from '../../lib/store/meetings.ts';
import { enqueue } from '../../lib/store/outbox.ts';
import type { Store } from '../../lib/store/store.ts';
import { crowd } from './crowd.ts';
import { mail } from './mails.ts';
import { ALICE, BOOKING, clockAt, NOW, open, scratch, sqlite3, upstreamCopy } from './scratch.ts';

const book = (store: Store) => insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
const unavailable = (detail: RegExp) =>
  expect.objectContaining({ what: 'database', detail: expect.stringMatching(detail) });

/** What a call throws. */
function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('an environment that fails is called Unavailable', () => {
  it('no folder, no database, no permission to make one', () => {
    expect(thrown(() => open('/nowhere/at/all/jmb.db'))).toBeInstanceOf(Unavailable);
    expect(thrown(() => open(dirname(scratch('x'))))).toEqual(unavailable(/^SQLITE_CANTOPEN/));
    const text = scratch('jmb.db');
    writeFileSync(text, 'this is a letter, not a database, and it is long enough to have been one. '.repeat(20));
    expect(thrown(() => open(text))).toEqual(unavailable(/^SQLITE_NOTADB/));
  });

  it('a database locked for longer than the busy timeout, with nothing half written; readers do not mind', () => {
    const store = open(undefined, { busyTimeout: 50 });
    const { meeting } = book(store);
    const other = new Database(store.file);
    other.exec('BEGIN IMMEDIATE');
    expect(thrown(() => book(store))).toEqual(unavailable(/^SQLITE_BUSY/));
    expect(meetingById(store, meeting.id)).toEqual(meeting);
    other.exec('ROLLBACK');
    other.close();
    book(store);
    expect(invitationsOf(store, [ALICE], { endAfter: 0 })).toHaveLength(2);
  });

  it('a database of the original that somebody else uses while it should be brought up to date', () => {
    const file = upstreamCopy();
    const other = new Database(file);
    other.exec('BEGIN');
    other.prepare('SELECT * FROM meetings').all();
    const began = performance.now();
    expect(thrown(() => open(file, { busyTimeout: 100 }))).toEqual(unavailable(/^SQLITE_BUSY/));
    expect(performance.now() - began).toBeGreaterThan(490);
    expect(performance.now() - began).toBeLessThan(2000);
    other.exec('COMMIT');
    other.close();
    expect(invitationsOf(open(file, { busyTimeout: 100 }), [ALICE], { endAfter: 0 })).toHaveLength(5);
  });

  it('a full disk, with nothing half written', () => {
    const store = open();
    store.database.pragma(`max_page_count = ${Number(store.database.pragma('page_count', { simple: true })) + 4}`);
    const error = thrown(() => {
      for (;;) {
        store.transaction(() => {
          const { meeting } = book(store);
          enqueue(store, [mail(meeting.id, ALICE, { content: 'x'.repeat(3000) })], NOW);
        });
      }
    });
    expect(error).toEqual(unavailable(/^SQLITE_FULL/));
    const count = (table: string) => Number(sqlite3(store.file, `SELECT count(*) FROM ${table}`));
    expect(count('attendees')).toBe(3 * count('meetings'));
    expect(count('outbox')).toBe(count('meetings'));
    expect(store.database.inTransaction).toBe(false);
  });

  it('but a mistake in our own SQL is a mistake', () => {
    const error = thrown(() => open().all('SELECT * FROM nothing'));
    expect(error).toBeInstanceOf(Database.SqliteError);
    expect(() => open().transaction(async () => 1)).toThrow(TypeError);
  });
});

describe('how long a write waits for the disk', () => {
  it('bookings are on it, counts need not be, and a count within a booking is', () => {
    const store = open();
    const waits = () => store.database.pragma('synchronous', { simple: true });
    const FULL = 2;
    const NORMAL = 1;
    book(store);
    expect(waits()).toBe(FULL);
    countConnection(store, 'hash');
    expect(waits()).toBe(NORMAL);
    store.transaction(() => countConnection(store, 'hash'));
    expect(waits()).toBe(FULL);
  });

  it('the log of writes stays short, though nobody closes the database', () => {
    const store = open();
    for (let i = 0; i < 100; i += 1) book(store);
    expect(statSync(`${store.file}-wal`).size).toBeLessThan(2_000_000);
  });
});

describe('upkeep', () => {
  it('purges what ended before a day, in steps, and leaves mails that wait', () => {
    const store = open();
    crowd(store, 100);
    const before = NOW - 3600;
    const old = countEndedBefore(store, before);
    expect(old).toBeGreaterThan(20);
    enqueue(store, [mail('1', ALICE)], 1);
    expect(purgeEndedBefore(store, before, 20)).toBe(20);
    expect(purgeEndedBefore(store, before, 1000)).toBe(old - 20);
    expect(purgeEndedBefore(store, before, 1000)).toBe(0);
    const left = 100 - old;
    expect(
      sqlite3(
        store.file,
        'SELECT count(*) FROM attendees; SELECT count(*) FROM agenda; SELECT count(*) FROM mail_reminder; SELECT count(*) FROM xmpp_reminder',
      ),
    ).toBe(`${10 * left}\n${10 * left}\n${left}\n${left}`);
    expect(purgeMailsBefore(store, NOW, 50)).toBe(50);
    expect(purgeMailsBefore(store, NOW, 500)).toBe(51);
    expect(sqlite3(store.file, 'SELECT outbox_state FROM outbox')).toBe('waiting');
  });

  it('knows the newest booking', () => {
    const store = open();
    expect(newestBooking(store)).toBeNull();
    book(store);
    expect(newestBooking(store)).toBe(NOW);
  });

  it('finds damage', () => {
    const store = open();
    crowd(store, 5);
    expect(checkIntegrity(store)).toBeNull();
    store.database.unsafeMode(true);
    store.database.exec(`PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'idx_meeting_begin'`);
    store.close();
    expect(checkIntegrity(open(store.file))).toMatch(/page|index|row/i);
  });

  it('copies the database while it is written to; the copy is whole and sound', async () => {
    const store = open();
    crowd(store, 2000);
    const file = join(dirname(store.file), 'copy.db');
    const other = open(store.file);
    let steps = 0;
    await backUp(store, file, () => {
      steps += 1;
      if (steps < 4) book(other);
    });
    expect(steps).toBeGreaterThan(1);
    expect(sqlite3(file, 'PRAGMA integrity_check; SELECT count(*) >= 2000 FROM meetings')).toBe('ok\n1');
    expect(invitationsOf(open(file), ['person1@crowd.test'], { endAfter: NOW }).length).toBeGreaterThan(0);
  });

  it('leaves no part of a copy behind when it fails', async () => {
    const store = open();
    const folder = join(dirname(store.file), 'nowhere');
    await expect(backUp(store, join(folder, 'copy.db'))).rejects.toThrow('directory does not exist');
  });
});
