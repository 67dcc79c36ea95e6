import { chmodSync, chownSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { insertMeeting, updateMeeting } from '../../lib/store/bookings.ts';
import { SCHEMA_VERSION } from '../../lib/store/database.ts';
import { attendeesOf, invitationsOf, meetingById } from '../../lib/store/meetings.ts';
import { ALICE, BOOKING, clockAt, NOW, open, scratch, sqlite3, upstreamCopy } from './scratch.ts';

describe('a database of the original', () => {
  it('opens in place, and nothing of it is lost or changed', () => {
    const file = upstreamCopy();
    const before = sqlite3(file, '.dump meetings attendees mail_reminder xmpp_reminder ical private');
    const store = open(file);
    expect(meetingById(store, '1795440986251836638')?.subject).toBe('Conseil de laboratoire: été 2027');
    expect(sqlite3(file, '.dump meetings attendees mail_reminder xmpp_reminder ical private')).toContain(
      before
        .split('\n')
        .filter((line) => line.startsWith('INSERT INTO meetings'))
        .join('\n'),
    );
    const lines = (text: string) => text.split('\n').filter((line) => /^(INSERT|CREATE TABLE)/.test(line));
    expect(lines(sqlite3(file, '.dump meetings attendees mail_reminder xmpp_reminder ical private'))).toEqual(
      lines(before),
    );
  });

  it('shows the entities of its subjects as the letters they stand for', () => {
    const store = open(upstreamCopy());
    expect(meetingById(store, '1707386400123456789')?.subject).toBe('Réunion sans objet');
    expect(meetingById(store, '1795440987201753420')?.subject).toBe('<b>Objet</b> 100% ; drop table');
  });

  it('finds everyone’s meetings in it', () => {
    const store = open(upstreamCopy());
    const ids = (address: string) => invitationsOf(store, [address], { endAfter: 0 }).map((one) => one.meeting.id);
    expect(ids(ALICE)).toEqual([
      '1707386400123456789',
      '1795000000987654321',
      '1795440986916032897',
      '1795440987201753420',
      '1795440986251836638',
    ]);
    expect(ids('invite@ailleurs.test')).toEqual(['1795440987201753420', '1795440986251836638']);
  });
});

describe('the original, on a database of ours', () => {
  it('reads what we write', () => {
    const store = open(upstreamCopy());
    const { meeting, attendees } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
    expect(sqlite3(store.file, `SELECT * FROM meetings WHERE meeting_name = '${meeting.room}'`)).toBe(
      `${meeting.id}|${meeting.room}|Soutenance d'Élodie|${meeting.begin}|3600|${meeting.begin + 3600}|${NOW}`,
    );
    const hash = attendees[1]?.hash ?? '';
    expect(
      sqlite3(
        store.file,
        `SELECT attendee_role, attendee_email FROM attendees WHERE attendee_meeting_hash = '${hash}'`,
      ),
    ).toBe('moderator|bob.durand@example.org');
  });

  it('books, moves and deletes, and we see each', () => {
    const store = open(upstreamCopy());
    const id = '1795500000123456789';
    sqlite3(
      store.file,
      `INSERT INTO meetings (meeting_id,meeting_name,meeting_object,meeting_begin,meeting_duration,meeting_end,meeting_create)
       VALUES ('${id}','theirroomtheirro','R&eacute;union',${NOW + 100},'3600',${NOW + 3700},${NOW});
       INSERT INTO attendees (attendee_meeting_id,attendee_meeting_hash,attendee_role,attendee_email)
       VALUES ('${id}','AbCdEfGhIjKlMnOp','owner','Their.Owner@example.org');`,
    );
    const [listed] = invitationsOf(store, ['their.owner@example.org'], { endAfter: NOW });
    expect(listed?.meeting).toMatchObject({
      id,
      subject: 'Réunion',
      sequence: 0,
      version: 0,
      modified: NOW,
      duration: 3600,
    });
    expect(listed?.attendee).toMatchObject({ hash: 'AbCdEfGhIjKlMnOp', role: 'owner', answer: 'none', connections: 0 });

    sqlite3(
      store.file,
      `UPDATE meetings SET meeting_begin=${NOW + 9000}, meeting_end=${NOW + 12600} WHERE meeting_id=${id}`,
    );
    expect(meetingById(store, id)).toMatchObject({ begin: NOW + 9000, sequence: 1, version: 1 });
    expect(invitationsOf(store, ['their.owner@example.org'], { endAfter: NOW + 12_599 })).toHaveLength(1);
    expect(invitationsOf(store, ['their.owner@example.org'], { endAfter: NOW + 12_600 })).toHaveLength(0);

    sqlite3(store.file, `UPDATE attendees SET attendee_email='other@example.org' WHERE attendee_meeting_id=${id}`);
    expect(invitationsOf(store, ['other@example.org'], { endAfter: NOW })).toHaveLength(1);
    expect(invitationsOf(store, ['their.owner@example.org'], { endAfter: NOW })).toHaveLength(0);

    sqlite3(store.file, `DELETE FROM meetings WHERE meeting_id=${id}`);
    expect(meetingById(store, id)).toBeUndefined();
    expect(attendeesOf(store, id)).toEqual([]);
    expect(sqlite3(store.file, `SELECT count(*) FROM meeting_extra WHERE extra_meeting_id=${id}`)).toBe('0');
    expect(sqlite3(store.file, `SELECT count(*) FROM agenda WHERE agenda_email='other@example.org'`)).toBe('0');
  });

  it('may write attendees before their meeting, and replace a row', () => {
    const store = open(upstreamCopy());
    sqlite3(
      store.file,
      `INSERT INTO attendees (attendee_meeting_id,attendee_meeting_hash,attendee_role,attendee_email) VALUES (77,'x','guest','early@example.org');
       INSERT INTO meetings (meeting_id,meeting_name,meeting_object,meeting_begin,meeting_duration,meeting_end,meeting_create)
       VALUES (77,'earlyearlyearlye','a',${NOW},60,${NOW + 60},${NOW});
       INSERT OR REPLACE INTO meetings (meeting_id,meeting_name,meeting_object,meeting_begin,meeting_duration,meeting_end,meeting_create)
       VALUES (77,'earlyearlyearlye','b',${NOW},120,${NOW + 120},${NOW});`,
    );
    expect(invitationsOf(store, ['early@example.org'], { endAfter: NOW + 100 })).toHaveLength(1);
  });

  it('changes a subject that we wrote: its entities are decoded from then on, ours never are', () => {
    const store = open(upstreamCopy());
    const { meeting } = insertMeeting(store, clockAt(NOW), ALICE, { ...BOOKING, subject: 'How to write &eacute;' });
    expect(meetingById(store, meeting.id)?.subject).toBe('How to write &eacute;');
    sqlite3(store.file, `UPDATE meetings SET meeting_object='R&eacute;union' WHERE meeting_id=${meeting.id}`);
    const theirs = meetingById(store, meeting.id);
    expect(theirs).toMatchObject({ subject: 'Réunion', sequence: 1, version: 1 });
    updateMeeting(store, meeting.id, 1, { ...BOOKING, subject: '&eacute;' }, NOW + 5);
    expect(meetingById(store, meeting.id)).toMatchObject({
      subject: '&eacute;',
      sequence: 2,
      version: 2,
      modified: theirs?.modified,
    });
  });
});

describe('migration', () => {
  it('makes an empty file a database of ours that the world cannot read', () => {
    const store = open(scratch('jmb.db'));
    expect(store.database.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    expect(store.database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(statSync(store.file).mode & 0o777).toBe(0o640);
  });

  it.runIf(process.getuid?.() === 0)(
    'run by root, gives a new file to whom the folder belongs, with all that lies beside',
    () => {
      const file = scratch('jmb.db');
      chownSync(dirname(file), 65_534, 65_534);
      const store = open(file);
      insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
      for (const name of [file, `${file}-wal`, `${file}-shm`])
        expect(statSync(name)).toMatchObject({ uid: 65_534, gid: 65_534 });
    },
  );

  it('leaves the permissions of a file that was there', () => {
    const file = upstreamCopy();
    chmodSync(file, 0o660);
    open(file);
    expect(statSync(file).mode & 0o777).toBe(0o660);
  });

  it('makes the same schema as the original for its own tables', () => {
    const schema = (file: string) =>
      sqlite3(
        file,
        `SELECT type, name, replace(sql, 'IF NOT EXISTS ', '') FROM sqlite_schema
         WHERE sql IS NOT NULL AND name IN (${upstreamNames}) ORDER BY name`,
      );
    const upstream = upstreamCopy();
    const upstreamNames = sqlite3(
      upstream,
      "SELECT group_concat(quote(name)) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'",
    );
    expect(schema(open().file)).toBe(schema(upstream));
  });

  it('takes no lock and writes nothing when there is nothing to do', () => {
    const file = scratch('jmb.db');
    open(file).close();
    const before = readFileSync(file);
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    const began = performance.now();
    const store = open(file);
    expect(invitationsOf(store, [ALICE], { endAfter: 0 })).toEqual([]);
    expect(performance.now() - began).toBeLessThan(1000);
    store.close();
    other.exec('ROLLBACK');
    other.close();
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('goes on from a version in between, and leaves a later one alone', () => {
    const file = upstreamCopy();
    const half = new Database(file);
    half.exec(readFileSync(new URL('../../sql/0001-upstream-tables.sql', import.meta.url), 'utf8'));
    half.pragma('user_version = 1');
    half.close();
    open(file).close();
    expect(sqlite3(file, 'PRAGMA user_version')).toBe(String(SCHEMA_VERSION));
    sqlite3(file, 'PRAGMA user_version = 99');
    open(file).close();
    expect(sqlite3(file, 'PRAGMA user_version')).toBe('99');
  });

  it('takes a database that was restored from a dump, which has lost its version', () => {
    const store = open(upstreamCopy());
    const { meeting } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
    updateMeeting(store, meeting.id, 0, { ...BOOKING, subject: 'Moved' }, NOW + 5);
    const before = invitationsOf(store, [ALICE], { endAfter: 0 });
    const file = scratch('restored.db');
    sqlite3(file, sqlite3(store.file, '.dump'));
    expect(sqlite3(file, 'PRAGMA user_version')).toBe('0');
    expect(invitationsOf(open(file), [ALICE], { endAfter: 0 })).toEqual(before);
    expect(sqlite3(file, 'PRAGMA user_version')).toBe(String(SCHEMA_VERSION));
  });

  it('leaves nothing behind when it cannot be finished', () => {
    const file = upstreamCopy();
    sqlite3(file, 'CREATE TABLE outbox (something)');
    expect(() => open(file)).toThrow(/outbox/);
    expect(sqlite3(file, "PRAGMA user_version; SELECT count(*) FROM sqlite_schema WHERE name = 'agenda'")).toBe('0\n0');
  });
});
