/** What commands ask of the database: runs, copies, marks of two hosts, meetings that are brought in, and the list of all. */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { takeLock } from '../../lib/store/database.ts';
import { cachedFeed, feedByHash, feedOf, keepFeed, noteSeen, renewFeed } from '../../lib/store/feeds.ts';
import { importFeed, importMeeting } from '../../lib/store/import.ts';
import { ownerOf } from '../../lib/store/invitations.ts';
import {
  backUp,
  backupsMade,
  lastRun,
  noteBackup,
  noteRun,
  purgeMailsBefore,
  settleLog,
} from '../../lib/store/maintenance.ts';
import { marksIn, newnessOf, writeMarks } from '../../lib/store/marks.ts';
import { attendeesOf, meetingById } from '../../lib/store/meetings.ts';
import { enqueue, mailsIn, markSent } from '../../lib/store/outbox.ts';
import { meetingsFrom } from '../../lib/store/statistics.ts';
import { unconstrained } from '../support/odd_rows.ts';
import { mail } from './mails.ts';
import { ALICE, BOOKING, clockAt, NOW, open, scratch } from './scratch.ts';

describe('commands', () => {
  it('note when they last ran, each for itself', () => {
    const store = open();
    expect(lastRun(store, 'remind')).toBeUndefined();
    noteRun(store, 'remind', { at: NOW, boot: 'one', uptime: 12.9, doubted: null });
    noteRun(store, 'inbox', { at: NOW + 1, boot: 'one', uptime: 1, doubted: NOW });
    expect(lastRun(store, 'remind')).toEqual({ at: NOW, boot: 'one', uptime: 12, doubted: null });
    noteRun(store, 'remind', { at: NOW + 60, boot: 'two', uptime: 3, doubted: NOW });
    expect(lastRun(store, 'remind')).toEqual({ at: NOW + 60, boot: 'two', uptime: 3, doubted: NOW });
    expect(lastRun(store, 'inbox')?.at).toBe(NOW + 1);
  });

  it('know the copies that were made, the oldest first', () => {
    const store = open();
    for (const [file, at] of [
      ['/b', NOW + 1],
      ['/a', NOW + 2],
      ['/c', NOW],
      ['/c', NOW + 3],
    ] as const) {
      noteBackup(store, file, at);
    }
    expect(backupsMade(store)).toEqual(['/b', '/a', '/c']);
  });

  it('take a lock that the next finds taken, until it is given back', () => {
    const file = scratch('lock');
    const release = takeLock(file);
    expect(release).not.toBeNull();
    expect(statSync(file).mode & 0o777).toBe(0o640);
    const began = performance.now();
    expect(takeLock(file)).toBeNull();
    expect(performance.now() - began).toBeLessThan(3000);
    release?.();
    chmodSync(file, 0o600);
    const again = takeLock(file);
    expect(again).not.toBeNull();
    again?.();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = scratch('lock');
    writeFileSync(text, 'this is a letter, not a database, and it is long enough to have been one. '.repeat(20));
    expect(() => takeLock(text)).toThrow('not a database');
  });
});

describe('a copy', () => {
  it('is for those who run the programs, and leaves nothing beside it', async () => {
    const store = open();
    insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
    const file = join(dirname(scratch('x')), 'copy.db');
    writeFileSync(`${file}.part`, 'left by one that was killed');
    const seen: [number, number][] = [];
    await backUp(store, file, (done, total) => seen.push([done, total]));
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(dirname(file))).toEqual(['copy.db']);
    expect(seen[0]).toEqual([0, store.database.pragma('page_count', { simple: true })]);
    expect(newnessOf(file)).toEqual({ booked: NOW, changed: NOW, meetings: 1 });
  });

  it('that cannot take its place is not left lying about', async () => {
    const store = open();
    const folder = dirname(scratch('x'));
    mkdirSync(join(folder, 'copy.db'));
    await expect(backUp(store, join(folder, 'copy.db'))).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['copy.db']);
  });

  it.runIf(process.getuid?.() === 0)('that root makes is whose the database is', async () => {
    const store = open();
    chownSync(store.file, 65_534, 65_533);
    const file = scratch('copy.db');
    await backUp(store, file);
    const { uid, gid } = statSync(file);
    expect([uid, gid]).toEqual([65_534, 65_533]);
  });

  it('says how new it is by what was booked, written, sent or run last', () => {
    const newness = (change: (store: ReturnType<typeof open>) => void) => {
      const store = open();
      change(store);
      const { file } = store;
      store.close();
      return newnessOf(file);
    };
    expect(newness(() => undefined)).toEqual({ booked: null, changed: null, meetings: 0 });
    expect(newness((store) => noteRun(store, 'rooms', { at: NOW, boot: '', uptime: 0, doubted: null })).changed).toBe(
      NOW,
    );
    expect(newness((store) => enqueue(store, [mail('77', ALICE)], NOW)).changed).toBe(NOW);
    const sent = newness((store) => {
      enqueue(store, [mail('77', ALICE)], NOW);
      markSent(store, mailsIn(store, 'waiting', 1)[0]?.id ?? 0, NOW + 9);
    });
    expect(sent).toEqual({ booked: null, changed: NOW + 9, meetings: 0 });
  });
});

