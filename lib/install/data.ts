/** The data folder: made on the first run, with what the Bash version and older ones have left in it. */
import { chownSync, existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openStore } from '../store/store.ts';
import { exists } from './entries.ts';
import type { Found } from './found.ts';
import { type Imported, importFlatFiles } from './old_meetings.ts';
import { DATA, OLD_DATABASE } from './ours.ts';
import type { Tree } from './tree.ts';

/** The Bash version's database as it was when this version took it over. */
const KEPT_DATABASE = '/var/lib/jitsi-jmb/before-upgrade.db';
/** What SQLite, the lock of reminders and what was last complained of put beside a database. */
const BESIDE = ['-wal', '-shm', '-journal', '-remind', '-rooms', '-told', '-role', '-turn', '-litestream'];

/** The same and, however they are numbered, the counted answers (lib/http/tally.ts): what the names add to that of the database. */
function besides(tree: Tree, database: string): string[] {
  const folder = join(tree.root, dirname(database));
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const counted = names.filter((name) => name.startsWith(`${basename(database)}-requests`));
  return [...BESIDE, ...counted.map((name) => name.slice(basename(database).length))];
}

/** Keeps a copy of the Bash version's database, with what is still in its log of writes. */
export function keepOldDatabase(tree: Tree, { bash, oldDatabase }: Found): void {
  if (!bash || oldDatabase === undefined || hasCopy(tree)) return;
  const owned = { mode: 0o600, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  // The database itself last: where it is, the copy is whole.
  for (const end of ['-wal', '-journal', '']) {
    if (exists(tree, oldDatabase + end)) tree.copy(oldDatabase + end, KEPT_DATABASE + end, owned);
  }
}

/** Whether there is such a copy. */
export function hasCopy(tree: Tree): boolean {
  return exists(tree, KEPT_DATABASE);
}

/** Makes the data folder where there is none, for www-data. */
export function makeData(tree: Tree): void {
  if (!exists(tree, DATA)) tree.makeFolder(DATA, { mode: 0o750, ...webUser(tree) });
}

/** Takes over the flat files of a version without a database; nothing where there are none. */
export function importOld(tree: Tree, { bash, oldDatabase }: Found): Imported | undefined {
  const data = join(tree.root, DATA);
  if (!bash || oldDatabase !== undefined || !existsSync(join(data, 'booking'))) return undefined;
  const store = openStore(join(data, 'jmb.db'));
  try {
    return importFlatFiles(store, data);
  } finally {
    store.close();
    for (const end of ['', '-wal', '-shm'])
      if (existsSync(join(data, `jmb.db${end}`))) giveToWeb(tree, join(data, `jmb.db${end}`));
  }
}

/** Whether there is a database of ours. */
export function hasDatabase(tree: Tree): boolean {
  return existsSync(join(tree.root, `${DATA}/jmb.db`));
}

/** Takes away the folder that was made for data. */
export function dropData(tree: Tree, made: string): void {
  tree.removeAll(made);
}

/** Takes away our database, in a folder that may be somebody else's. */
export function dropDatabase(tree: Tree): void {
  for (const end of ['', ...besides(tree, `${DATA}/jmb.db`)]) tree.removeAll(`${DATA}/jmb.db${end}`);
  const folder = join(tree.root, DATA);
  // What jmb restore took aside, and what one that was killed left.
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (/^jmb\.db\.(before-|restoring)|^\.jmb-replica-/.test(name)) tree.removeAll(`${DATA}/${name}`);
  }
}

/** Takes away the copy of the Bash version's database. */
export function dropCopy(tree: Tree): void {
  for (const end of ['', '-wal', '-journal']) {
    tree.clean(KEPT_DATABASE + end);
    tree.removeAll(KEPT_DATABASE + end);
  }
}

/** Puts the Bash version's database back as it was when this version took it over; whatever was booked since is gone. */
export function restoreOldDatabase(tree: Tree): void {
  if (!hasCopy(tree)) return;
  const kept = (end: string): boolean => exists(tree, KEPT_DATABASE + end);
  const was = statSync(join(tree.root, OLD_DATABASE), { throwIfNoEntry: false });
  const owned =
    was === undefined ? { mode: 0o640, ...webUser(tree) } : { mode: was.mode & 0o7777, uid: was.uid, gid: was.gid };
  for (const end of besides(tree, OLD_DATABASE)) if (!kept(end)) tree.removeAll(OLD_DATABASE + end);
  for (const end of ['-wal', '-journal', '']) {
    if (kept(end)) tree.copy(KEPT_DATABASE + end, OLD_DATABASE + end, owned);
  }
}

function webUser(tree: Tree): { uid: number; gid: number } {
  return { uid: tree.number('passwd', 'www-data') ?? 33, gid: tree.number('group', 'www-data') ?? 33 };
}

function giveToWeb(tree: Tree, path: string): void {
  const { uid, gid } = webUser(tree);
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
}
