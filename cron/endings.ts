/** Hard ends of meetings, and what pages could not tell Prosody of rooms: said, closed and opened by cron; and whether our module there is heard of. */
import { within } from '../lib/clock.ts';
import { messageOf } from '../lib/failure.ts';
import { carryOut, sayIn } from '../lib/jitsi/room_orders.ts';
import { type RoomService, roomService } from '../lib/jitsi/rooms.ts';
import type { Meeting } from '../lib/meetings/meeting.ts';
import { dueEnding, type Ending, MAKE_UP, WARNING } from '../lib/meetings/timing.ts';
import { lastRun, type Moment, noteRun } from '../lib/store/maintenance.ts';
import {
  closedButBooked,
  endingMeetings,
  forgetOrders,
  markEnding,
  openOrders,
  orderRoom,
  roomIsTaken,
} from '../lib/store/rooms.ts';
import { texts } from '../lib/text/catalogue.ts';
import type { CommandContext } from './environment.ts';

type RoomContext = Pick<CommandContext, 'settings' | 'store' | 'clock' | 'log'>;

/** How long one run tells Prosody, in milliseconds: within its minute, with time left for the mails. */
const PATIENCE = 10_000;

/** How long a line may take, in milliseconds. */
const LINE = 3_000;

/** A meeting with the step of its end that is due. */
export interface DueEnding {
  readonly meeting: Meeting;
  readonly ending: Ending;
}

/** Whether rooms close, as the settings have it and as can be done. */
export function endsHard({ JMB_ROOM_END: end, JMB_PROSODY_SECRET_FILE: secret }: RoomContext['settings']): boolean {
  return end === 'hard' && secret !== '';
}

/** The steps of hard ends that are due now; none where ends are soft. */
export function dueEndings({ store, settings, clock }: RoomContext): DueEnding[] {
  if (!endsHard(settings)) return [];
  const now = clock.now();
  const grace = settings.JMB_ROOM_GRACE * 60;
  const due: DueEnding[] = [];
  const latest = now + Math.max(0, WARNING - grace);
  for (const { meeting, done } of endingMeetings(store, now - grace - MAKE_UP, latest, grace)) {
    const ending = dueEnding(meeting, grace, now, done);
    if (ending !== null) due.push({ meeting, ending });
  }
  return due;
}

/** Does what is due, and tells Prosody what is ordered; how many orders it took. Nothing is done where Prosody has no module of ours. */
export async function endRooms(
  context: RoomContext,
  service: RoomService | undefined = roomService(context.settings),
): Promise<number> {
  const { store, clock } = context;
  const now = clock.now();
  forgetOrders(store, now);
  if (service === undefined) return 0;
  for (const closed of closedButBooked(store, now)) orderRoom(store, { ...closed, does: 'open' });
  await sayOrOrder(context, service);
  const { done } = await carryOut(context, service, openOrders(store, now), PATIENCE);
  return done;
}

async function sayOrOrder(context: RoomContext, service: RoomService): Promise<void> {
  const { store, clock, log } = context;
  const now = clock.now();
  let unreachable = false;
  for (const { meeting, ending } of dueEndings(context)) {
    if (roomIsTaken(store, meeting, now)) {
      markEnding(store, meeting, ending.time);
      log.event('room-kept', { id: meeting.id, room: meeting.room, step: ending.step });
    } else if (ending.step === 'closed') {
      orderEnd(context, meeting, ending.time);
    } else if (!unreachable) {
      unreachable = !(await sayOne(context, service, { meeting, ending }));
    }
  }
}

/** The mark and the order in one transaction: from there on the order is what is retried. */
function orderEnd({ store }: RoomContext, meeting: Meeting, time: number): void {
  const { id: meetingId, room, end } = meeting;
  store.transaction(() => {
    orderRoom(store, { room, person: '', does: 'end', meetingId, until: end + MAKE_UP });
    markEnding(store, meeting, time);
  });
}

/** Says a line of an end; whether Prosody took it. What it did not take is said in the next run, while it is still the last word. */
async function sayOne(context: RoomContext, service: RoomService, due: DueEnding): Promise<boolean> {
  const { settings, store, clock, log } = context;
  const { meeting, ending } = due;
  const closing = meeting.end + settings.JMB_ROOM_GRACE * 60;
  const minutes = Math.max(1, Math.ceil((closing - clock.now()) / 60));
  const line = texts(settings.JMB_LANG)(ending.step === 'over' ? 'roomOverClosesIn' : 'roomClosesIn', { minutes });
  try {
    const said = await sayIn(service, meeting.room, line, LINE);
    markEnding(store, meeting, ending.time);
    log.event(said === 'said' ? 'room-told' : 'room-empty', { id: meeting.id, room: meeting.room, closes: minutes });
    return true;
  } catch (error) {
    const reason = messageOf(error);
    log.event('rooms-unreachable', { id: meeting.id, room: meeting.room, reason });
    return false;
  }
}

/** How long the module may take to say that it is there, in milliseconds. */
const HEARING = 1_500;

/** How long ago the module may have been heard of for its silence to be news, in seconds. */
const NEWS = 150;

/** Notes that the module answers, on the host and for the rooms, for whoever asks how we are. @returns what to say; nothing when it does */
export async function hearRooms({ settings, store, log }: CommandContext, moment: Moment): Promise<string> {
  let reason = 'the module is not loaded for the rooms';
  try {
    const service = roomService(settings);
    if (service === undefined) return '';
    const { rooms } = await within(HEARING, service.version());
    if (rooms !== null) {
      noteRun(store, 'rooms', { ...moment, doubted: null });
      return '';
    }
  } catch (error) {
    reason = messageOf(error);
  }
  const last = lastRun(store, 'rooms');
  if (last === undefined || moment.at - last.at < NEWS) log.event('rooms-unreachable', { reason });
  return `room module: ${reason}`;
}
