/** When reminders fall due. Pure. */

/**
 * The times, in Unix seconds and ascending, of the reminders before a moment; only those still to come.
 * @param moment Unix seconds: the begin for mails, the end for messages in the room
 * @param minutesBefore as JMB_MAIL_REMINDER and JMB_XMPP_REMINDER have them
 */
export function planReminders(moment: number, minutesBefore: readonly number[], now: number): number[] {
  const times = new Set(minutesBefore.map((minutes) => moment - minutes * 60));
  return [...times].filter((time) => time > now).sort((one, other) => one - other);
}
