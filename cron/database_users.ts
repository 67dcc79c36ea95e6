/** Who has a database open: programs of this machine, as far as this user may see them. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';

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
