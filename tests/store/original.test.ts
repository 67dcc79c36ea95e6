/**
 * What the original does to a database of ours, by the sqlite3 command as it does: its statements with values in quotes, and every table
 * of ours with a row about the meeting.
 */
import { expect, it } from 'vitest';
import { insertMeeting, updateMeeting } from '../../lib/store/bookings.ts';
import { attendeesOf, invitationsOf, meetingById } from '../../lib/store/meetings.ts';
import type { Store } from '../../lib/store/store.ts';
import { ALICE, BOOKING, clockAt, NOW, open, sqlite3, upstreamCopy } from './scratch.ts';

/** Tables that outlive a meeting: emails that tell of it, links that say that it is gone, rooms that are to be closed; and secrets that are none of its people's. */
const OUTLIVE = ['outbox', 'gone_link', 'room_order', 'feed_text', 'series_link'];
const THEIRS = ['meetings', 'attendees', 'mail_reminder', 'xmpp_reminder', 'ical', 'private'];

interface Column {
  readonly name: string;
  readonly type: string;
}

/** The tables of ours that say something of a meeting or of somebody in it, with their columns. */
function aboutMeetings(store: Store): { readonly name: string; readonly columns: readonly Column[] }[] {
  return store
    .all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .filter(({ name }) => !THEIRS.includes(name) && !OUTLIVE.includes(name))
    .map(({ name }) => ({
      name,
      columns: store.all<Column>('SELECT name, type FROM pragma_table_info(?)', name),
    }))
    .filter(({ columns }) => columns.some((column) => /_(meeting_id|hash)$/.test(column.name)));
}

it('deletes a meeting, and nothing about it is left in any table of ours', () => {
  const store = open(upstreamCopy());
  const { meeting, attendees } = insertMeeting(store, clockAt(NOW), ALICE, { ...BOOKING, language: 'en' });
  const hash = attendees[1]?.hash ?? '';
  const tables = aboutMeetings(store);
  for (const { name, columns } of tables) {
    const values = columns.map((column) => {
      if (/_meeting_id$/.test(column.name)) return BigInt(meeting.id);
      if (/_hash$/.test(column.name)) return hash;
      return column.type === 'INTEGER' ? 7 : 'text';
    });
    const places = columns.map(() => '?').join();
    store.database.prepare(`INSERT OR REPLACE INTO ${name} VALUES (${places})`).run(...values);
  }
  const left = () =>
    tables.flatMap(({ name, columns }) => {
      const keys = columns.filter((column) => /_(meeting_id|hash)$/.test(column.name)).map((column) => column.name);
      const where = keys.map((key) => `${key} IN (?, ?)`).join(' OR ');
      const rows = store.database
        .prepare(`SELECT 1 FROM ${name} WHERE ${where}`)
        .all(...keys.flatMap(() => [BigInt(meeting.id), hash]));
      return rows.map(() => name);
    });
  expect(left().length).toBeGreaterThan(8);
  sqlite3(store.file, `DELETE FROM meetings WHERE meeting_id='${meeting.id}';`);
  expect(left()).toEqual([]);
  expect(attendeesOf(store, meeting.id)).toEqual([]);
});

it('books, changes, answers and counts with values in quotes; what we then write it reads', () => {
  const store = open(upstreamCopy());
  const id = '1795500000123456789';
  const attendee = (role: string, email: string, hash: string) =>
    `INSERT INTO attendees (attendee_meeting_id,attendee_meeting_hash,attendee_role,attendee_email)
     VALUES ('${id}','${hash}','${role}','${email}');`;
  sqlite3(
    store.file,
    `INSERT INTO meetings (meeting_id,meeting_name,meeting_object,meeting_begin,meeting_duration,meeting_end,meeting_create)
     VALUES ('${id}','theirroomtheirro','Conseil','${NOW + 900}','3600','${NOW + 4500}','${NOW}');
     ${attendee('owner', ALICE, 'OwnerOwnerOwner1')}${attendee('guest', 'bob@example.org', 'GuestGuestGuest1')}
     INSERT INTO mail_reminder (mail_reminder_meeting_id,mail_reminder_date,mail_reminder_done) VALUES ('${id}','${NOW}','0');`,
  );
  sqlite3(store.file, `UPDATE attendees SET attendee_partstat='2' WHERE attendee_meeting_hash='GuestGuestGuest1';`);
  sqlite3(store.file, `UPDATE attendees SET attendee_count='3' WHERE attendee_meeting_hash='GuestGuestGuest1';`);
  expect(attendeesOf(store, id)[1]).toMatchObject({ answer: 'declined', connections: 3 });
  sqlite3(
    store.file,
    `UPDATE meetings SET meeting_object='Jury', meeting_begin='${NOW + 1800}', meeting_duration='5400', meeting_end='${NOW + 7200}'
     WHERE meeting_id='${id}';
     DELETE FROM attendees WHERE attendee_meeting_id='${id}' AND attendee_role='guest' AND attendee_email='bob@example.org';
     ${attendee('guest', 'carol@example.org', 'GuestGuestGuest2')}`,
  );
  expect(meetingById(store, id)).toMatchObject({ subject: 'Jury', begin: NOW + 1800, duration: 5400, sequence: 1 });
  expect(invitationsOf(store, ['bob@example.org'], { endAfter: NOW })).toEqual([]);
  const booking = { ...BOOKING, begin: NOW + 3600, moderators: [], guests: ['carol@example.org', 'dan@example.org'] };
  expect(updateMeeting(store, id, meetingById(store, id)?.version ?? 0, booking, NOW).outcome).toBe('saved');
  const read = (columns: string, where: string) =>
    sqlite3(
      store.file,
      `SELECT ${columns} FROM meetings INNER JOIN attendees ON meetings.meeting_id=attendees.attendee_meeting_id WHERE ${where};`,
    );
  expect(read('meeting_begin,attendee_role', "attendee_meeting_hash='GuestGuestGuest2'")).toBe(`${NOW + 3600}|guest`);
  expect(read('attendee_email', `meeting_id='${id}' AND meeting_end > '${NOW}' ORDER BY attendee_email`)).toBe(
    `${ALICE}\ncarol@example.org\ndan@example.org`,
  );
});
