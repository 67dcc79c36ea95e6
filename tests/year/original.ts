/** What a database of the Bash version holds, read before the year begins with it: its meetings, and the reminders that are to come of them. */
import Database from 'better-sqlite3';

/** A meeting of the original's. */
export interface OriginalMeeting {
  readonly subject: string;
  /** When cron must remind of it, Unix seconds: what was missed when the year begins is made up for by one mail. */
  readonly dues: readonly number[];
  /** Who is reminded by each, and the secret of their link. */
  readonly people: readonly { readonly email: string; readonly hash: string }[];
}

interface Row {
  readonly id: string;
  readonly subject: string;
  readonly due: number;
}

/** Its meetings that begin after a moment (Unix seconds), the first run of cron. */
export function readOriginal(file: string, beginning: number): OriginalMeeting[] {
  const database = new Database(file, { readonly: true });
  try {
    const rows = database
      .prepare<[number], Row>(
        `SELECT CAST(meeting_id AS TEXT) AS id, meeting_object AS subject, mail_reminder_date AS due
         FROM meetings JOIN mail_reminder ON mail_reminder_meeting_id = meeting_id
         WHERE meeting_begin > ? AND mail_reminder_done IS NOT 1 ORDER BY due`,
      )
      .all(beginning);
    // The owner is reminded, and who has not declined: 2 is a no.
    const people = database.prepare<[string], { email: string; hash: string }>(
      `SELECT attendee_email AS email, attendee_meeting_hash AS hash FROM attendees
       WHERE attendee_meeting_id = CAST(? AS INTEGER) AND (attendee_role = 'owner' OR attendee_partstat IS NOT 2)`,
    );
    return [...new Set(rows.map(({ id }) => id))].map((id) => {
      const own = rows.filter((row) => row.id === id);
      const dues = [...new Set(own.map(({ due }) => Math.max(due, beginning)))];
      return { subject: own[0]?.subject ?? '', dues, people: people.all(id) };
    });
  } finally {
    database.close();
  }
}
