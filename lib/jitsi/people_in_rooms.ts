/**
 * How many people are in each open room, for pages: asked of Prosody once in some seconds, whoever asks, and never waited
 * for long. The last answer is in a file beside the database, since most requests are processes of their own, and a page
 * that is only read must not wait for the database's lock.
 */
import { readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { within } from '../clock.ts';
import type { Context } from '../context.ts';
import { messageOf } from '../failure.ts';
import { ownNewFile } from '../new_file.ts';
import { roomService } from './rooms.ts';

/** How long a page waits for Prosody, in milliseconds. */
const PATIENCE = 300;

/** How old an answer may be, in seconds, before Prosody is asked again; it is asked no more often than this when it does not answer. */
const FRESH = 5;

/** From this age on an answer says nothing any more, in seconds. */
const STALE = 60;

/** People by room; null when it is not known. */
export type PeopleByRoom = ReadonlyMap<string, number> | null;

type Environment = Pick<Context, 'settings' | 'clock' | 'log'>;

/** The people in each open room, breakout rooms included. Never throws; null when Prosody is not set up or does not tell. */
export async function peopleInRooms(context: Environment): Promise<PeopleByRoom> {
  const file = `${context.settings.JMB_DB}-rooms`;
  const now = context.clock.now();
  try {
    const service = roomService(context.settings);
    if (service === undefined) return null;
    const asked = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (asked !== undefined && Math.abs(now - asked / 1000) < FRESH) return kept(file, now);
    // Whoever comes while Prosody is being asked takes the answer before; who comes when it has failed does not ask at once.
    if (asked === undefined) make(file, '');
    utimesSync(file, now, now);
    const rooms = await within(PATIENCE, service.rooms());
    const people = rooms.map(({ room, participants, breakout }) => [room, participants + breakout] as const);
    keep(file, now, JSON.stringify({ at: now, people }));
    return new Map(people);
  } catch (error) {
    context.log.event('rooms-unknown', { reason: messageOf(error) });
    return kept(file, now);
  }
}

/** Root may be the first to ask, and the web server keeps the answers. */
function make(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o640 });
  ownNewFile(file, dirname(file));
}

function keep(file: string, now: number, text: string): void {
  const part = `${file}.${process.pid}`;
  make(part, text);
  utimesSync(part, now, now);
  renameSync(part, file);
}

/** The answer before, if it still says something. */
function kept(file: string, now: number): PeopleByRoom {
  try {
    const { at, people } = JSON.parse(readFileSync(file, 'utf8')) as { at: number; people: [string, number][] };
    return Math.abs(now - at) < STALE ? new Map(people) : null;
  } catch {
    return null;
  }
}
