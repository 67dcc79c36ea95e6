/** `jmb rooms`: what is open now, and how many people are there. */
import { within } from '../lib/clock.ts';
import { messageOf } from '../lib/failure.ts';
import { type OpenRoom, roomService } from '../lib/jitsi/rooms.ts';
import type { Meeting } from '../lib/meetings/meeting.ts';
import { meetingByRoom } from '../lib/store/meetings.ts';
import { dateAndTime } from '../lib/text/dates.ts';
import type { CommandContext } from './environment.ts';

/** How long Prosody may take, in milliseconds. */
const PATIENCE = 5_000;

/** Prints one line a room, the oldest first. The exit status is 1 where Prosody has no module of ours, or does not answer. */
export function rooms(options: { json?: boolean }): (context: CommandContext) => Promise<number> {
  return async (context) => {
    const service = roomService(context.settings);
    if (service === undefined) {
      process.stderr.write(
        'jmb: rooms are not known here: JMB_PROSODY_SECRET_FILE is empty, so Prosody is not asked\n',
      );
      return 1;
    }
    let open: readonly OpenRoom[];
    try {
      open = await within(PATIENCE, service.rooms());
    } catch (error) {
      const reason = messageOf(error);
      process.stderr.write(`jmb: Prosody does not tell its rooms (${context.settings.JMB_PROSODY_URL}): ${reason}\n`);
      return 1;
    }
    const known = [...open]
      .sort((one, other) => one.since - other.since)
      .map((room) => ({ ...room, meeting: meetingByRoom(context.store, room.room) ?? null }));
    if (options.json) {
      const shown = known.map(({ meeting, ...room }) => ({
        ...room,
        meeting: meeting && { id: meeting.id, subject: meeting.subject, begin: meeting.begin, end: meeting.end },
      }));
      process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
      return 0;
    }
    for (const room of known) process.stdout.write(`${line(room, context.clock.now())}\n`);
    if (known.length === 0) process.stdout.write('no room is open\n');
    return 0;
  };
}

function line(room: OpenRoom & { readonly meeting: Meeting | null }, now: number): string {
  const { participants, breakout, waiting, since, meeting } = room;
  const people = [
    `${String(participants).padStart(3)} people`,
    ...(breakout > 0 ? [`${breakout} in breakout rooms`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
  ].join(', ');
  const over = meeting !== null && meeting.end <= now ? '  (over)' : '';
  return [
    `since ${dateAndTime(since)}`,
    people,
    room.room,
    meeting === null ? 'no meeting' : `${meeting.id}  ${meeting.subject}${over}`,
  ].join('  ');
}
