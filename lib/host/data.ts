/** The data folder: made on the first run, with what the Bash version and older ones have left in it. */
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openStore } from '../store/store.ts';
import { type Imported, importFlatFiles } from './flat.ts';
import type { Found } from './found.ts';
import { DATA, OLD_DATABASE } from './paths.ts';
import type { Tree } from './tree.ts';

/** The Bash version's database as it was when this version took it over. */
const KEPT_DATABASE = '/var/lib/jitsi-jmb/before-upgrade.db';
/** What SQLite, and the lock of reminders, put beside a database. */
const BESIDE = ['-wal', '-shm', '-journal', '-remind', '-rooms'];
/** Says that the data folder was made by this program. */
const MADE_DATA = '/var/lib/jitsi-jmb/made-data';

/** Keeps a copy of the Bash version's database, with what is still in its log of writes. */
export function keepOldDatabase(tree: Tree, { bash, oldDatabase }: Found): void {
  const at = (path: string): string => join(tree.root, path);
  if (!bash || oldDatabase === undefined || existsSync(at(KEPT_DATABASE))) return;
  for (const end of ['', '-wal', '-journal']) {
    if (existsSync(at(oldDatabase + end)))
      cpSync(at(oldDatabase + end), at(KEPT_DATABASE + end), { preserveTimestamps: true });
  }
  chmodSync(at(KEPT_DATABASE), 0o600);
}

/** Makes the data folder where there is none, for www-data. */
export function makeData(tree: Tree): void {
  const folder = join(tree.root, DATA);
  if (existsSync(folder)) return;
  const made = existsSync(dirname(folder)) ? DATA : dirname(DATA);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o750);
  giveToWeb(tree, folder);
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  tree.put(MADE_DATA, { kind: 'file', content: Buffer.from(made).toString('base64'), mode: 0o644, uid, gid });
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

/** Takes away what was made here: the data folder, or our database in a folder that was there; and the copy of the Bash version's. */
export function dropData(tree: Tree): void {
  const at = (path: string): string => join(tree.root, path);
  const made = tree.read(MADE_DATA);
  tree.put(MADE_DATA, { kind: 'none' });
  if (made !== undefined) rmSync(at(made), { recursive: true, force: true });
  for (const end of ['', ...BESIDE]) rmSync(at(`${DATA}/jmb.db${end}`), { force: true });
  for (const end of ['', '-wal', '-journal']) rmSync(at(KEPT_DATABASE + end), { force: true });
}

/** Puts the Bash version's database back as it was when this version took it over; whatever was booked since is gone. */
export function restoreOldDatabase(tree: Tree): void {
  const at = (path: string): string => join(tree.root, path);
  if (!existsSync(at(KEPT_DATABASE))) return;
  for (const end of BESIDE) rmSync(at(OLD_DATABASE + end), { force: true });
  const { mode, uid, gid } = statSync(at(OLD_DATABASE));
  for (const end of ['-wal', '-journal', '']) {
    if (existsSync(at(KEPT_DATABASE + end))) renameSync(at(KEPT_DATABASE + end), at(OLD_DATABASE + end));
  }
  chmodSync(at(OLD_DATABASE), mode & 0o7777);
  if (process.getuid?.() === 0) chownSync(at(OLD_DATABASE), uid, gid);
}

function giveToWeb(tree: Tree, path: string): void {
  if (process.getuid?.() !== 0) return;
  chownSync(path, tree.number('passwd', 'www-data') ?? 33, tree.number('group', 'www-data') ?? 33);
}
