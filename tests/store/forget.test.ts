/** What is forgotten at a time, and what something living still needs; and that the file holds none of it then. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { forgetAll } from '../../cron/forget.ts';
import { occurrenceAt } from '../../lib/meetings/series.ts';
import { addAssistant } from '../../lib/store/assistants.ts';
import { insertMeeting, type Saved } from '../../lib/store/bookings.ts';
import { feedByHash, feedOf, keepFeed, noteSeen, rememberAddresses } from '../../lib/store/feeds.ts';
import { FORGET } from '../../lib/store/forget.ts';
import { invitationByHash } from '../../lib/store/invitations.ts';
import { noteCaused } from '../../lib/store/limits.ts';
import { keepMine, mineOf } from '../../lib/store/mine.ts';
import { enqueue, mailsIn, markSent } from '../../lib/store/outbox.ts';
import { keepAccounts, keepLanguages, namesOf, rememberName } from '../../lib/store/people.ts';
import { countPrivate } from '../../lib/store/rooms.ts';
import { formToken, formTokenHolds } from '../../lib/store/secrets.ts';
import { seriesById } from '../../lib/store/series.ts';
import { insertSeries } from '../../lib/store/series_changes.ts';
import type { Store } from '../../lib/store/store.ts';
import { dateAndTime } from '../../lib/text/dates.ts';
import { processZone, zoneOf } from '../../lib/text/zones.ts';
import { mail } from './mails.ts';
import { ALICE, BOOKING, clockAt, NOW, open, sqlite3 } from './scratch.ts';

const DAY = 86_400;
const DAYS = 400;

const forgetAt = (store: Store, now: number, days = DAYS) =>
  forgetAll({ store }, { since: now - days * DAY, now }, performance.now() + 60_000);

const book = (store: Store, begin: number, guest: string, owner = ALICE): Saved =>
  insertMeeting(store, clockAt(begin - DAY), owner, { ...BOOKING, begin, moderators: [], guests: [guest] });

const there = ({ attendees }: Saved, store: Store): boolean =>
  attendees.every(({ hash }) => invitationByHash(store, hash) !== undefined);

/** Somebody who has signed in. */
function account(store: Store, uid: string, seen: number): string {
  rememberAddresses(store, uid, [`${uid}@example.org`]);
  rememberName(store, [`${uid}@example.org`], `The ${uid}`);
  keepMine(store, uid, { language: 'en', zone: zoneOf('Asia/Tokyo'), reminders: false });
  noteSeen(store, uid, seen);
  const feed = feedOf(store, uid);
  keepFeed(store, feed, { fingerprint: uid, body: `BEGIN:VCALENDAR ${uid}`, at: seen });
  return feed;
}

describe('meetings', () => {
  it('go by their end, to the second, with everything that hangs on them', async () => {
    const store = open();
    const old = book(store, NOW - DAYS * DAY - 3601, 'old@x.test');
    const young = book(store, NOW - DAYS * DAY - 3599, 'young@x.test');
    const next = book(store, NOW + DAY, 'next@x.test');
    const { gone } = await forgetAt(store, NOW);
    expect(gone['meetings']).toBe(1);
    expect([old, young, next].map((one) => there(one, store))).toEqual([false, true, true]);
    for (const table of ['attendees WHERE attendee_email', 'agenda WHERE agenda_email']) {
      expect(sqlite3(store.file, `SELECT count(*) FROM ${table} = 'old@x.test'`)).toBe('0');
    }
  });

  it('of a series go one by one, and the series stays while one of its dates does', async () => {
    const store = open();
    const begins = [NOW - 500 * DAY, NOW - 300 * DAY, NOW + DAY];
    const dates = begins.map((begin) => occurrenceAt(dateAndTime(begin).replace(' ', 'T'), processZone));
    const occurrences = dates.map((date) => ({ ...date, skipped: false }));
    const { id, meetings } = insertSeries(store, clockAt(NOW - 501 * DAY), ALICE, BOOKING, {
      repetition: { repeat: 'weekly', every: 1, ends: 'times', occurrences },
      zone: 'Europe/Paris',
    });
    await forgetAt(store, NOW);
    expect(meetings.map((one) => there(one, store))).toEqual([false, true, true]);
    const whole = seriesById(store, id, NOW);
    expect(whole?.attendees.map(({ email }) => email)).toContain('invite@ailleurs.test');
    // What is forgotten was held: calendars are not told that it was cancelled.
    expect(whole?.meeting.series.turns.map(({ off }) => off)).toEqual([false, false, false]);
    await forgetAt(store, NOW + 900 * DAY);
    expect(sqlite3(store.file, 'SELECT (SELECT count(*) FROM series), (SELECT count(*) FROM series_link)')).toBe('0|0');
  });
});

