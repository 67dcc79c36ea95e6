/** What the fuzzed messages are about: meetings and people in a database of its own, and all that may be told of their answers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventUid } from '../../lib/calendar/event.ts';
import type { Context } from '../../lib/context.ts';
import { replyAddressOf } from '../../lib/mail/reply_address.ts';
import type { Attendee } from '../../lib/meetings/meeting.ts';
import { readSettings } from '../../lib/settings.ts';
import { type Said, saidOf } from '../../lib/store/answers.ts';
import { insertMeeting, type Saved, updateMeeting } from '../../lib/store/bookings.ts';
import { attendeesOf } from '../../lib/store/meetings.ts';
import { openStore } from '../../lib/store/store.ts';
import { texts } from '../../lib/text/catalogue.ts';
import { processZone } from '../../lib/text/zones.ts';
import type { ReadInvitation } from '../support/invitation.ts';

/** The first second of the fuzzed world: Unix seconds, in November 2026. */
const BEGINNING = 1_795_446_000;

/** Seconds from one message to the next, so that what is counted by the hour or the day does not pile up. */
const BETWEEN = 60;

/** Somebody who may answer. */
export interface Person {
  readonly invitation: ReadInvitation;
  readonly hash: string;
}

/** Rows of the database, each with its table. */
export type Rows = ReadonlySet<string>;

/** Ids are above 2^53. */
function plain(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** The world. */
export interface World {
  readonly context: Context;
  readonly people: readonly Person[];
  /** How often each line was logged, by its name and reason. */
  readonly logged: ReadonlyMap<string, number>;
  now(): number;
  /** Time goes by. */
  goOn(): void;
  /** All that is kept of meetings, of people and of what they have answered. */
  rows(): Rows;
  answerOf(person: Person): string;
  /** What somebody said with an answer. */
  saidBy(person: Person): Said | undefined;
  end(): void;
}

/** Makes the world: two meetings that were moved, each with guests and a moderator. */
export function openWorld(): World {
  const folder = mkdtempSync(join(tmpdir(), 'jmb-fuzz-'));
  let now = BEGINNING;
  const settings = {
    ...readSettings(folder, {}),
    JMB_DB: join(folder, 'jmb.db'),
    JMB_SERVER_NAME: 'meet.example.org',
    JMB_MAIL_REPLY: 'visio+{id}@example.org',
  };
  const store = openStore(settings.JMB_DB);
  const clock = { now: () => now, nanoseconds: () => BigInt(now) * 1_000_000_000n };
  const logged = new Map<string, number>();
  const log = {
    event: (name: string, fields: object) => {
      const key = `${name} ${'reason' in fields ? fields.reason : ''}`.trim();
      logged.set(key, (logged.get(key) ?? 0) + 1);
    },
  };
  const booking = (subject: string) => ({
    subject,
    begin: BEGINNING + 90 * 86_400,
    duration: 3600,
    moderators: ['mona@example.net'],
    guests: ['zoe@example.net', 'yann@ailleurs.test', 'o.neil+x@example.com'],
  });
  /** Booked, and moved some times: what was sent before is stale. */
  const booked = (owner: string, subject: string, times: number): Saved => {
    let saved = insertMeeting(store, clock, owner, booking(subject));
    for (let time = 1; time <= times; time += 1) {
      const { id, version, begin } = saved.meeting;
      const update = updateMeeting(store, id, version, { ...booking(subject), begin: begin + 3600 }, now);
      if (update.outcome !== 'saved') throw new Error(`the meeting could not be moved: ${update.outcome}`);
      saved = update;
    }
    return saved;
  };
  const meetings = [booked('alice.martin@example.org', 'Jury', 2), booked('bob.durand@example.org', 'Conseil', 1)];
  const personOf = ({ meeting }: Saved, attendee: Attendee): Person => ({
    hash: attendee.hash,
    invitation: {
      uid: eventUid(meeting, settings.JMB_SERVER_NAME),
      sequence: meeting.sequence,
      begin: meeting.begin,
      end: meeting.end,
      summary: meeting.subject,
      location: `https://meet.example.org/join.cgi?id=${attendee.hash}`,
      organiser: { name: 'Alice', address: replyAddressOf(settings.JMB_MAIL_REPLY, meeting, attendee) },
      attendee: { name: '', address: attendee.email },
      asked: true,
    },
  });
  const guests = ({ attendees }: Saved) => attendees.filter(({ role }) => role !== 'owner');
  const stateOf = (): Attendee[] => meetings.flatMap(({ meeting }) => attendeesOf(store, meeting.id));
  return {
    context: { settings, store, clock, log, directory: null, language: 'fr', texts: texts('fr'), zone: processZone },
    people: meetings.flatMap((saved) => guests(saved).map((attendee) => personOf(saved, attendee))),
    logged,
    now: () => now,
    goOn: () => {
      now += BETWEEN;
    },
    rows: () => {
      const tables = store.all<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND (name IN ('meetings', 'attendees') OR name GLOB '*answer*')",
      );
      const said = (name: string) => (row: object) => `${name} ${JSON.stringify(row, plain)}`;
      return new Set(tables.flatMap(({ name }) => store.all<object>(`SELECT * FROM ${name}`).map(said(name))));
    },
    saidBy: ({ hash }) => meetings.map(({ meeting }) => saidOf(store, meeting.id).get(hash)).find(Boolean),
    answerOf: ({ hash }) => stateOf().find((attendee) => attendee.hash === hash)?.answer ?? 'gone',
    end: () => {
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
