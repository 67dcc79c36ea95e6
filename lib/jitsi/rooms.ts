/** What is asked of Jitsi and told to it, over HTTP on loopback: our module in Prosody (mod_jmb) about rooms, the bridge about its load. */
import { readFileSync } from 'node:fs';
import { get, request } from 'node:http';
import { messageOf, whyOf } from '../failure.ts';
import type { Settings } from '../settings.ts';
import { straightLine } from '../text/plain_text.ts';

/** A room that is open. */
export interface OpenRoom {
  /** Its name as Jitsi has it: the node of its address. */
  readonly room: string;
  /** People in the room itself, without focus and recorders. */
  readonly participants: number;
  /** People in its breakout rooms. */
  readonly breakout: number;
  /** People in its lobby. */
  readonly waiting: number;
  /** Unix seconds. */
  readonly since: number;
}

/** Who is in a room and its breakout rooms. */
export interface RoomPeople {
  /** The names that people show each other: anybody's words. */
  readonly names: readonly string[];
  /** How many more there are. */
  readonly unnamed: number;
  /** People in its lobby. */
  readonly waiting: number;
}

/** What the module does. Each throws Error when Prosody does not answer in time or refuses. */
export interface RoomService {
  /** The digests (SHA-256, hex) of the module's file as loaded on the host and on the component of rooms; null: not loaded there. */
  version(): Promise<{ host: string; rooms: string | null }>;
  /** Says a line to everyone in a room; a room in which nobody is, is not opened for it. */
  say(room: string, text: string): Promise<'said' | 'empty'>;
  rooms(): Promise<OpenRoom[]>;
  /** Who is in a room; nobody where it is not open. */
  people(room: string): Promise<RoomPeople>;
  /** Says `message` to all, ends the room with `reason`, and keeps it closed until `until` (Unix seconds). */
  close(room: string, how: { message: string; reason: string; until: number }): Promise<'closed' | 'empty'>;
  /** Lifts a closing. */
  open(room: string): Promise<void>;
  /** Ends the ownership of those whose tokens have these ids (context.user.id) in this room, until then (Unix seconds). */
  revoke(room: string, ids: readonly string[], until: number): Promise<void>;
  /** Gives it back. */
  restore(room: string, ids: readonly string[]): Promise<void>;
}

/** Where the module is. */
export type RoomSettings = Pick<Settings, 'JMB_PROSODY_URL' | 'JMB_PROSODY_SECRET_FILE' | 'JMB_PROSODY_HOST'>;

/** How long Prosody may take, in milliseconds. */
const PATIENCE = 5_000;

/** The longest answer that is read, in bytes: some thousand rooms. */
const LONGEST = 1 << 20;

/**
 * The module of these settings; undefined where none is set up.
 * @throws Error when the file of the secret cannot be read
 */
export function roomService(settings: RoomSettings): RoomService | undefined {
  if (settings.JMB_PROSODY_SECRET_FILE === '' || settings.JMB_PROSODY_URL === '') return undefined;
  const secret = readFileSync(settings.JMB_PROSODY_SECRET_FILE, 'utf8').trim();
  const ask = (verb: string, question: object): Promise<Answer> => post(settings, secret, verb, question);
  return {
    version: async () => {
      const { version, rooms } = await ask('version', {});
      return { host: String(version), rooms: typeof rooms === 'string' ? rooms : null };
    },
    say: async (room, text) => ((await ask('say', { room, text })).found === true ? 'said' : 'empty'),
    rooms: async () => roomsOf((await ask('rooms', {})).rooms),
    people: async (room) => peopleOf(await ask('people', { room })),
    close: async (room, how) => ((await ask('close', { room, ...how })).found === true ? 'closed' : 'empty'),
    open: async (room) => void (await ask('open', { room })),
    revoke: async (room, ids, until) => void (await ask('revoke', { room, ids, until })),
    restore: async (room, ids) => void (await ask('restore', { room, ids })),
  };
}

/** An answer of the module. */
type Answer = Readonly<Record<string, unknown>>;

/** By node:http, since `fetch` sends no Host of ours, and Prosody finds the virtual host by it. */
function post(settings: RoomSettings, secret: string, verb: string, question: object): Promise<Answer> {
  const address = `${settings.JMB_PROSODY_URL.replace(/\/+$/, '')}/${verb}`;
  const body = Buffer.from(JSON.stringify(question));
  const headers = {
    Host: settings.JMB_PROSODY_HOST,
    Authorization: `Bearer ${secret}`,
    'Content-Type': 'application/json',
    'Content-Length': body.length,
  };
  return new Promise((resolve, reject) => {
    const fail = (detail: string): void => reject(new Error(`${address}: ${detail}`));
    const asked = request(address, { method: 'POST', headers, timeout: PATIENCE }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > LONGEST) asked.destroy(new Error('the answer is too long'));
      });
      response.on('end', () => {
        if (response.statusCode !== 200) return fail(`status ${response.statusCode}`);
        const answer = objectOf(text);
        return answer === null ? fail('no JSON object') : resolve(answer);
      });
      response.on('error', (error) => fail(whyOf(error)));
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${PATIENCE} ms`)));
    asked.on('error', (error) => fail(whyOf(error)));
    asked.end(body);
  });
}

function objectOf(text: string): Answer | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : null;
  } catch {
    return null;
  }
}

function countOf(answer: Answer, name: string): number {
  const value = answer[name];
  return typeof value === 'number' ? value : 0;
}

/** How many names are taken from an answer, and how much of each, in characters. */
const MOST_NAMES = 500;
const LONGEST_NAME = 100;

function peopleOf(answer: Answer): RoomPeople {
  const list: readonly unknown[] = Array.isArray(answer['names']) ? answer['names'] : [];
  const names = list.flatMap((name) => (typeof name === 'string' ? [straightLine(name.slice(0, LONGEST_NAME))] : []));
  const shown = names.filter((name) => name !== '').slice(0, MOST_NAMES);
  const unnamed = countOf(answer, 'unnamed') + list.length - shown.length;
  return { names: shown, unnamed, waiting: countOf(answer, 'waiting') };
}

/** The rooms of an answer, each field a number where it is one; Lua has an empty list as an empty object. */
function roomsOf(list: unknown): OpenRoom[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null) return [];
    const row: Answer = { ...one };
    return [
      {
        room: String(row['room']),
        participants: countOf(row, 'participants'),
        breakout: countOf(row, 'breakout'),
        waiting: countOf(row, 'waiting'),
        since: countOf(row, 'since'),
      },
    ];
  });
}

/**
 * JVB's figures by name: conferences, participants, network (`/colibri/stats` of Jitsi Videobridge).
 * @param url such as `http://127.0.0.1:8080/colibri/stats`
 * @param timeout milliseconds
 * @throws Error when the bridge does not answer 200 with a JSON object in time
 */
export function bridgeStatistics(url: string, timeout = 5000): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve, reject) => {
    const request = get(url, { timeout }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        if (response.statusCode !== 200) return reject(new Error(`${url}: status ${response.statusCode}`));
        try {
          const parsed: unknown = JSON.parse(text);
          if (typeof parsed !== 'object' || parsed === null) throw new Error('no object');
          resolve({ ...parsed });
        } catch (error) {
          reject(new Error(`${url}: no statistics: ${messageOf(error)}`));
        }
      });
    });
    request.on('timeout', () => request.destroy(new Error(`${url}: no answer within ${timeout} ms`)));
    request.on('error', reject);
  });
}
