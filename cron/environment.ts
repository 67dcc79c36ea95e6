/** What a command works with: the same parts that a request gets, with a clock that `--now` can set. */
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Clock, fixedClock, systemClock } from '../lib/clock.ts';
import { type Context, Environment } from '../lib/context.ts';
import { roleOf } from '../lib/role.ts';
import { useZone } from '../lib/text/zones.ts';

/** A command's context. */
export interface CommandContext extends Context {
  /** The installed tree. */
  readonly root: string;
}

/** The tree that this executable stands in (`bin/jmb` below the root). */
export function rootOfCommand(): string {
  return dirname(dirname(realpathSync(process.argv[1] ?? '.')));
}

/**
 * Opens the environment of a command.
 * @param now what the command takes for the present, as `parseTime` reads it; undefined: the system's
 * @throws SettingsError when a settings file cannot be read
 * @throws Error when the time is none
 */
export function openEnvironment(now?: string): CommandContext {
  const root = rootOfCommand();
  const around = new Environment(root, 'jmb', process.env);
  const inner = around.contextIn('fr');
  const clock: Clock = now === undefined ? systemClock : fixedClock(timeIn(inner.settings.JMB_ICAL_TZID, now));
  return {
    root,
    clock,
    language: inner.language,
    texts: inner.texts,
    get settings() {
      return inner.settings;
    },
    get zone() {
      return inner.zone;
    },
    get log() {
      return inner.log;
    },
    get store() {
      return inner.store;
    },
    get directory() {
      return around.directory;
    },
  };
}

/** A subcommand's work: the exit status. */
export type Work = (context: CommandContext) => Promise<number> | number;

/** The same work, refused where another host is the active one: what is written here would be lost. */
export function onlyActive(work: Work): Work {
  return (context) => {
    const role = roleOf(context.settings.JMB_DB);
    if (role === 'active') return work(context);
    process.stderr.write(`jmb: this host is ${role}, so nothing is changed here: ask the other one, or jmb promote\n`);
    return 1;
  };
}

/** A time on the wall clock of a zone, where it names none itself. */
function timeIn(zone: string, text: string): number {
  useZone(zone);
  return parseTime(text);
}

/** Reads `--now`: Unix seconds, or a date and time as ISO 8601 writes it. */
export function parseTime(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.floor(Date.parse(text) / 1000);
  if (!Number.isFinite(seconds)) throw new Error(`${text}: neither Unix seconds nor a date such as 2026-12-03T14:30`);
  return seconds;
}
