/** `join.cgi?health`: one word about each part, for programs that watch. It tells no figure and no name, asks nobody over the network, and waits for nothing. */
import { existsSync } from 'node:fs';
import type { Context } from '../context.ts';
import type { Request, Response } from '../message.ts';
import { roleBy } from '../role.ts';
import type { Settings } from '../settings.ts';
import { lastRun, type RunName } from '../store/maintenance.ts';
import { isMailStuck } from '../store/statistics.ts';
import { openStore, type Store } from '../store/store.ts';

/** The parts in the order of their lines, and the words that each can have; OPERATING.md has what they mean. */
interface Health {
  readonly settings: 'ok' | 'wrong';
  readonly database: 'ok' | 'missing' | 'broken' | 'unknown';
  readonly cron: 'ok' | 'late' | 'never' | 'unknown';
  readonly outbox: 'ok' | 'late' | 'unknown';
  readonly rooms: 'ok' | 'silent' | 'off' | 'unknown';
}

/** How old cron's last run may be, in seconds; it begins one a minute, and one takes two minutes at most. */
const LATE = 300;

/** How long a mail may wait for a mail server, in seconds. */
const LONGEST_WAIT = 1_800;

/** How long another's lock on the database is waited for, in milliseconds. */
const PATIENCE = 50;

/** Says how it is: 200 where all is well, else 503. Never throws. */
export function health(_request: Request, context: Context): Response {
  // On a host that is not the active one of two nothing else is asked.
  const role = roleBy(context);
  const parts = role === 'active' ? healthOf(context) : { role };
  const isWell = Object.values(parts).every((word) => word === 'ok' || word === 'off');
  return {
    status: isWell ? 200 : 503,
    headers: [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Cache-Control', 'no-store'],
    ],
    body: Object.entries(parts)
      .map(([part, word]) => `${part} ${word}\n`)
      .join(''),
  };
}

const NOTHING_KNOWN: Health = {
  settings: 'wrong',
  database: 'unknown',
  cron: 'unknown',
  outbox: 'unknown',
  rooms: 'unknown',
};

function healthOf(context: Context): Health {
  let known = NOTHING_KNOWN;
  try {
    const { settings } = context;
    known = { ...known, settings: settings.faults.length === 0 ? 'ok' : 'wrong' };
    if (!existsSync(settings.JMB_DB)) return { ...known, database: 'missing' };
    known = { ...known, database: 'broken' };
    // Not the store of the context, which makes what is missing, and waits longer.
    const store = openStore(settings.JMB_DB, { readOnly: true, busyTimeout: PATIENCE });
    try {
      return { ...known, database: 'ok', ...work(store, settings, context.clock.now()) };
    } finally {
      store.close();
    }
  } catch {
    return known;
  }
}

/** What the database tells of the rest. */
function work(store: Store, settings: Settings, now: number): Pick<Health, 'cron' | 'outbox' | 'rooms'> {
  const cron = ranLately(store, 'remind', now);
  const outbox = isMailStuck(store, now - LONGEST_WAIT, now) ? 'late' : 'ok';
  return { cron, outbox, rooms: roomsOf(store, settings, cron === 'ok', now) };
}

function ranLately(store: Store, name: RunName, now: number): 'ok' | 'late' | 'never' {
  const last = lastRun(store, name);
  if (last === undefined) return 'never';
  return Math.abs(now - (last.doubted ?? last.at)) <= LATE ? 'ok' : 'late';
}

/** Cron asks the module once a minute; where it does not run nobody knows. */
function roomsOf(store: Store, settings: Settings, isAsked: boolean, now: number): Health['rooms'] {
  if (settings.JMB_PROSODY_SECRET_FILE === '' || settings.JMB_PROSODY_URL === '') return 'off';
  if (!isAsked) return 'unknown';
  return ranLately(store, 'rooms', now) === 'ok' ? 'ok' : 'silent';
}
