/** Due reminders become mails in the outbox: the mark and the mails in one transaction, so that a crash loses and doubles nothing. */
import { lineOf } from '../lib/http/answer.ts';
import { composeMails, prepareComposing } from '../lib/mail/compose.ts';
import { reminderLetters } from '../lib/mail/letters.ts';
import { latestDue } from '../lib/meetings/reminders.ts';
import { Unavailable } from '../lib/refusal.ts';
import { feedsByAddress } from '../lib/store/accounts.ts';
import { attendeesOf } from '../lib/store/meetings.ts';
import { namesOf } from '../lib/store/names.ts';
import { enqueue } from '../lib/store/outbox.ts';
import { type DueReminder, dueReminders, markRemindersDone } from '../lib/store/reminders.ts';
import type { CommandContext } from './surroundings.ts';

/** The reminders of one meeting whose time has come, and the one that is still worth sending. */
export interface DueMeeting {
  readonly reminders: readonly DueReminder[];
  /** The latest; null when the meeting has begun, for then no reminder helps. */
  readonly latest: DueReminder | null;
}

/** Groups what is due by meeting: after an outage only the latest of each goes out. */
export function byMeeting(due: readonly DueReminder[], now: number): DueMeeting[] {
  const meetings = new Map<string, DueReminder[]>();
  for (const reminder of due) {
    const group = meetings.get(reminder.meeting.id);
    if (group) group.push(reminder);
    else meetings.set(reminder.meeting.id, [reminder]);
  }
  return [...meetings.values()].map((reminders) => ({ reminders, latest: latestDue(reminders, now) }));
}

/** Puts the mails of every due reminder in the outbox; how many mails. */
export function enqueueReminders(context: CommandContext): number {
  const now = context.clock.now();
  let mails = 0;
  for (const { reminders, latest } of byMeeting(dueReminders(context.store, 'mail', now), now)) {
    const ids = reminders.map((reminder) => reminder.id);
    if (latest === null) {
      markRemindersDone(context.store, 'mail', ids);
      continue;
    }
    try {
      mails += enqueueOne(context, latest, ids, now);
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      // One meeting that cannot be told of holds up no other.
      context.log.event('failed', { step: 'reminder', id: latest.meeting.id, reason: lineOf(error) });
    }
  }
  return mails;
}

function enqueueOne(context: CommandContext, reminder: DueReminder, ids: number[], now: number): number {
  const { store, settings, log } = context;
  const { meeting } = reminder;
  prepareComposing();
  const mails = store.transaction(() => {
    if (!markRemindersDone(store, 'mail', ids).includes(reminder.id)) return [];
    const attendees = attendeesOf(store, meeting.id);
    const accounts = feedsByAddress(
      store,
      attendees.map(({ email }) => email),
    );
    const owner = attendees.find((attendee) => attendee.role === 'owner')?.email ?? '';
    const letters = reminderLetters(attendees);
    const written = composeMails(
      {
        meeting,
        owner: { email: owner, name: namesOf(store, [owner]).get(owner) },
        attendees,
        letters,
        accounts,
        at: reminder.date,
      },
      settings,
    );
    enqueue(store, written, now);
    return written;
  });
  if (mails.length > 0) log.event('reminded', { id: meeting.id, mails: mails.length, planned: reminder.date });
  return mails.length;
}
