/** Reminders as the original keeps them: rows of a meeting with a time and a mark; mails before the begin, room messages before the end. */
import type { Meeting, MeetingId } from '../meetings/meeting.ts';
import { idOf, MEETING_COLUMNS, type MeetingRow, meetingOf } from './rows.ts';
import type { Store } from './store.ts';

/** `mail`: before the begin, to each person. `xmpp`: before the end, into the running room. */
export type ReminderKind = 'mail' | 'xmpp';

/** A reminder whose time has come. */
export interface DueReminder {
  readonly id: number;
  /** Unix seconds when it was to go out. */
  readonly date: number;
  readonly meeting: Meeting;
}

interface DueRow extends MeetingRow {
  readonly reminderId: number;
  readonly date: number;
}

/** Each statement once for each table: names of tables cannot be bound. */
const SQL: Readonly<Record<ReminderKind, { forget: string; plan: string; due: string; done: string }>> = {
  mail: {
    forget: 'DELETE FROM mail_reminder WHERE mail_reminder_meeting_id = ? AND mail_reminder_done IS NOT 1',
    plan: 'INSERT INTO mail_reminder (mail_reminder_meeting_id, mail_reminder_date, mail_reminder_done) VALUES (?, ?, 0)',
    due: `SELECT ${MEETING_COLUMNS}, r.mail_reminder_id AS reminderId, r.mail_reminder_date AS date
      FROM mail_reminder AS r
      CROSS JOIN meetings AS m ON m.meeting_id = r.mail_reminder_meeting_id
      LEFT JOIN meeting_extra AS e ON e.extra_meeting_id = m.meeting_id
      WHERE r.mail_reminder_done IS NOT 1 AND r.mail_reminder_date <= ?
      ORDER BY r.mail_reminder_date, r.mail_reminder_id`,
    done: 'UPDATE mail_reminder SET mail_reminder_done = 1 WHERE mail_reminder_id = ? AND mail_reminder_done IS NOT 1',
  },
  xmpp: {
    forget: 'DELETE FROM xmpp_reminder WHERE xmpp_reminder_meeting_id = ? AND xmpp_reminder_done IS NOT 1',
    plan: 'INSERT INTO xmpp_reminder (xmpp_reminder_meeting_id, xmpp_reminder_date, xmpp_reminder_done) VALUES (?, ?, 0)',
    due: `SELECT ${MEETING_COLUMNS}, r.xmpp_reminder_id AS reminderId, r.xmpp_reminder_date AS date
      FROM xmpp_reminder AS r
      CROSS JOIN meetings AS m ON m.meeting_id = r.xmpp_reminder_meeting_id
      LEFT JOIN meeting_extra AS e ON e.extra_meeting_id = m.meeting_id
      WHERE r.xmpp_reminder_done IS NOT 1 AND r.xmpp_reminder_date <= ?
      ORDER BY r.xmpp_reminder_date, r.xmpp_reminder_id`,
    done: 'UPDATE xmpp_reminder SET xmpp_reminder_done = 1 WHERE xmpp_reminder_id = ? AND xmpp_reminder_done IS NOT 1',
  },
};

/** Plans a meeting's reminders anew: those not done go, these come (Unix seconds). Within the transaction that books or moves it. */
export function planReminderRows(store: Store, kind: ReminderKind, id: MeetingId, dates: readonly number[]): void {
  const bound = idOf(id);
  store.transaction(() => {
    store.run(SQL[kind].forget, bound);
    for (const date of dates) store.run(SQL[kind].plan, bound, date);
  });
}

/** Reminders not done whose time is now or before, oldest first, with their meetings. */
export function dueReminders(store: Store, kind: ReminderKind, now: number): DueReminder[] {
  return store
    .all<DueRow>(SQL[kind].due, now)
    .map((row) => ({ id: row.reminderId, date: row.date, meeting: meetingOf(row) }));
}

/**
 * Marks reminders as done: in the transaction that puts their mails in the outbox.
 * @returns the ids that nobody had marked before; the others are somebody else's to send
 */
export function markRemindersDone(store: Store, kind: ReminderKind, ids: readonly number[]): number[] {
  return store.transaction(() => ids.filter((id) => store.run(SQL[kind].done, id) === 1));
}
