/** What the test does to JMB: books, moves and deletes meetings, and remembers what it was told. */
import Database from 'better-sqlite3';
import type { Chance } from './chance.ts';
import { type CgiRequest, runCgi } from './processes.ts';

/** One meeting of the test, by its unique subject. */
export interface Booked {
  readonly subject: string;
  readonly recipients: readonly string[];
  /** The browser was told that it is booked. */
  confirmed: boolean;
  /** A deletion was asked for, whatever came of it. */
  deletionTried: boolean;
  /** The browser was told that it is deleted. */
  deletionConfirmed: boolean;
  id: string | null;
}

/** The owner of every meeting of the test. */
export const ALICE = {
  REMOTE_USER: 'alice',
  AUTHENTICATE_MAIL: 'alice.martin@example.org',
  AUTHENTICATE_CN: 'Alice Martin',
};

/** A running test: the tree, its environment, and what happened so far. */
export interface Story {
  readonly dist: string;
  readonly environment: Record<string, string>;
  readonly database: string;
  readonly chance: Chance;
  readonly booked: Booked[];
  /** The secret that the forms carry. */
  token: string;
  kills: number;
}

/** Asks for the form once, and keeps its token. */
export async function openForm(story: Story): Promise<void> {
  const page = await ask(story, { program: 'booking', query: 'new', identity: ALICE }, null);
  const token = /name="conf_token" value="([^"]+)"/.exec(page.output)?.[1];
  if (!token) throw new Error(`no form: ${page.code} ${page.errors}\n${page.output}`);
  story.token = token;
}

/** Books one meeting for a few people, one of whom may have no mailbox. */
export async function book(story: Story, killAfter: number | null): Promise<void> {
  const number = story.booked.length + 1;
  const guests = [`guest${number}@ailleurs.test`, 'bob.durand@example.org'];
  if (story.chance.happens(0.15)) guests.push(`unknown${number}@ailleurs.test`);
  const moderators = story.chance.happens(0.5) ? [`moderator${number}@partenaire.test`] : [];
  const meeting: Booked = {
    subject: `Crash ${number}`,
    recipients: ['alice.martin@example.org', ...moderators, ...guests],
    confirmed: false,
    deletionTried: false,
    deletionConfirmed: false,
    id: null,
  };
  story.booked.push(meeting);
  const answer = await ask(
    story,
    {
      program: 'booking',
      query: 'register_new',
      identity: ALICE,
      form: fields(story, meeting.subject, guests, moderators),
    },
    killAfter,
  );
  meeting.confirmed = answer.code === 303;
  refuseUnexpected(answer, [303, 0]);
}

/** Moves a meeting that was confirmed to another day. */
export async function move(story: Story, killAfter: number | null): Promise<void> {
  const meeting = story.chance.one(known(story));
  if (!meeting) return;
  const row = rowOf(story, meeting.subject);
  if (!row) return;
  const page = await ask(story, { program: 'booking', query: `edit&id=${row.id}`, identity: ALICE }, null);
  const version = /name="conf_version" value="([^"]*)"/.exec(page.output)?.[1] ?? '';
  const moderators = meeting.recipients.filter((address) => address.startsWith('moderator'));
  const guests = meeting.recipients.filter(
    (address) => !address.startsWith('moderator') && !address.startsWith('alice'),
  );
  const answer = await ask(
    story,
    {
      program: 'booking',
      query: 'register_edit',
      identity: ALICE,
      form: {
        ...fields(story, meeting.subject, guests, moderators),
        conf_tsn: row.id,
        conf_version: version,
      },
    },
    killAfter,
  );
  // Somebody else may have moved or deleted it meanwhile.
  refuseUnexpected(answer, [303, 404, 409, 0]);
}

/** Deletes a meeting that was confirmed. */
export async function remove(story: Story, killAfter: number | null): Promise<void> {
  const meeting = story.chance.one(known(story));
  if (!meeting) return;
  const row = rowOf(story, meeting.subject);
  if (!row) return;
  meeting.id = row.id;
  meeting.deletionTried = true;
  const answer = await ask(
    story,
    {
      program: 'booking',
      query: `del&id=${row.id}`,
      identity: ALICE,
      form: { conf_tsn: row.id, conf_token: story.token },
    },
    killAfter,
  );
  meeting.deletionConfirmed = answer.code === 303;
  refuseUnexpected(answer, [303, 0]);
}

/** The meeting's id and begin as the database has them, or null. */
export function rowOf(story: Story, subject: string): { id: string; begin: number } | null {
  const database = new Database(story.database, { readonly: true });
  try {
    const row = database
      .prepare<[string], { id: string; begin: number }>(
        'SELECT CAST(meeting_id AS TEXT) AS id, meeting_begin AS begin FROM meetings WHERE meeting_object = ?',
      )
      .get(subject);
    return row ?? null;
  } finally {
    database.close();
  }
}

function known(story: Story): Booked[] {
  return story.booked.filter((meeting) => meeting.confirmed && !meeting.deletionTried);
}

function fields(story: Story, subject: string, guests: string[], moderators: string[]): Record<string, string> {
  // Far enough away that no reminder falls due while the clock of the retries runs ahead.
  const day = new Date(Date.now() + (60 + Math.floor(story.chance.between(0, 200))) * 86_400_000);
  return {
    conf_date: day.toISOString().slice(0, 10),
    conf_time: '10:00',
    conf_duration: '60',
    conf_object: subject,
    conf_moderators: moderators.join('\n'),
    conf_guests: guests.join('\n'),
    conf_token: story.token,
  };
}

async function ask(story: Story, request: CgiRequest, killAfter: number | null) {
  const answer = await runCgi(story.dist, story.environment, request, killAfter);
  if (answer.killed) story.kills += 1;
  return answer;
}

function refuseUnexpected(answer: { code: number; killed: boolean; output: string; errors: string }, codes: number[]) {
  if (codes.includes(answer.code) && (answer.code !== 0 || answer.killed)) return;
  throw new Error(`answered ${answer.code}: ${answer.errors}\n${answer.output.slice(0, 2000)}`);
}
