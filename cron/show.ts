/** `jmb show ID`: one meeting with its people and its mails. */
import { attendeesOf, meetingById, meetingByRoom } from '../lib/store/meetings.ts';
import { outboxOf } from '../lib/store/outbox.ts';
import { clockTime, isoDate } from '../lib/text/dates.ts';
import type { CommandContext } from './surroundings.ts';

/** Prints it; the secrets in people's links stay out, for this output gets pasted into tickets. */
export function show(id: string, options: { json?: boolean }): (context: CommandContext) => number {
  return (context) => {
    const { store } = context;
    const meeting = meetingById(store, id) ?? meetingByRoom(store, id.toLowerCase());
    if (meeting === undefined) {
      process.stderr.write(`jmb: no meeting has the id or the room ${id}\n`);
      return 1;
    }
    const people = attendeesOf(store, meeting.id).map(({ hash: _, ...person }) => person);
    const mails = outboxOf(store, meeting.id).map(({ content: _, ...mail }) => mail);
    if (options.json) {
      process.stdout.write(`${JSON.stringify({ ...meeting, attendees: people, mails }, null, 2)}\n`);
      return 0;
    }
    const lines = [
      `subject   ${meeting.subject}`,
      `id        ${meeting.id}`,
      `room      ${context.settings.JMB_URL}/${meeting.room}`,
      `begin     ${stamp(meeting.begin)}`,
      `end       ${stamp(meeting.end)}`,
      `booked    ${stamp(meeting.created)}, changed ${stamp(meeting.modified)}`,
      ...people.map((one) => `${one.role.padEnd(9)} ${one.email}  ${one.answer}  ${one.connections} connections`),
      ...mails.map(
        (mail) =>
          `mail      ${mail.id} ${mail.kind} to ${mail.recipient}: ${mail.state}${mail.reason ? ` (${mail.reason})` : ''}`,
      ),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  };
}

function stamp(unix: number): string {
  return `${isoDate(unix)} ${clockTime(unix)}`;
}
