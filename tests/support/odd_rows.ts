/** Rows that no constraint holds any more, as hands at a database leave them. */
import type { Store } from '../../lib/store/store.ts';

/** What they hold, in words, and the statement that makes them so. */
export const ODD: readonly (readonly [string, string])[] = [
  ['a role that nobody knows', "UPDATE attendees SET attendee_role = 'speaker' WHERE attendee_role = 'guest'"],
  ['secrets of nobody', "UPDATE attendees SET attendee_meeting_hash = NULL WHERE attendee_role <> 'owner'"],
  ['no secret at all', 'UPDATE attendees SET attendee_meeting_hash = NULL'],
  ['one secret for all', "UPDATE attendees SET attendee_meeting_hash = 'oneHashForAllOne'"],
  ['a room without a name', 'UPDATE meetings SET meeting_name = NULL'],
  ['a room that is a dot', "UPDATE meetings SET meeting_name = '.'"],
  ['no subject', 'UPDATE meetings SET meeting_object = NULL'],
  ['guests without an address', "UPDATE attendees SET attendee_email = '' WHERE attendee_role <> 'owner'"],
  ['counts and answers of nothing', "UPDATE attendees SET attendee_count = NULL, attendee_partstat = 'x'"],
  [
    'bytes that are no text',
    "UPDATE meetings SET meeting_name = x'ff', meeting_object = x'fe'; UPDATE attendees SET attendee_count = x'fd'",
  ],
  ['no length', 'UPDATE meetings SET meeting_duration = NULL, meeting_create = NULL'],
  ['an end before its begin', 'UPDATE meetings SET meeting_begin = meeting_end + 60'],
  ['a begin beyond all calendars', 'UPDATE meetings SET meeting_begin = 9e18'],
];

/** Takes the constraints of the original's tables away: the same columns, and nothing that a row must have. */
export function unconstrained({ database }: Store): void {
  database.unsafeMode(true);
  database.pragma('writable_schema = ON');
  database.exec(
    `UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', '')
     WHERE type = 'table' AND name IN ('meetings', 'attendees', 'ical')`,
  );
  database.pragma('writable_schema = RESET');
  database.unsafeMode(false);
}
