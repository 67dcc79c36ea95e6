/** `jmb list`: the meetings, as an administrator looks for them. */
import { type Census, meetingsFrom } from '../lib/store/census.ts';
import { clockTime, isoDate } from '../lib/text/dates.ts';
import type { CommandContext } from './surroundings.ts';

/** Prints one line a meeting: begin, length, owner, people, room, id, subject. */
export function list(options: { all?: boolean; json?: boolean }): (context: CommandContext) => number {
  return (context) => {
    const now = context.clock.now();
    const meetings = meetingsFrom(context.store, options.all ? 0 : now);
    if (options.json) {
      process.stdout.write(`${JSON.stringify(meetings, null, 2)}\n`);
      return 0;
    }
    for (const meeting of meetings) process.stdout.write(`${line(meeting, now)}\n`);
    if (meetings.length === 0) process.stdout.write(options.all ? 'no meetings\n' : 'no meetings to come\n');
    return 0;
  };
}

function line(meeting: Census, now: number): string {
  const state = meeting.end <= now ? 'over' : meeting.begin <= now ? 'running' : 'planned';
  return [
    `${isoDate(meeting.begin)} ${clockTime(meeting.begin)}`,
    `${String(Math.round(meeting.duration / 60)).padStart(4)} min`,
    state.padEnd(7),
    `${String(meeting.attendees).padStart(3)} people`,
    meeting.id.padEnd(19),
    meeting.room,
    meeting.owner,
    meeting.subject,
  ].join('  ');
}
