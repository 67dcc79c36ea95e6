/**
 * The way back of an installation: the host as it was, the Bash version back in its place, and what a killed installer left
 * brought to its end.
 */
import { basename } from 'node:path';
import { type Returned, wayBack } from './changes.ts';
import { dropCopy, dropData, dropDatabase, restoreOldDatabase } from './data.ts';
import { exists, namesIn } from './entries.ts';
import {
  type Entry,
  type Installed,
  isKnown,
  JOURNAL,
  NOTHING,
  type Removal,
  readJournal,
  writeJournal,
} from './journal.ts';
import { BASH_KEPT, FOLDER, PREFIX } from './ours.ts';
import { bashBack, dropRooms, dropWhatProgramsMade, forgetRun, goBack } from './run.ts';
import { APACHE_IDLE } from './services.ts';
import { same } from './state.ts';
import type { Tree } from './tree.ts';

/** Where settings stay when the Bash version comes back to its folder. */
const SETTINGS_KEPT = `${PREFIX}.kept`;

/** What was, or would be, taken back. */
export interface TakenBack {
  readonly returned: readonly Returned[];
  /** Whether the Bash version is back. */
  readonly bash: boolean;
  /** Whether Apache was not in service before JMB. */
  readonly idle: boolean;
}

/** What would be taken back; nothing is changed. */
export function seeBack(tree: Tree, purge: boolean): TakenBack {
  const { bash, idle } = removalOf(tree, purge);
  return { returned: wayBack(tree, purge), bash, idle };
}

/** Takes everything back; data and settings only with `purge`. Where this is killed, the next start finishes it. */
export function takeBack(tree: Tree, purge: boolean): TakenBack {
  const run = removalOf(tree, purge);
  writeJournal(tree, { installed: readJournal(tree).installed ?? NOTHING, run });
  return finishRemoval(tree, run);
}

function removalOf(tree: Tree, purge: boolean): Removal {
  const ours = !exists(tree, `${PREFIX}/cgi/booking.cgi`);
  return { kind: 'removal', purge, ours, bash: exists(tree, BASH_KEPT), idle: exists(tree, APACHE_IDLE) };
}

/** What is left to do of a removal. Each step can be taken again. */
export function finishRemoval(tree: Tree, run: Removal): TakenBack {
  const { purge, ours, bash, idle } = run;
  const installed = readJournal(tree).installed ?? NOTHING;
  // Once the Bash version is back, its folder is none of ours.
  const stillOurs = ours && (!bash || exists(tree, BASH_KEPT));
  const isOurs = ({ path }: { readonly path: string }): boolean => stillOurs || !path.startsWith(`${PREFIX}/`);
  (stillOurs ? dropWhatProgramsMade : dropRooms)(tree);
  const returned = wayBack(tree, purge).filter(isOurs);
  for (const { path, back } of returned) {
    tree.clean(path);
    if (!same(tree.state(path), back)) tree.put(path, back);
  }
  if (purge) {
    restoreOldDatabase(tree);
    dropCopy(tree);
    if (installed.data !== undefined) dropData(tree, installed.data);
    dropDatabase(tree);
    // Modules, a logo: what administrators put beside the program goes with it.
    if (ours && !bash) tree.removeAll(PREFIX);
    tree.removeAll(SETTINGS_KEPT);
  }
  if (bash && !purge) keepSettings(tree);
  if (bash) bashBack(tree);
  const left = purge ? undefined : leftOf(installed, bash);
  forgetRun(tree, left, installed.folders);
  return { returned, bash, idle };
}

/** Our folder goes aside with the settings; nothing where it has gone already. */
function keepSettings(tree: Tree): void {
  if (!exists(tree, BASH_KEPT) || !exists(tree, PREFIX)) return;
  tree.removeAll(SETTINGS_KEPT);
  tree.move(PREFIX, SETTINGS_KEPT);
}

/** What the journal goes on knowing: settings, and where they lie now. */
function leftOf({ entries, folders, data }: Installed, bash: boolean): Installed {
  const moved = (path: string): string =>
    bash && path.startsWith(`${PREFIX}/`) ? SETTINGS_KEPT + path.slice(PREFIX.length) : path;
  const kept = new Map<string, Entry>();
  for (const entry of entries.filter(({ keeps }) => keeps)) {
    const path = moved(entry.path);
    kept.set(path, { ...entry, path });
  }
  return {
    entries: [...kept.values()],
    folders: folders.filter((folder) => moved(folder) === folder),
    options: {},
    ...(data === undefined ? {} : { data }),
  };
}

/** What was done. */
export interface Recovered {
  readonly changed: readonly string[];
  /** Whether Apache goes out of service again. */
  readonly idle: boolean;
}

/** Whether a run was killed before its end. */
export function wasKilled(tree: Tree): boolean {
  return readJournal(tree).run !== undefined || (!isKnown(tree) && isHardlyBegun(tree));
}

/** Whether there is our folder, and perhaps half a journal, but nothing else. */
function isHardlyBegun(tree: Tree): boolean {
  return exists(tree, FOLDER) && namesIn(tree, FOLDER).every((name) => name.startsWith(basename(JOURNAL)));
}

/** Brings the host to a state without an open run. */
export function recover(tree: Tree): Recovered {
  const { run } = readJournal(tree);
  if (run?.kind === 'change') {
    const idle = run.states.some(({ path, was }) => path === APACHE_IDLE && was.kind === 'none');
    return { changed: goBack(tree, run), idle };
  }
  if (run?.kind === 'removal') {
    const { returned, idle } = finishRemoval(tree, run);
    return { changed: returned.filter(({ how }) => how !== 'kept').map(({ path }) => path), idle };
  }
  if (!isKnown(tree) && isHardlyBegun(tree)) {
    tree.clean(JOURNAL);
    tree.removeFolder(FOLDER);
  }
  return { changed: [], idle: false };
}
