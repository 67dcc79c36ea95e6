/** When reminders fall due, and which of them still help. Pure. */
import type { Meeting } from './meeting.ts';

/**
 * The times, in Unix seconds and ascending, of the reminders before a moment; only those still to come.
 * @param moment Unix seconds: the begin for mails, the end for messages in the room
 * @param minutesBefore as JMB_MAIL_REMINDER and JMB_XMPP_REMINDER have them
 */
export function planReminders(moment: number, minutesBefore: readonly number[], now: number): number[] {
  const times = new Set(minutesBefore.map((minutes) => moment - minutes * 60));
  return [...times].filter((time) => time > now).sort((one, other) => one - other);
}

/** A reminder: when it falls due, and of what. */
export interface Reminder {
  /** Unix seconds. */
  readonly date: number;
  readonly meeting: Pick<Meeting, 'begin'>;
}

/** How long a reminder that is planned for the begin itself still helps, in seconds. */
const AT_BEGIN = 300;

/**
 * From when a reminder is worth nothing, in Unix seconds: from the meeting's first second on, except one that is planned for it.
 * @param date when it falls due
 */
export function worthUntil(date: number, begin: number): number {
  return date === begin ? begin + AT_BEGIN : begin;
}

/**
 * Of one meeting's reminders, the latest that is due: after an outage the earlier ones say nothing that it does not.
 * @param now Unix seconds; a reminder due this very second is due
 * @returns null when none is due, and once none helps any more
 */
export function latestDue<Kind extends Reminder>(reminders: readonly Kind[], now: number): Kind | null {
  let latest: Kind | null = null;
  for (const reminder of reminders) {
    if (reminder.date > now || worthUntil(reminder.date, reminder.meeting.begin) <= now) continue;
    if (latest === null || reminder.date > latest.date) latest = reminder;
  }
  return latest;
}
