/** A database to measure with: many people's meetings, and among them two users with 10 and with 100. */
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { systemClock } from '../../lib/clock.ts';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { feedOf, rememberAddresses } from '../../lib/store/feeds.ts';
import { openStore } from '../../lib/store/store.ts';

/** A user whose pages are measured; password = uid. */
export interface User {
  readonly uid: string;
  readonly email: string;
  /** A room that this user owns and that is open now. */
  readonly room: string;
  /** The hashes of a guest of that meeting and of its moderator from outside. */
  readonly guest: string;
  readonly moderator: string;
  /** The hash of the user's feed. */
  readonly feed: string;
}

const DAY = 86_400;

/** Fills a new database with this many meetings of others, in the original's tables. */
export function fill(file: string, meetings: number, attendees: number): void {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = OFF');
  database.exec(readFileSync(new URL('../../sql/0001-upstream-tables.sql', import.meta.url), 'utf8'));
  const now = systemClock.now();
  database
    .prepare(
      `WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :meetings)
       INSERT INTO meetings
         (meeting_id, meeting_name, meeting_object, meeting_begin, meeting_duration, meeting_end, meeting_create)
       SELECT 1500000000000000000 + n * 1000003, 'room' || n, 'Meeting ' || n, :from + n * :span / :meetings, 3600,
         :from + n * :span / :meetings + 3600, :from
       FROM counted`,
    )
    .run({ meetings, from: now - 700 * DAY, span: 730 * DAY });
  database
    .prepare(
      `WITH RECURSIVE counted(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM counted WHERE k < :attendees - 1)
       INSERT INTO attendees
         (attendee_meeting_id, attendee_meeting_hash, attendee_role, attendee_email, attendee_count, attendee_partstat)
       SELECT meeting_id, lower(hex(randomblob(8))), CASE k WHEN 0 THEN 'owner' ELSE 'guest' END,
         'user' || ((meeting_id / 1000003 + k * 7919) % 30000) || '@example.org', 0, k % 3
       FROM meetings CROSS JOIN counted`,
    )
    .run({ attendees });
  database.close();
}

/** Gives users so many meetings to come each, the first of which runs now; each has ten people. */
export function addUsers(file: string, counts: Readonly<Record<string, number>>): Map<string, User> {
  const store = openStore(file);
  const users = new Map<string, User>();
  const now = systemClock.now();
  for (const [uid, count] of Object.entries(counts)) {
    const email = `${uid}@example.org`;
    const guests = Array.from({ length: 8 }, (_, number) => `guest${number}.${uid}@elsewhere.org`);
    const facts = { duration: 4 * 3600, moderators: [`moderator.${uid}@elsewhere.org`], guests };
    const made = Array.from({ length: count }, (_, number) =>
      insertMeeting(store, systemClock, email, {
        ...facts,
        subject: `Réunion n° ${number + 1}`,
        begin: number === 0 ? now - 60 : now + number * 7_200,
      }),
    );
    rememberAddresses(store, uid, [email]);
    const room = made[0]?.meeting.room ?? '';
    const hashOf = (wanted: string): string => made[0]?.attendees.find(({ role }) => role === wanted)?.hash ?? '';
    users.set(uid, {
      uid,
      email,
      room,
      guest: hashOf('guest'),
      moderator: hashOf('moderator'),
      feed: feedOf(store, uid),
    });
  }
  store.close();
  return users;
}