describe('accounts', () => {
  it('go with their feed and choices once nobody has used them for so long, and no kept meeting has them', async () => {
    const store = open();
    const left = account(store, 'left', NOW - (DAYS + 2) * DAY);
    const polls = account(store, 'polls', NOW - (DAYS - 2) * DAY);
    const invited = account(store, 'invited', NOW - (DAYS + 2) * DAY);
    const rooms = account(store, 'rooms', NOW - (DAYS + 2) * DAY);
    countPrivate(store, 'rooms', NOW - DAY);
    book(store, NOW - DAY, 'invited@example.org');
    await forgetAt(store, NOW);
    expect([left, polls, invited, rooms].map((feed) => feedByHash(store, feed)?.uid)).toEqual([
      undefined,
      'polls',
      'invited',
      'rooms',
    ]);
    expect(mineOf(store, 'left').reminders).toBe(true);
    expect(sqlite3(store.file, "SELECT zone_uid FROM mine_zone WHERE zone_uid = 'left'")).toBe('');
    expect([...namesOf(store, ['left@example.org', 'polls@example.org']).keys()]).toEqual(['polls@example.org']);
    expect(sqlite3(store.file, 'SELECT count(*) FROM feed_text')).toBe('1');
  });

  it('that were never noted, as of an earlier version, count as seen on the first day', async () => {
    const store = open();
    const feed = account(store, 'old', NOW);
    store.database.exec('DELETE FROM account_seen');
    await forgetAt(store, NOW);
    expect(feedByHash(store, feed)?.uid).toBe('old');
    await forgetAt(store, NOW + (DAYS - 1) * DAY);
    expect(feedByHash(store, feed)?.uid).toBe('old');
    await forgetAt(store, NOW + (DAYS + 1) * DAY);
    expect(feedByHash(store, feed)).toBeUndefined();
  });
});