it('marks of two hosts come back by their turns, as they were written', () => {
  const file = scratch('marks.db');
  const marks = [2, 1].map((epoch) => ({ epoch, id: `id${epoch}`, host: `host${epoch}`, at: NOW + epoch }));
  writeMarks(file, marks);
  expect(marksIn(file)).toEqual(marks.toReversed());
  const none = scratch('none.db');
  expect(() => marksIn(none)).toThrow();
  expect(existsSync(none)).toBe(false);
  const open = readdirSync('/proc/self/fd').map((fd) => {
    const path = join('/proc/self/fd', fd);
    return existsSync(path) ? readlinkSync(path) : '';
  });
  expect(open.filter((path) => path.startsWith(file))).toEqual([]);
});

describe('what is brought in from elsewhere', () => {
  const old = {
    ...{ id: 12n, room: 'oldroom', subject: 'Old', owner: ALICE, begin: NOW, end: NOW + 60 },
    guests: ['one@x.test', 'two@x.test'],
  };

  it('is a meeting with its people, once', () => {
    const store = open();
    expect(importMeeting(store, old)).toBe(true);
    expect(meetingById(store, '12')).toMatchObject({
      ...{ id: '12', room: 'oldroom', subject: 'Old', begin: NOW, end: NOW + 60, duration: 60, created: NOW },
    });
    expect(ownerOf(store, '12')).toBe(ALICE);
    const people = attendeesOf(store, '12');
    expect(people.map(({ role, email }) => `${role} ${email}`)).toEqual([
      ...[`owner ${ALICE}`, 'guest one@x.test', 'guest two@x.test'],
    ]);
    expect(new Set(people.map(({ hash }) => hash)).size).toBe(3);
    expect(importMeeting(store, { ...old, subject: 'Another' })).toBe(false);
    expect(attendeesOf(store, '12')).toEqual(people);
    expect(meetingById(store, '12')?.subject).toBe('Old');
  });

  it('is a feed, where neither account nor address has one', () => {
    const store = open();
    expect(importFeed(store, 'carol', 'OldHashOldHashXX')).toBe(true);
    expect(feedOf(store, 'carol')).toBe('OldHashOldHashXX');
    expect(importFeed(store, 'carol', 'Another')).toBe(false);
    expect(importFeed(store, 'dave', 'OldHashOldHashXX')).toBe(false);
  });
});

it('a feed that is renewed has another address, and its text is gone', () => {
  const store = open();
  const [old, other] = [feedOf(store, 'alice'), feedOf(store, 'bob')];
  for (const hash of [old, other]) keepFeed(store, hash, { fingerprint: 'f', body: 'BEGIN', at: NOW });
  renewFeed(store, 'Alice');
  expect(feedOf(store, 'alice')).not.toBe(old);
  expect([feedByHash(store, old), cachedFeed(store, old)]).toEqual([undefined, undefined]);
  expect([feedOf(store, 'bob'), cachedFeed(store, other)?.body]).toEqual([other, 'BEGIN']);
  purgeMailsBefore(store, NOW, 1);
  expect(cachedFeed(store, other)).toBeDefined();
  purgeMailsBefore(store, NOW + 1, 1);
  expect(cachedFeed(store, other)).toBeUndefined();
});

it('an account is seen once a day, and the day does not go back', () => {
  const store = open();
  const days = () => store.all('SELECT seen_uid AS uid, seen_day AS day FROM account_seen');
  const day = Math.floor(NOW / 86_400);
  noteSeen(store, 'alice', NOW);
  noteSeen(store, 'alice', NOW - 86_400);
  expect(days()).toEqual([{ uid: 'alice', day }]);
  noteSeen(store, 'alice', (day + 1) * 86_400);
  expect(days()).toEqual([{ uid: 'alice', day: day + 1 }]);
});

it('the log of writes can be settled, unless somebody reads', () => {
  const store = open();
  insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
  const reader = open(store.file, { busyTimeout: 20 });
  reader.database.exec('BEGIN; SELECT * FROM meetings');
  insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
  store.database.pragma('busy_timeout = 20');
  expect(settleLog(store)).toBe(false);
  reader.database.exec('COMMIT');
  expect(settleLog(store)).toBe(true);
  expect(statSync(`${store.file}-wal`).size).toBe(0);
});

it('the list of all has what ends later, by begin, and first what names no end', () => {
  const store = open();
  const late = insertMeeting(store, clockAt(NOW), ALICE, BOOKING).meeting;
  const early = insertMeeting(store, clockAt(NOW), 'Bob@Example.org', { ...BOOKING, begin: NOW, guests: [] }).meeting;
  unconstrained(store);
  store.transaction(() => {
    store.run(
      "INSERT INTO meetings (meeting_id, meeting_name, meeting_object, meeting_begin) VALUES (5, 'endless', '', 9)",
    );
    store.run('INSERT INTO attendees VALUES (NULL, ?, ?, ?, ?, 0, 0)', BigInt(late.id), 'twice', 'guest', ALICE);
  });
  expect(meetingsFrom(store, NOW).map(({ id, owner, attendees }) => [id, owner, attendees])).toEqual([
    ['5', '', 0],
    [early.id, 'bob@example.org', 2],
    [late.id, ALICE, 3],
  ]);
  expect(meetingsFrom(store, early.end).map(({ id }) => id)).toEqual(['5', late.id]);
});
