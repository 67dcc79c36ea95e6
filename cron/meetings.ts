/**
 * `jmb list`, `jmb show ID`, `jmb rooms`, `jmb remove ID` and `jmb purge`: meetings and their rooms, as an administrator looks for
 * them, at them, and rids the house of them.
 */
import { orderClosing, tellRoom } from '../lib/booking/rooms.ts';
import { within } from '../lib/clock.ts';
import { messageOf } from '../lib/failure.ts';
import { type OpenRoom, roomService } from '../lib/jitsi/rooms.ts';
import type { Meeting } from '../lib/meetings/meeting.ts';
import { removeMeeting } from '../lib/store/bookings.ts';
import { forgetLinksBefore } from '../lib/store/changes.ts';
import { countEndedBefore, purgeEndedBefore, purgeMailsBefore } from '../lib/store/maintenance.ts';
import { attendeesOf, meetingById, meetingByRoom } from '../lib/store/meetings.ts';
import { outboxOf } from '../lib/store/outbox.ts';
import { dropNews } from '../lib/store/outbox_changes.ts';
import { placesOf } from '../lib/store/series.ts';
import { type ListedMeeting, meetingsFrom } from '../lib/store/statistics.ts';
import { dateAndTime } from '../lib/text/dates.ts';
import type { CommandContext } from './environment.ts';

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

function line(meeting: ListedMeeting, now: number): string {
  const state = meeting.end <= now ? 'over' : meeting.begin <= now ? 'running' : 'planned';
  return [
    dateAndTime(meeting.begin),
    `${String(Math.round(meeting.duration / 60)).padStart(4)} min`,
    state.padEnd(7),
    `${String(meeting.attendees).padStart(3)} people`,
    meeting.id.padEnd(19),
    meeting.room,
    meeting.owner,
    meeting.subject,
  ].join('  ');
}

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
    const series = placesOf(store, [meeting.id]).get(meeting.id);
    const told = [meeting.id, ...(series === undefined ? [] : [series.seriesId])];
    const mails = told.flatMap((one) => outboxOf(store, one)).map(({ content: _, ...mail }) => mail);
    if (options.json) {
      process.stdout.write(
        `${JSON.stringify({ ...meeting, ...(series && { series }), attendees: people, mails }, null, 2)}\n`,
      );
      return 0;
    }
    const lines = [
      `subject   ${meeting.subject}`,
      `id        ${meeting.id}`,
      `room      ${context.settings.JMB_URL}/${meeting.room}`,
      `begin     ${dateAndTime(meeting.begin)}`,
      `end       ${dateAndTime(meeting.end)}`,
      `booked    ${dateAndTime(meeting.created)}, changed ${dateAndTime(meeting.modified)}`,
      ...(series ? [`series    ${series.seriesId}, date ${series.number + 1}${series.apart ? ', apart' : ''}`] : []),
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

/** Deletes it with its people and reminders; its room closes, and what was still to be told of it is not. Nobody is told. */
export function remove(id: string): (context: CommandContext) => Promise<number> {
  return async (context) => {
    const { store, clock, log } = context;
    const meeting = store.transaction(() => {
      const found = meetingById(store, id);
      if (found === undefined) return undefined;
      removeMeeting(store, id, clock.now());
      orderClosing(context, found);
      dropNews(store, id, clock.now());
      return found;
    });
    if (meeting === undefined) {
      process.stderr.write(`jmb: no meeting has the id ${id}; jmb list --all shows them\n`);
      return 1;
    }
    log.event('removed', { id, room: meeting.room, begin: meeting.begin, by: 'jmb' });
    await tellRoom(context, meeting.room);
    process.stdout.write(`removed: ${meeting.id} ${meeting.subject}\n`);
    return 0;
  };
}

/** How many meetings one transaction removes: short enough that people who book meanwhile do not notice. */
const BATCH = 500;
const DAY = 86_400;

/** Removes in batches; those who book meanwhile wait for one batch at most. */
export function purge(options: {
  olderThan: number;
  dryRun?: boolean;
  quiet?: boolean;
}): (context: CommandContext) => Promise<number> {
  return async (context) => {
    const before = context.clock.now() - options.olderThan * DAY;
    const total = countEndedBefore(context.store, before);
    let removed = 0;
    while (!options.dryRun && removed < total) {
      const batch = purgeEndedBefore(context.store, before, BATCH);
      if (batch === 0) break;
      removed += batch;
      if (process.stderr.isTTY && !options.quiet) process.stderr.write(`\r${removed} of ${total} meetings`);
    }
    if (!options.dryRun) forgetLinksBefore(context.store, before);
    while (!options.dryRun && purgeMailsBefore(context.store, before, BATCH) > 0);
    if (process.stderr.isTTY && !options.quiet) process.stderr.write('\r\x1b[K');
    if (removed > 0) context.log.event('purged', { meetings: removed, 'older-than-days': options.olderThan });
    if (!options.quiet) {
      process.stdout.write(options.dryRun ? `${total} meetings would be removed\n` : `${removed} meetings removed\n`);
    }
    return 0;
  };
}

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
    for (const room of known) process.stdout.write(`${roomLine(room, context.clock.now())}\n`);
    if (known.length === 0) process.stdout.write('no room is open\n');
    return 0;
  };
}

function roomLine(room: OpenRoom & { readonly meeting: Meeting | null }, now: number): string {
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
