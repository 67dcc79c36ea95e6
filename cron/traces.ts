/** Where an address still stands after it was erased: in the bytes of the database's file, in copies of it, in logs. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { whyOf } from '../lib/failure.ts';
import { backupsMade, rewriteFile, settleLog } from '../lib/store/maintenance.ts';
import type { Store } from '../lib/store/store.ts';
import type { CommandContext } from './environment.ts';

/** How much of a file is looked at at once, in bytes. */
const PIECE = 1 << 20;

/** How often any of these words stands in a file, in whatever letters. @throws the system's error */
export function timesIn(file: string, words: readonly string[]): number {
  // A log that was put away is small again and read at once.
  if (file.endsWith('.gz')) return timesInText(gunzipSync(readFileSync(file)).toString('latin1'), words);
  const overlap = Math.max(0, ...words.map((word) => word.length - 1));
  const open = openSync(file, 'r');
  try {
    const piece = Buffer.alloc(PIECE);
    let times = 0;
    let rest = '';
    for (;;) {
      const length = readSync(open, piece);
      if (length === 0) return times;
      const text = rest + piece.toString('latin1', 0, length);
      times += timesInText(text, words) - timesInText(rest, words);
      rest = overlap === 0 ? '' : text.slice(-overlap);
    }
  } finally {
    closeSync(open);
  }
}

function timesInText(text: string, words: readonly string[]): number {
  const small = text.toLowerCase();
  return words.reduce((sum, word) => sum + small.split(word).length - 1, 0);
}

/** Has the database's file hold addresses no more than its rows do, and says how often that is. */
export function cleanFile(store: Store, addresses: readonly string[]): string {
  const files = [store.file, `${store.file}-wal`];
  const times = (): number =>
    files.filter((file) => existsSync(file)).reduce((sum, file) => sum + timesIn(file, addresses), 0);
  let isSettled = settleLog(store);
  if (isSettled && times() > 0) {
    // Of before this version: it overwrites what it deletes.
    rewriteFile(store);
    isSettled = settleLog(store);
  }
  if (!isSettled) return `${files[1]} is being read and could not be emptied: it may hold what was deleted for a while`;
  const left = times();
  const where = left === 0 ? '' : ' (in what others wrote, or in longer addresses)';
  return `${store.file}: the address stands ${left} times in its bytes${where}`;
}

/** A line for each copy of the database that still holds one of the addresses, or cannot be looked at. */
export function copiesWith({ store }: CommandContext, addresses: readonly string[]): string[] {
  const beside = namesBeside(store.file).filter((name) => name.startsWith(`${basename(store.file)}.before-`));
  // The second is install.sh's copy of the Bash version's database.
  const others = [...beside.map((name) => join(dirname(store.file), name)), '/var/lib/jitsi-jmb/before-upgrade.db'];
  return linesOf([...new Set([...backupsMade(store), ...others])], addresses, 'delete it once you need it no more');
}

/** The same of the log and what logrotate has put away of it. */
export function logsWith({ settings: { JMB_LOG: log } }: CommandContext, addresses: readonly string[]): string[] {
  if (!log.startsWith('/')) return [`the log (JMB_LOG) goes to ${log}: look there`];
  const names = namesBeside(log).filter((name) => name.startsWith(basename(log)));
  return linesOf(
    names.map((name) => join(dirname(log), name)),
    addresses,
    'it goes with the log’s age',
  );
}

function linesOf(files: readonly string[], addresses: readonly string[], advice: string): string[] {
  return files.flatMap((file) => {
    if (!existsSync(file)) return [];
    try {
      const times = timesIn(file, addresses);
      return times === 0 ? [] : [`${file} still holds the address, ${times} times: ${advice}`];
    } catch (error) {
      return [`${file} may hold the address (${whyOf(error)})`];
    }
  });
}

function namesBeside(file: string): string[] {
  try {
    return readdirSync(dirname(file)).sort();
  } catch {
    return [];
  }
}
