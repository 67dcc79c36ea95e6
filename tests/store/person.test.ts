/** What is kept of one person is found whole, and erased whole; the schema itself is walked, so that a new table cannot be left out. */
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { cleanFile, timesIn } from '../../cron/traces.ts';
import { occurrenceAt } from '../../lib/meetings/series.ts';
import { keepUnconfirmed, noteReply, owe } from '../../lib/store/answers.ts';
import { addAssistant, noteStandIn } from '../../lib/store/assistants.ts';
import { insertMeeting, removeMeeting, type Saved } from '../../lib/store/bookings.ts';
import { erasePerson, livingOf, waitingAbout } from '../../lib/store/erase.ts';
import { feedOf, keepFeed, noteSeen, rememberAddresses } from '../../lib/store/feeds.ts';
import { invitationByHash, recordAnswer } from '../../lib/store/invitations.ts';
import { noteCaused, takeSearch } from '../../lib/store/limits.ts';
import { meetingById } from '../../lib/store/meetings.ts';
import { keepMine } from '../../lib/store/mine.ts';
import { enqueue, mailsIn, markSent } from '../../lib/store/outbox.ts';
import { keepAccounts, keepAnswer, keepLanguages, rememberName } from '../../lib/store/people.ts';
import { knownOf, type Whom, whomOf } from '../../lib/store/person.ts';
import { countPrivate, orderRoom } from '../../lib/store/rooms.ts';
import { formToken } from '../../lib/store/secrets.ts';
import { insertSeries } from '../../lib/store/series_changes.ts';
import type { Store } from '../../lib/store/store.ts';
import { dateAndTime } from '../../lib/text/dates.ts';
import { processZone, zoneOf } from '../../lib/text/zones.ts';
import { mail } from './mails.ts';
import { ALICE, BOOKING, clockAt, NOW, open } from './scratch.ts';

const DAY = 86_400;
const ZOE = 'zoe.z@house.test';
const UID = 'zoezoe';

/** Every value of every table that names her: address, account or the other address. */
const NAMES = /zoe\.z@|zoezoe|zoe\.old@/i;

let store: Store;
let alone: Saved;
let ofOthers: Saved;
let hers: Saved;
let whom: Whom;

const hashOf = ({ attendees }: Saved, email = ZOE): string => attendees.find((one) => one.email === email)?.hash ?? '';

