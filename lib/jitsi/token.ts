/** The token that opens a room (a JWT, RFC 7519), as Jitsi's Prosody checks it, and the room's address. */
import { join } from 'node:path';
import { type Settings, SettingsError } from '../settings.ts';
import { roomName, roomSegment } from './room_name.ts';

/** Whom a token is for, and for how long. */
export interface TokenClaims {
  /** The room's name, one that a room can stand for (room_name.ts). */
  readonly room: string;
  /** When the meeting ends, in Unix seconds; null for a private room, which has no end. */
  readonly end: number | null;
  /** The account's name, or the address of an outside moderator. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** The settings that a token needs. */
export type TokenSettings = Pick<
  Settings,
  'JMB_JWT_ISS' | 'JMB_JWT_SECRET' | 'JMB_JWT_AUD' | 'JMB_JWT_TTL' | 'JMB_JWT_FEATURES' | 'JMB_SERVER_NAME' | 'etc'
>;

/** Clocks differ: a token is good a little before now, in seconds. */
const BEFORE = 10;
/** How long after the end of a meeting someone may still reconnect, in seconds. */
const AFTER_END = 5 * 60;
/** The least that a token lives, in seconds. */
const LEAST = 15 * 60;
/** Tokens stand in addresses, whose length servers bound; no name that people have is longer. */
const NAME_LENGTH = 100;

/**
 * Makes a token for a moderator; guests never get one.
 * @param now Unix seconds
 * @returns the compact serialisation (RFC 7515 section 7.1), signed by HS256
 * @throws SettingsError when issuer or secret are not set: a token signed by an empty key would be worth nothing
 */
export async function makeToken(claims: TokenClaims, settings: TokenSettings, now: number): Promise<string> {
  if (settings.JMB_JWT_SECRET === '') throw missing(settings, 'JMB_JWT_SECRET');
  if (settings.JMB_JWT_ISS === '') throw missing(settings, 'JMB_JWT_ISS');
  const features = featuresOf(settings.JMB_JWT_FEATURES);
  const payload = {
    iss: settings.JMB_JWT_ISS,
    aud: settings.JMB_JWT_AUD,
    sub: settings.JMB_SERVER_NAME.toLowerCase(),
    // Prosody compares it with the name that the browser gave the room.
    room: named(roomName(claims.room), claims.room),
    nbf: now - BEFORE,
    exp: expiry(claims.end, settings.JMB_JWT_TTL, now),
    context: {
      // Prosody's module throws at any field that is not a string.
      user: {
        id: claims.id,
        name: shown(claims.name),
        email: claims.email,
        affiliation: 'owner',
        moderator: 'true',
      },
      ...(features === null ? {} : { features }),
    },
  };
  // Here, since only who gets a token pays for it: 5 ms.
  const { SignJWT } = await import('jose/jwt/sign');
  giveFlagBack();
  const header = { alg: 'HS256', typ: 'JWT' };
  return new SignJWT(payload).setProtectedHeader(header).sign(new TextEncoder().encode(settings.JMB_JWT_SECRET));
}

/** What Node 20 and 22 have of V8's inside. */
interface Inside {
  readonly binding?: (name: 'v8') => { readonly setFlagsFromString?: (flag: string) => void };
  noDeprecation?: boolean | undefined;
}

/**
 * With the flag that some programs are run with (FLAG in lib/start/prepare.ts) V8 compiles anew what Node loads of its own to
 * sign, thirty modules, in 11 ms instead of 4. It is read only as a process starts, so it can be given back. `node:v8` does that,
 * but loads streams first, while all is compiled anew yet, which is most of what is to be saved: a signature costs 7 ms more by it.
 * So Node 20 and 22 are asked by a way that is deprecated in documents alone (DEP0111), and would be in a log only by an option
 * of Node's. Node 24 has no such way, and saves 3 of 50 ms by the other.
 */
function giveFlagBack(): void {
  if (!process.execArgv.includes('--no-rehash-snapshot') || givenBackInside()) return;
  process.getBuiltinModule('node:v8').setFlagsFromString('--rehash-snapshot');
}

function givenBackInside(): boolean {
  const inside: Inside = process;
  const { noDeprecation } = inside;
  inside.noDeprecation = true;
  try {
    const set = inside.binding?.('v8').setFlagsFromString;
    set?.('--rehash-snapshot');
    return set !== undefined;
  } catch {
    return false;
  } finally {
    inside.noDeprecation = noDeprecation;
  }
}

/** When a token ends, in Unix seconds: it cannot be called back, so never later than `ttl` seconds from now. */
function expiry(end: number | null, ttl: number, now: number): number {
  if (end === null) return now + ttl;
  return Math.min(Math.max(end + AFTER_END, now + LEAST), now + Math.max(ttl, LEAST));
}

function named(name: string | undefined, text: string): string {
  if (name === undefined) throw new Error(`no room can stand for ${JSON.stringify(text.slice(0, 100))}`);
  return name;
}

/**
 * The address of a room on Jitsi's host, to follow by a redirect.
 * @param token null for guests
 * @throws Error where no room can stand for the name; callers have looked (room_name.ts)
 */
export function roomAddress(room: string, token: string | null, settings: Pick<Settings, 'JMB_JWT_IN'>): string {
  const path = `/${named(roomSegment(room), room)}`;
  if (token === null) return path;
  // Jitsi reads each value of the fragment as JSON: a string stands in quotes, which an address holds as %22.
  return settings.JMB_JWT_IN === 'fragment' ? `${path}#jwt=%22${token}%22` : `${path}?jwt=${token}`;
}

/**
 * What Jitsi allows a moderator whose token names no feature (mod_jitsi_permissions, jitsi_default_permissions). With a
 * token that names any, it denies what is not named.
 */
const JITSI_DEFAULTS = [
  'livestreaming',
  'recording',
  'transcription',
  'outbound-call',
  'create-polls',
  'send-groupchat',
  'send-private-message',
  'flip',
  'live-translation',
  'live-translation-subscribe',
];

/** `livestreaming=false` as Jitsi reads it: its defaults, each as a string, and then what is named. */
function featuresOf(words: readonly string[]): Record<string, string> | null {
  if (words.length === 0) return null;
  const features = Object.fromEntries(JITSI_DEFAULTS.map((name) => [name, 'true']));
  for (const word of words) {
    const [name = '', value = 'true'] = word.split('=', 2);
    features[name] = value;
  }
  return features;
}

/** A name as the other participants see it: on one line, and not endless. */
function shown(name: string): string {
  const line = name.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  return line.length > NAME_LENGTH ? [...line].slice(0, NAME_LENGTH).join('') : line;
}

function missing(settings: TokenSettings, name: string): SettingsError {
  return new SettingsError(join(settings.etc, 'jmb_jwt.cf'), 0, `${name} is not set, so no token can be signed`);
}