it('accounts of an earlier version are all met on the first day, however many', async () => {
  const store = open();
  store.database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
    INSERT INTO ical (ical_owner, ical_hash) SELECT 'user' || i, 'hash' || i FROM n`);
  await forgetAt(store, NOW);
  expect(sqlite3(store.file, 'SELECT count(*) FROM account_seen')).toBe('3000');
});

describe('what is known of addresses', () => {
  it('goes once no kept meeting, account or assistant has them', async () => {
    const store = open();
    account(store, 'boss', NOW);
    addAssistant(store, 'boss', 'assistant@x.test', NOW - 900 * DAY);
    book(store, NOW - DAY, 'guest@x.test');
    const all = ['nobody@x.test', 'guest@x.test', 'boss@example.org', 'assistant@x.test'];
    rememberName(store, all, 'Somebody');
    keepAccounts(store, new Map(all.map((address) => [address, address])));
    keepLanguages(store, new Map(all.map((address) => [address, 'en' as const])));
    const { gone } = await forgetAt(store, NOW);
    expect([gone['names'], gone['logins'], gone['languages']]).toEqual([1, 1, 1]);
    expect([...namesOf(store, all).keys()].sort()).toEqual(all.slice(1).sort());
  });
});

describe('a step', () => {
  const kept = { since: NOW - DAYS * DAY, now: NOW };
  const walk = (store: Store, kind: string, limit: number, after = '') => FORGET[kind]?.(store, kept, limit, after);

  it('of names goes so many addresses further, and says where it ended', () => {
    const store = open();
    const names = ['a', 'b', 'c'].map((one) => `${one}@x.test`);
    rememberName(store, names, 'Somebody');
    book(store, NOW, 'b@x.test');
    expect(walk(store, 'names', 2)).toEqual({ gone: 1, next: 'b@x.test' });
    expect(walk(store, 'names', 2, 'b@x.test')).toEqual({ gone: 1, next: null });
    expect(walk(store, 'names', 2)).toEqual({ gone: 0, next: null });
    expect(walk(store, 'names', 1)).toEqual({ gone: 0, next: 'b@x.test' });
  });

  it('of others says whether there may be more, and of newcomers that their day is today', () => {
    const store = open();
    for (const at of [1, 2]) book(store, NOW - 500 * DAY + at, 'old@x.test');
    expect(walk(store, 'meetings', 2)).toEqual({ gone: 2, next: '' });
    expect(walk(store, 'meetings', 2)).toEqual({ gone: 0, next: null });
    feedOf(store, 'new');
    expect(walk(store, 'newcomers', 2)).toEqual({ gone: 0, next: '' });
    expect(walk(store, 'newcomers', 2)).toEqual({ gone: 0, next: null });
    expect(store.all('SELECT seen_day AS day FROM account_seen')).toEqual([{ day: Math.floor(NOW / DAY) }]);
  });

  it.each(['accounts', 'names', 'rooms', 'newcomers', 'counts', 'secrets'])(
    'waits for nobody who writes where there is nothing to forget: %s',
    (kind) => {
      const store = open(undefined, { busyTimeout: 10 });
      const other = open(store.file);
      other.database.exec('BEGIN IMMEDIATE');
      expect(walk(store, kind, 9)).toEqual({ gone: 0, next: null });
      other.database.exec('ROLLBACK');
    },
  );
});

describe('the rest', () => {
  it('mails that were sent, form secrets of other days, rooms and counts', async () => {
    const store = open();
    enqueue(store, [mail('77', 'sent@x.test'), mail('77', 'waits@x.test')], NOW - 500 * DAY);
    markSent(store, mailsIn(store, 'waiting', 1)[0]?.id ?? 0, NOW - 500 * DAY);
    const secret = formToken(store, 'today', NOW);
    formToken(store, 'before', NOW - 3 * DAY);
    noteCaused(store, 'alice', 3, NOW - 7200);
    countPrivate(store, 'empty', NOW - 500 * DAY);
    const { gone, isDone } = await forgetAt(store, NOW);
    expect(isDone).toBe(true);
    expect(gone).toMatchObject({ mails: 1, secrets: 1, rooms: 1, counts: 1 });
    expect(mailsIn(store, 'waiting', 9)).toHaveLength(1);
    expect(formTokenHolds(store, 'today', secret, NOW)).toBe(true);
    expect(Object.values((await forgetAt(store, NOW)).gone).every((rows) => rows === 0)).toBe(true);
  });
});

it('what is forgotten is not in the file any more, nor in its log of writes', async () => {
  const store = open();
  store.transaction(() => {
    for (let i = 0; i < 300; i += 1) book(store, NOW - (i % 2 ? 500 : 5) * DAY + i, `g${i % 2}-${i}@forgotten.test`);
  });
  await forgetAt(store, NOW);
  store.database.pragma('wal_checkpoint(TRUNCATE)');
  const bytes = readFileSync(store.file, 'latin1');
  expect(bytes).toContain('g0-2@forgotten.test');
  expect(bytes.match(/g1-\d+@forgotten/g) ?? []).toEqual([]);
  expect(readFileSync(`${store.file}-wal`)).toHaveLength(0);
});
