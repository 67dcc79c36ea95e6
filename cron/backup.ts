/**
 * `jmb backup FILE` and `jmb restore FILE`: a consistent copy of the database, made while it is used, and the way back to it, once no
 * program of this machine has it open.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { takeLock } from '../lib/store/database.ts';
import { backUp, noteBackup } from '../lib/store/maintenance.ts';
import { lieReady, type Ready } from '../lib/store/restore.ts';
import { clockTime, isoDate } from '../lib/text/dates.ts';
import type { CommandContext } from './environment.ts';

/** Copies; refuses to overwrite. */
export function backup(file: string): (context: CommandContext) => Promise<number> {
  return async (context) => {
    if (existsSync(file)) {
      process.stderr.write(`jmb: ${file} exists; give a new name\n`);
      return 1;
    }
    const folder = dirname(resolve(file));
    if (!existsSync(folder)) {
      process.stderr.write(`jmb: there is no folder ${folder}\n`);
      return 1;
    }
    const terminal = process.stderr.isTTY;
    await backUp(context.store, file, (done, total) => {
      if (terminal) process.stderr.write(`\r${done} of ${total} pages`);
    });
    if (terminal) process.stderr.write('\r\x1b[K');
    noteBackup(context.store, resolve(file), context.clock.now());
    noteBackup(context.store, resolve(file), context.clock.now());
    context.log.event('backup', { file });
    process.stdout.write(`${file}: copied and whole\n`);
    return 0;
  };
}

/** How long a program that is about to end may take for it, in milliseconds: a request that was just answered takes its process down. */
const PATIENCE = 3_000;

/** Restores, unless the copy is not whole or somebody has the database open: then everything is as it was. */
export function restore(file: string): (context: CommandContext) => number {
  return (context) => {
    const database = existsSync(context.settings.JMB_DB)
      ? realpathSync(context.settings.JMB_DB)
      : context.settings.JMB_DB;
    const refuse = (why: string): number => {
      process.stderr.write(`jmb: ${why}; nothing was changed\n`);
      return 1;
    };
    if (!existsSync(file) || !statSync(file).isFile()) return refuse(`there is no file ${file}`);
    if (isSame(file, database)) return refuse(`${file} is the database itself`);
    const holders = holdersAfterAMoment(database);
    if (holders.length > 0) return refuse(inUse(database, holders));
    // As cron's run has it: two restores, or one and a run, do not come between each other.
    const release = takeLock(`${database}-remind`);
    if (release === null) return refuse('jmb remind is at work: stop cron (systemctl stop cron), and wait a minute');
    try {
      const ready = lieReady(file, database);
      return 'fault' in ready ? refuse(`${file}: ${ready.fault}`) : settle(context, { file, database, ready }, refuse);
    } finally {
      release();
    }
  };
}

function settle(
  { clock, zone, log }: CommandContext,
  { file, database, ready }: { readonly file: string; readonly database: string; readonly ready: Ready },
  refuse: (why: string) => number,
): number {
  try {
    const aside = freeName(
      `${database}.before-${isoDate(zone, clock.now())}-${clockTime(zone, clock.now()).replace(':', '')}`,
    );
    const done = ready.takePlace(aside);
    if (done === 'in use') return refuse(inUse(database, holdersOf(database, true)));
    log.event('restored', { file, aside: done === 'kept' ? aside : undefined });
    process.stdout.write(`${database} is ${file} now${done === 'kept' ? `; what was there is ${aside}` : ''}\n`);
    return 0;
  } finally {
    ready.drop();
  }
}

function isSame(file: string, database: string): boolean {
  if (!existsSync(database)) return false;
  const [one, other] = [statSync(file), statSync(database)];
  return one.dev === other.dev && one.ino === other.ino;
}

/** A name that no file has yet: this one, or with a number. */
export function freeName(wanted: string): string {
  let name = wanted;
  for (let more = 2; existsSync(name); more += 1) name = `${wanted}-${more}`;
  return name;
}