/** Something in each table. */
beforeEach(() => {
  store = open();
  const book = (begin: number, owner: string, guests: string[]): Saved =>
    insertMeeting(store, clockAt(begin - DAY), owner, {
      ...BOOKING,
      ...{ begin, guests, moderators: [], names: new Map([[ZOE, 'Zoé at work']]) },
    });
  alone = book(NOW - 20 * DAY, ZOE, ['zoe.old@house.test']);
  hers = book(NOW - 10 * DAY, ZOE, ['guest@x.test']);
  ofOthers = book(NOW + 5 * DAY, ALICE, [ZOE, 'guest@x.test']);
  recordAnswer(store, hashOf(ofOthers), 'tentative', NOW, { comment: 'Late, says Z', proposal: null, way: 'page' });
  owe(store, hashOf(ofOthers), NOW);
  const seat = invitationByHash(store, hashOf(ofOthers))?.attendee;
  if (seat) noteReply(store, seat, { sequence: 0, stamp: NOW, message: 'print-of-reply' }, NOW);
  keepUnconfirmed(store, ofOthers.meeting.id, { at: NOW, from: ZOE, named: '', answer: 'accepted', comment: 'Doubt' });
  noteStandIn(store, ofOthers.meeting.id, ZOE);
  const dates = [1, 8].map((days) => occurrenceAt(dateAndTime(NOW + days * DAY).replace(' ', 'T'), processZone));
  const occurrences = dates.map((date) => ({ ...date, skipped: false }));
  insertSeries(
    store,
    clockAt(NOW),
    ALICE,
    { ...BOOKING, guests: [ZOE] },
    {
      repetition: { repeat: 'weekly', every: 1, ends: 'times', occurrences },
      zone: 'Europe/Paris',
    },
  );
  const gone = book(NOW + DAY, ALICE, [ZOE, 'guest@x.test']);
  removeMeeting(store, gone.meeting.id, NOW);
  const goneHers = book(NOW + DAY, ZOE, ['guest@x.test']);
  removeMeeting(store, goneHers.meeting.id, NOW);
  enqueue(store, [mail(ofOthers.meeting.id, ZOE), mail(hers.meeting.id, 'guest@x.test')], NOW, 'request1');
  store.transaction(() =>
    store.run("UPDATE outbox SET outbox_content = ? WHERE outbox_recipient = 'guest@x.test'", `{"from":"${ZOE}"}`),
  );
  for (const [uid, ...addresses] of [
    [UID, ZOE, 'zoe.old@house.test'],
    ['alice', ALICE],
  ] as const) {
    rememberAddresses(store, uid, [...addresses]);
    rememberName(store, [...addresses], `Name of ${uid}`);
    keepAccounts(store, new Map(addresses.map((one) => [one, uid])));
    keepLanguages(store, new Map(addresses.map((one) => [one, 'en' as const])));
    keepFeed(store, feedOf(store, uid), { fingerprint: uid, body: `BEGIN of ${uid} with ${ZOE}`, at: NOW });
    keepMine(store, uid, { language: 'en', zone: zoneOf('America/Montreal'), reminders: false });
    formToken(store, uid, NOW);
    noteCaused(store, uid, 3, NOW);
    takeSearch(store, uid, NOW);
    noteSeen(store, uid, NOW);
    countPrivate(store, uid, NOW);
    keepAnswer(store, JSON.stringify(['person', uid, 'ldap']), JSON.stringify({ email: addresses[0] }), NOW);
  }
  addAssistant(store, UID, 'assistant@x.test', NOW);
  addAssistant(store, 'alice', ZOE, NOW);
  for (const one of [UID, ZOE]) {
    orderRoom(store, {
      room: `room${one}`,
      person: one,
      does: 'revoke',
      meetingId: ofOthers.meeting.id,
      until: NOW + 60,
    });
  }
  whom = whomOf(store, ZOE.toUpperCase(), []);
});

/** Rows in which a value names her, by table. */
function naming(): [table: string, row: Record<string, unknown>][] {
  const tables = store.database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
    .pluck()
    .all() as string[];
  return tables.flatMap((table) =>
    (store.database.prepare(`SELECT * FROM "${table}"`).all() as Record<string, unknown>[])
      .filter((row) => Object.values(row).some((value) => NAMES.test(String(value))))
      .map((row): [string, Record<string, unknown>] => [table, row]),
  );
}

it('is known by address or account, with what belongs to the account, unless others share the address', () => {
  expect(whom).toEqual({ addresses: [ZOE, 'zoe.old@house.test'], accounts: [UID, ZOE] });
  expect(whomOf(store, 'ZOEZOE', []).addresses.toSorted()).toEqual(['zoe.old@house.test', ZOE]);
  expect(whomOf(store, ` ${ZOE} `, [])).toEqual(whom);
  expect(whomOf(store, UID, ['Zoe.Old@house.test']).addresses).toEqual([ZOE]);
  expect(whomOf(store, ZOE, [ZOE])).toEqual({ addresses: [ZOE], accounts: [] });
});

