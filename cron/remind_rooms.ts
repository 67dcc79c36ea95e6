/** Messages at the end of meetings: said in the running room, or dropped when their moment has passed. */
import { type RoomService, roomService } from '../lib/jitsi/rooms.ts';
import { dueReminders, markRemindersDone } from '../lib/store/reminders.ts';
import { texts } from '../lib/text/catalogue.ts';
import { endsHard } from './remind_endings.ts';
import { byMeeting, type DueMeeting } from './remind_mails.ts';
import type { CommandContext } from './surroundings.ts';

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

/** Where rooms close, the line at the end is that of the closing to come (remind_endings.ts). */
function saidByEnding(settings: CommandContext['settings'], { reminders }: DueMeeting): boolean {
  return endsHard(settings) && reminders.some(({ date, meeting }) => date >= meeting.end);
}

function done(context: CommandContext, one: DueMeeting): void {
  const ids = one.reminders.map((reminder) => reminder.id);
  markRemindersDone(context.store, 'xmpp', ids);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