/** Who still has a database open once those have ended that were about to. */
export function holdersAfterAMoment(database: string): Holder[] {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (const until = performance.now() + PATIENCE; ; Atomics.wait(pause, 0, 0, 100)) {
    const holders = holdersOf(database);
    if (holders.length === 0 || performance.now() > until) return holders;
  }
}

/** Who has it open, and what to stop. */
export function inUse(database: string, holders: readonly Holder[]): string {
  if (holders.length === 0) {
    const who =
      process.getuid?.() === 0 ? 'somebody on another machine' : 'a program that only root may see: ask as root';
    return `${database} is open in ${who}`;
  }
  const one = ({ pid, program, service }: Holder): string =>
    `${program} (process ${pid}${service === '' ? '' : ` of ${service}`})`;
  return `${database} is open in ${holders.map(one).join(', ')}: stop Apache, cron and the programs first (systemctl stop apache2 cron 'jitsi-jmb@*.service'), end the others`;
}

/** A program that has it open. */
export interface Holder {
  readonly pid: number;
  /** Such as `booking.cgi`. */
  readonly program: string;
  /** The service of systemd that it belongs to, such as `apache2`; else the program that started it; empty: neither is known. */
  readonly service: string;
}

/** What SQLite has open of a database, by the ends of the names. */
const ENDS = ['', '-wal', '-shm', '-journal'];

/**
 * The programs that have a database open, without this one: by their open files, and by their locks, which everybody may see.
 * @param isHeld whether it is known that somebody has: then a lock counts by the number of its file alone, for some file systems
 *   (overlayfs) have two names for a device
 */
export function holdersOf(database: string, isHeld = false): Holder[] {
  const files = ENDS.map((end) => database + end).filter((file) => existsSync(file));
  const wanted = new Set(files.map(identity));
  const locked = lockers(wanted, isHeld);
  return list('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => locked.has(Number(pid)) || list(`/proc/${pid}/fd`).some((fd) => holds(pid, fd, wanted)))
    .map((pid) => ({ pid: Number(pid), program: programOf(pid), service: serviceOf(pid) }));
}

/** Device and number of a file, as /proc/locks writes them: one file has one, by whatever name it was opened. */
function identity(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  // gnu_dev_major and gnu_dev_minor of sys/sysmacros.h.
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  const hex = (number: bigint): string => number.toString(16).padStart(2, '0');
  return `${hex(major)}:${hex(minor)}:${ino}`;
}

function holds(pid: string, fd: string, wanted: ReadonlySet<string>): boolean {
  try {
    return wanted.has(identity(`/proc/${pid}/fd/${fd}`));
  } catch {
    // It has just closed it, or has ended.
    return false;
  }
}

/** Who has a lock on one of the files: `1: POSIX  ADVISORY  READ 4711 08:01:1234 128 128` (proc_locks(5)). */
function lockers(wanted: ReadonlySet<string>, byNumber: boolean): ReadonlySet<number> {
  const numberOf = (file: string): string => file.split(':')[2] ?? '';
  const numbers = new Set(byNumber ? [...wanted].map(numberOf) : []);
  const lines = text('/proc/locks').split('\n');
  const fields = lines.map((line) => line.replace('->', '').trim().split(/\s+/));
  return new Set(
    fields
      .filter(([, , , , , file = '']) => wanted.has(file) || numbers.has(numberOf(file)))
      .map((one) => Number(one[4])),
  );
}

/** A script goes by its own name, not by that of its interpreter. */
function programOf(pid: string): string {
  const [first = '', ...words] = text(`/proc/${pid}/cmdline`).split('\0');
  const script = /^node(js)?$/.test(basename(first)) ? words.find((word) => word.startsWith('/')) : undefined;
  return basename(script ?? first) || text(`/proc/${pid}/comm`).trim() || 'a program';
}

function serviceOf(pid: string): string {
  const service = /\/([^/\n]+)\.service\b/.exec(text(`/proc/${pid}/cgroup`))?.[1];
  if (service !== undefined && !service.startsWith('user@')) return service;
  const parent = /^PPid:\s*(\d+)/m.exec(text(`/proc/${pid}/status`))?.[1] ?? '0';
  return Number(parent) > 1 ? text(`/proc/${parent}/comm`).trim() : '';
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