describe('what is known', () => {
  it('is every row that names her, whole, but for the secrets and letters of others', () => {
    const told = JSON.stringify(knownOf(store, whom));
    const tables = new Set(naming().map(([table]) => table));
    expect(tables.size).toBeGreaterThan(18);
    const missing = naming().flatMap(([table, row]) => {
      if (table === 'outbox' && row['outbox_recipient'] !== ZOE) return [];
      if (table === 'feed_text' && row['feed_fingerprint'] !== UID) return [];
      return Object.entries(row)
        .filter(
          ([column, value]) =>
            typeof value === 'string' && value !== '' && !/^(outbox_by|feed_etag|feed_fingerprint)$/.test(column),
        )
        .filter(([column]) => !(column === 'gone_hash' && row['gone_email'] !== ZOE))
        .filter(([, value]) => !told.includes(JSON.stringify(value).slice(1, -1)))
        .map(([column, value]) => `${table}.${column}: ${value}`);
    });
    expect(missing).toEqual([]);
    for (const words of ['Late, says Z', 'Zoé at work', 'print-of-reply']) expect(told).toContain(words);
  });

  it('has no secret of anybody else', () => {
    const told = JSON.stringify(knownOf(store, whom));
    const others = store.database
      .prepare(
        "SELECT attendee_meeting_hash FROM attendees WHERE attendee_email IN (?, 'guest@x.test') UNION SELECT ical_hash FROM ical WHERE ical_owner = 'alice' UNION SELECT gone_hash FROM gone_link WHERE gone_email = 'guest@x.test'",
      )
      .pluck()
      .all(ALICE) as string[];
    expect(knownOf(store, whom)['directory']).toHaveLength(1);
    expect(others.length).toBeGreaterThan(5);
    expect(others.filter((hash) => told.includes(hash))).toEqual([]);
  });
});

it('what is in the way is said: meetings to come that are hers, and mails to others that name her', () => {
  expect(livingOf(store, whom, NOW).map(({ role }) => role)).toEqual(['with others', 'with others', 'with others']);
  insertMeeting(store, clockAt(NOW), ZOE, BOOKING);
  expect(livingOf(store, whom, NOW).filter(({ role }) => role === 'owner')).toHaveLength(1);
  expect(waitingAbout(store, whom)).toBe(1);
  for (const { id, recipient } of mailsIn(store, 'waiting', 9)) if (recipient !== ZOE) markSent(store, id, NOW);
  expect(waitingAbout(store, whom)).toBe(0);
});

it('erasing leaves no row that names her, nor a byte in the file, and all that is others’', () => {
  const before = store.get<{ n: number }>(
    "SELECT count(*) AS n FROM attendees WHERE attendee_email = 'guest@x.test'",
  )?.n;
  const version = meetingById(store, ofOthers.meeting.id)?.version;
  expect(erasePerson(store, whom, NOW)).toEqual({ seats: 6, meetings: 1 });
  expect(naming()).toEqual([]);
  expect(knownOf(store, whom)).toEqual({});
  expect(meetingById(store, alone.meeting.id)).toBeUndefined();
  expect(meetingById(store, hers.meeting.id)?.subject).toBe(BOOKING.subject);
  // A form that was opened before does not put her back.
  expect(meetingById(store, ofOthers.meeting.id)?.version).toBe((version ?? 0) + 1);
  expect(meetingById(store, ofOthers.meeting.id)?.modified).toBe(ofOthers.meeting.modified);
  expect(meetingById(store, hers.meeting.id)?.version).toBe(hers.meeting.version);
  expect(store.get<{ n: number }>("SELECT count(*) AS n FROM attendees WHERE attendee_email = 'guest@x.test'")?.n).toBe(
    before,
  );
  expect(Object.keys(knownOf(store, whomOf(store, ALICE, [])))).toEqual(
    expect.arrayContaining(['seats', 'feeds', 'choices', 'names']),
  );
  expect(cleanFile(store, whom.addresses)).toMatch(/stands 0 times in its bytes$/);
  expect(readFileSync(store.file, 'latin1')).not.toMatch(NAMES);
  expect(store.database.pragma('integrity_check', { simple: true })).toBe('ok');
});

it('bytes of before JMB overwrote what it deletes are found, and the file is written anew', () => {
  store.database.pragma('secure_delete = OFF');
  store.database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    INSERT INTO person SELECT 'zoe.z@house.test' || i, 'Old name' FROM n; DELETE FROM person WHERE person_name = 'Old name'`);
  erasePerson(store, whom, NOW);
  store.database.pragma('wal_checkpoint(TRUNCATE)');
  expect(timesIn(store.file, whom.addresses)).toBeGreaterThan(100);
  expect(cleanFile(store, whom.addresses)).toMatch(/stands 0 times in its bytes$/);
});
