/**
 * Counts answers by page and status. Each leaves a short line in a file beside the database when it is out, so that nobody waits for it
 * and no lock is taken; cron puts the file aside and adds the one before to the sums, when nobody can be writing into it any more.
 */
import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Request } from '../message.ts';
import { ownNewFile } from '../new_file.ts';
import { type Door, routeOf } from './route.ts';

/** How much is kept while cron does not run, in bytes: half a million answers. */
const LARGEST = 16 << 20;

/** What is noted of one answer: its page, which is never anybody's text, and its status. */
export function tallyLine(program: string, { routes }: Door, request: Request, status: number): string {
  const route = routeOf(routes, request);
  const key = route && Object.keys(routes).find((one) => routes[one] === route);
  const word = key === undefined ? '?(unknown)' : key === '' ? '' : `?${key.replace(/=$/, '')}`;
  return `${key?.startsWith('/') ? key.slice(1) : `${program}.cgi${word}`} ${status}\n`;
}

/** Notes answers. Never throws: what cannot be noted is not counted. */
export function noteAnswers(database: string, lines: string): void {
  try {
    const file = openSync(`${database}-requests`, 'a', 0o640);
    try {
      if (fstatSync(file).size < LARGEST) writeSync(file, lines);
    } finally {
      closeSync(file);
    }
  } catch {
    // A full disk, a folder that is not there: the log has that from who needs it.
  }
}

/** Answers by page and status, the two parted by a blank. */
export type Answers = ReadonlyMap<string, number>;

/** What was added up, and the last file that is in it: should a run end before it removes the file, it is not added again. */
interface Sums {
  readonly last: string;
  readonly counts: Map<string, number>;
}

/** Adds up what lies aside, and puts aside what has come since. */
export function foldAnswers(database: string): void {
  const folder = dirname(database);
  let sums = sumsOf(database);
  for (const name of asideOf(database)) {
    if (name !== sums.last) {
      add(sums.counts, join(folder, name));
      sums = { ...sums, last: name };
      keep(database, sums);
    }
    rmSync(join(folder, name), { force: true });
  }
  try {
    renameSync(`${database}-requests`, `${database}-requests.${Date.now()}`);
  } catch {
    // Nobody came.
  }
}

/** All answers that were counted, also those that cron has not added up yet. */
export function answersCounted(database: string): Answers {
  for (;;) {
    const sums = sumsOf(database);
    const aside = asideOf(database);
    const counts = new Map(sums.counts);
    const left = aside.filter((name) => name !== sums.last).map((name) => join(dirname(database), name));
    for (const file of [...left, `${database}-requests`]) add(counts, file);
    // Where cron came in between, something may be missing or in it twice.
    if (sumsOf(database).last === sums.last && asideOf(database).join() === aside.join()) return counts;
  }
}

function asideOf(database: string): string[] {
  const beginning = `${basename(database)}-requests.`;
  return readdirSync(dirname(database))
    .filter((name) => name.startsWith(beginning) && /^\d+$/.test(name.slice(beginning.length)))
    .sort();
}

/** Adds the lines of a file; none where it is not there. Half a line, of a disk that is full, is none. */
function add(counts: Map<string, number>, file: string): void {
  for (const line of textOf(file).split('\n')) {
    if (/^[\w.?*()-]{1,80} \d{3}$/.test(line)) counts.set(line, (counts.get(line) ?? 0) + 1);
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function sumsOf(database: string): Sums {
  const [last = '', ...lines] = textOf(`${database}-requests.sums`).trimEnd().split('\n');
  const counts = lines.map((line): [string, number] => {
    const end = line.lastIndexOf(' ');
    return [line.slice(0, end), Number(line.slice(end + 1))];
  });
  return { last, counts: new Map(counts) };
}

function keep(database: string, { last, counts }: Sums): void {
  const file = `${database}-requests.sums`;
  const lines = [...counts].map(([what, count]) => `${what} ${count}\n`);
  writeFileSync(`${file}.new`, `${last}\n${lines.join('')}`, { mode: 0o640 });
  ownNewFile(`${file}.new`, dirname(file));
  renameSync(`${file}.new`, file);
}
