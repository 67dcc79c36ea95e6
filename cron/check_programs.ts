/**
 * What `jmb check` asks about what runs the programs: whether Node is there and their code compiled, and whether cron runs `jmb
 * remind`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, whyOf } from '../lib/failure.ts';
import { addonFault, type State } from '../lib/start/parts.ts';
import type { Answer } from './check.ts';

/** Asks the very Node, with the flags, that a program names in its first line. */
export function node(root: string): Answer {
  const first = /^#!(.*)\n/.exec(readFileSync(join(root, 'cgi-bin/join.cgi'), 'utf8'))?.[1] ?? '';
  const [command = '', ...flags] = first.trim().split(/\s+/);
  const mend = `${process.execPath} ${join(root, 'lib/prepare.js')}`;
  if (command.startsWith('/') && !existsSync(command)) {
    return { verdict: 'wrong', detail: `the programs run by ${command}: no such file; as root: ${mend}` };
  }
  const asked = spawnSync(command, [...flags, join(root, 'lib/prepare.js'), 'state'], { encoding: 'utf8' });
  if (asked.status !== 0) {
    const why = (asked.error?.message ?? asked.stderr).trim().split('\n')[0];
    return { verdict: 'wrong', detail: `${first} does not run the programs (${why}); as root: ${mend}` };
  }
  const { addon, compiled, node: name } = JSON.parse(asked.stdout) as State;
  // The command itself may run by another Node.
  const fault = addon ?? addonFault();
  if (fault !== null) return { verdict: 'wrong', detail: fault };
  if (!compiled) {
    return {
      verdict: 'warning',
      detail: `${name}: pages are slow, their code is not compiled for it; as root: ${mend}`,
    };
  }
  return { verdict: 'ok', detail: name };
}

/** cron's file, as install.sh writes it. */
export const CRON_FILE = '/etc/cron.d/jitsi-jmb';

/** A file as it lies there; what could not be read, and why. */
export type FoundFile =
  | { readonly text: string; readonly uid: number; readonly mode: number }
  | { readonly missing: true }
  | { readonly unreadable: string };

/** What is to be the case. */
export interface Wanted {
  /** The command, `/opt/jitsi-jmb/bin/jmb`. */
  readonly command: string;
  /** The name of the account that has the database. */
  readonly user: string;
}

/** When it ran; Unix seconds, undefined: never. */
export interface Runs {
  readonly last: number | undefined;
  readonly now: number;
  /** Whether this may be the node that does not send. */
  readonly mayRest: boolean;
}

/** How old the last run may be, in seconds: one that sends to many people takes a minute, and cron leaves the next to it. */
const LATEST = 180;

/** Reads a file. */
export function foundFile(path: string): FoundFile {
  try {
    const { uid, mode } = statSync(path);
    return { text: readFileSync(path, 'utf8'), uid, mode };
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? { missing: true } : { unreadable: whyOf(error) };
  }
}

/** The verdict about both. What runs in another way runs all the same. */
export function cronRuns(file: FoundFile, wanted: Wanted, runs: Runs): Answer {
  const fault = faultOf(file, wanted);
  const { fresh, told } = lastRunOf(runs);
  if (fault === null && fresh) return { verdict: 'ok', detail: `${CRON_FILE}, as ${wanted.user}; ${told}` };
  if (fault !== null && fresh) return { verdict: 'warning', detail: `${fault}; but ${told}` };
  if (fault !== null) return { verdict: 'unreadable' in file ? 'unknown' : 'wrong', detail: `${fault}; ${told}` };
  if (runs.mayRest)
    return { verdict: 'warning', detail: `${told}: is this the node that JMB_ACTIVE_COMMAND lets rest?` };
  return { verdict: 'wrong', detail: `${told}: systemctl status cron; journalctl -u cron` };
}

function lastRunOf({ last, now }: Runs): { fresh: boolean; told: string } {
  if (last === undefined) return { fresh: false, told: 'jmb remind has never run' };
  const age = Math.max(0, now - last);
  const fresh = age <= LATEST;
  return { fresh, told: `jmb remind ran ${fresh ? `${age} s` : `${Math.round(age / 60)} min`} ago` };
}

/** Five fields of time, the account, the command (crontab(5)). */
const LINE = /^\s*((?:\S+\s+){5})(\S+)\s+(.*)$/;

/** Why cron would not run it each minute as it should; null: it would. What cron(8) asks of files in cron.d, and what we do. */
function faultOf(file: FoundFile, { command, user }: Wanted): string | null {
  if ('missing' in file) return `${CRON_FILE} is not there (install.sh writes it)`;
  if ('unreadable' in file) return file.unreadable;
  if (file.uid !== 0) return `cron does not take ${CRON_FILE}: it is not root's (chown root)`;
  if ((file.mode & 0o022) !== 0) return `cron does not take ${CRON_FILE}: others may write it (chmod 644)`;
  if (!file.text.endsWith('\n')) return `cron does not take ${CRON_FILE}: its last line has no end`;
  const lines = file.text.split('\n').filter((line) => !/^\s*(#|\w+\s*=)/.test(line));
  const found = lines.map((line) => LINE.exec(line)).find((parts) => /\/jmb\s+remind\b/.test(parts?.[3] ?? ''));
  if (found === undefined || found === null) return `no line of ${CRON_FILE} runs jmb remind`;
  const [, times = '', account, words = ''] = found;
  const run = /(\S+\/jmb)\s+remind\b/.exec(words)?.[1] ?? '';
  if (real(run) !== real(command)) return `${CRON_FILE} runs ${run}, not ${command}`;
  if (account !== user) return `${CRON_FILE} runs it as ${account}, but the database is ${user}'s`;
  if (times.trim().split(/\s+/).join(' ') !== '* * * * *') return `${CRON_FILE} does not run it each minute`;
  return null;
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/**
 * What is kept, and how long.
 * @param days JMB_KEEP_DAYS
 * @param shown JMB_SHOW_ARCHIVES
 * @param last when everything was last forgotten, or put off for a day; Unix seconds, undefined: never
 */
export function keptFor(days: number, shown: number, last: number | undefined): Answer {
  if (days === 0)
    return { verdict: 'ok', detail: 'meetings and people are kept for ever; JMB_KEEP_DAYS has cron forget them' };
  const kept = `meetings, and accounts that nobody uses, are forgotten after ${days} days`;
  if (days < shown)
    return { verdict: 'warning', detail: `${kept}, but JMB_SHOW_ARCHIVES has the list show ${shown} days` };
  const done = last === undefined ? 'never yet' : `last on ${new Date(last * 1000).toISOString().slice(0, 10)}`;
  return { verdict: 'ok', detail: `${kept}; ${done}` };
}
