/** A house full of meetings, to see that one person's are found as fast among many as among few. */
import type { Store } from '../../lib/store/store.ts';
import { NOW } from './scratch.ts';

/**
 * Adds meetings of an hour, one every ten minutes around NOW, each with ten attendees out of a tenth as many persons,
 * two planned reminders and two mails, one of them sent.
 * @param first number of the first; meetings, rooms and secrets are named after their numbers
 */
export function crowd(store: Store, amount: number, first = 0): void {
  const numbers = `WITH RECURSIVE numbers(n) AS (SELECT ${first} UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${first + amount})`;
  const begin = `${NOW} + (n - ${first + Math.floor(amount / 2)}) * 600`;
  const persons = Math.max(1, Math.floor(amount / 10));
  store.database.exec(`BEGIN;
    ${numbers} INSERT INTO meetings
      SELECT 1790000000000000000 + n, printf('room%012d', n), 'Meeting ' || n, ${begin}, 3600, ${begin} + 3600, ${NOW} - 86400 FROM numbers;
    ${numbers}, places(p) AS (SELECT value FROM json_each('[0,1,2,3,4,5,6,7,8,9]'))
      INSERT INTO attendees (attendee_meeting_id, attendee_meeting_hash, attendee_role, attendee_email, attendee_count, attendee_partstat)
      SELECT 1790000000000000000 + n, printf('h%07d%08d', p, n), CASE p WHEN 0 THEN 'owner' WHEN 1 THEN 'moderator' ELSE 'guest' END,
        'person' || ((n * 7 + p * 13) % ${persons}) || '@crowd.test', 0, p % 3 FROM numbers, places;
    ${numbers} INSERT INTO mail_reminder (mail_reminder_meeting_id, mail_reminder_date, mail_reminder_done)
      SELECT 1790000000000000000 + n, ${begin} - 600, ${begin} - 600 < ${NOW} FROM numbers;
    ${numbers} INSERT INTO xmpp_reminder (xmpp_reminder_meeting_id, xmpp_reminder_date, xmpp_reminder_done)
      SELECT 1790000000000000000 + n, ${begin} + 2700, ${begin} + 2700 < ${NOW} FROM numbers;
    ${numbers}, states(s) AS (SELECT value FROM json_each('["sent","refused"]'))
      INSERT INTO outbox (outbox_meeting_id, outbox_kind, outbox_recipient, outbox_role, outbox_message_id, outbox_content,
        outbox_state, outbox_created, outbox_next, outbox_finished)
      SELECT 1790000000000000000 + n, 'new', 'person' || n || '@crowd.test', 'guest', n || s, '', s, ${NOW} - 86400, ${NOW} - 86400, ${NOW} - 86000
      FROM numbers, states WHERE s = 'sent' OR n % 100 = 0;
    ${numbers} INSERT INTO ical (ical_owner, ical_hash) SELECT 'user' || n, printf('feed%012d', n) FROM numbers;
    ${numbers} INSERT INTO feed_address SELECT 'user' || n, 0, 'user' || n || '@crowd.test' FROM numbers;
    ${numbers} INSERT INTO private (private_room, private_date, private_count) SELECT 'user' || n, ${NOW}, 1 FROM numbers;
    ${numbers} INSERT INTO caused_mails SELECT 'user' || n, ${NOW} - n % 3600, 10 FROM numbers;
    ${numbers} INSERT INTO gone_link SELECT printf('gone%012d', n), 1790000000000000000 + n, 'person' || n || '@crowd.test',
        'person0@crowd.test', 'Gone', ${begin}, ${begin} + 3600, n % 2, ${NOW} - n % 2000000 FROM numbers;
    ${numbers} INSERT INTO assistant SELECT 'user' || n, 'user' || (n + 1) || '@crowd.test', ${NOW} FROM numbers;
    ${numbers} INSERT INTO stand_in SELECT 1790000000000000000 + n, 'user' || n || '@crowd.test' FROM numbers;
    ${numbers} INSERT OR IGNORE INTO wrong_secret SELECT n, ${NOW} - n % 600, 1 FROM numbers;
    COMMIT`);
}
