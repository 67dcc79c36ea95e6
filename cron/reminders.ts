/** Due reminders become mails in the outbox, and messages at the end of meetings are said in the running room. */
import { messageOf } from '../lib/failure.ts';
import { lineOf } from '../lib/http/answer.ts';
import { type RoomService, roomService } from '../lib/jitsi/rooms.ts';
import { composeMails, prepareComposing, templatesOf } from '../lib/mail/compose.ts';
import { reminderMessages, threadsOf } from '../lib/mail/messages.ts';
import { latestDue } from '../lib/meetings/timing.ts';
import { Unavailable } from '../lib/refusal.ts';
import { ownersOf } from '../lib/store/assistants.ts';
import { attendeesOf } from '../lib/store/meetings.ts';
import { chosenBy } from '../lib/store/mine.ts';
import { enqueue, outboxOf } from '../lib/store/outbox.ts';
import { feedsByAddress, writtenTo } from '../lib/store/people.ts';
import { type DueReminder, dueReminders, markRemindersDone } from '../lib/store/reminders.ts';
import { texts } from '../lib/text/catalogue.ts';
import { endsHard } from './endings.ts';
import type { CommandContext } from './environment.ts';

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
  prepareComposing(settings);
  const mails = store.transaction(() => {
    if (!markRemindersDone(store, 'mail', ids).includes(reminder.id)) return [];
    const attendees = attendeesOf(store, meeting.id);
    const owner = attendees.find((attendee) => attendee.role === 'owner')?.email ?? '';
    const addresses = attendees.map(({ email }) => email);
    const without = [...chosenBy(store, addresses)].filter(([, { reminders }]) => !reminders);
    const messages = reminderMessages(attendees, new Set(without.map(([address]) => address)));
    const written = composeMails(
      {
        meeting,
        owner: ownersOf(store, [{ id: meeting.id, owner }]).get(meeting.id) ?? { email: owner },
        attendees,
        messages,
        accounts: feedsByAddress(store, addresses),
        ...writtenTo(store, addresses),
        threads: threadsOf(outboxOf(store, meeting.id)),
        at: reminder.date,
      },
      settings,
      templatesOf(context),
    );
    enqueue(store, written, now, log.request);
    return written;
  });
  if (mails.length > 0) log.event('reminded', { id: meeting.id, mails: mails.length, planned: reminder.date });
  return mails.length;
}

/** How late a message may be said, in seconds: two runs of cron, should Prosody be away for one. */
const LATEST = 150;

/** Says what is due; how many rooms heard it. Where Prosody has no module of ours nothing is said, and nothing waits. */
export async function tellRooms(context: CommandContext): Promise<number> {
  const { settings, store, log } = context;
  const now = context.clock.now();
  const due = byMeeting(dueReminders(store, 'xmpp', now), now);
  if (due.length === 0) return 0;
  const set = settings.JMB_PROSODY_SECRET_FILE !== '' && settings.JMB_PROSODY_URL !== '';
  const worthIt = due.filter((one) => set && isFresh(one, now) && isNamed(one) && !saidByEnding(settings, one));
  for (const one of due) if (!worthIt.includes(one)) done(context, one);
  if (worthIt.length === 0) return 0;
  let told = 0;
  try {
    const service = roomService(settings);
    if (service === undefined) return 0;
    for (const one of worthIt) told += await tellOne(context, service, one, now);
  } catch (error) {
    // The rows stay due: the next run tries again while they are fresh.
    log.event('rooms-unreachable', { reason: reasonOf(error) });
  }
  return told;
}

/** An old row may name no room: Prosody would take nothing said in it. */
function isNamed({ reminders: [first] }: DueMeeting): boolean {
  return first !== undefined && first.meeting.room !== '';
}

/** @throws Error when Prosody does not take it: it would not take the others either */
async function tellOne(context: CommandContext, service: RoomService, one: DueMeeting, now: number): Promise<number> {
  const meeting = one.reminders[0]?.meeting;
  if (!meeting) return 0;
  const say = texts(context.settings.JMB_LANG);
  const minutes = Math.max(0, Math.round((meeting.end - now) / 60));
  const said = await service.say(meeting.room, minutes > 0 ? say('roomEndsIn', { minutes }) : say('roomEndsNow'));
  done(context, one);
  context.log.event(said === 'said' ? 'room-told' : 'room-empty', { id: meeting.id, room: meeting.room, minutes });
  return said === 'said' ? 1 : 0;
}

function isFresh(one: DueMeeting, now: number): boolean {
  return one.reminders.some((reminder) => now - reminder.date <= LATEST);
}

/** Where rooms close, the line at the end is that of the closing to come (endings.ts). */
function saidByEnding(settings: CommandContext['settings'], { reminders }: DueMeeting): boolean {
  return endsHard(settings) && reminders.some(({ date, meeting }) => date >= meeting.end);
}

function done(context: CommandContext, one: DueMeeting): void {
  const ids = one.reminders.map((reminder) => reminder.id);
  markRemindersDone(context.store, 'xmpp', ids);
}

function reasonOf(error: unknown): string {
  return messageOf(error);
}
