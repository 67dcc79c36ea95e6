/**
 * One run of the installer as a whole: it either holds, or everything is put back as it was before it. Each step back can be
 * taken again, so that a process that is killed on its way back leaves no more than one that is killed on its way forth.
 */
import { type Change, entriesAfter } from './changes.ts';
import { dropCopy, dropData, dropDatabase, hasCopy, hasDatabase } from './data.ts';
import { exists, namesIn } from './entries.ts';
import {
  hasLegacy,
  type Installed,
  JOURNAL,
  NOTHING,
  type Change as Run,
  readJournal,
  removeLegacy,
  writeJournal,
} from './journal.ts';
import { BASH_KEPT, DATA, FOLDER, PREFIX } from './ours.ts';
import { type State, same } from './state.ts';
import { HostError, type Tree } from './tree.ts';

/** Begins a run: from here on `goBack` leads to how the host is now. Gives the changes that are to be made. */
export function beginRun(
  tree: Tree,
  changes: readonly Change[],
  { bash, options }: { readonly bash: boolean; readonly options: Installed['options'] },
): { readonly changes: readonly Change[]; readonly run: Run } {
  if (bash && exists(tree, BASH_KEPT))
    throw new HostError(`${BASH_KEPT} is where the Bash version is to go: move it away and start again`);
  const { installed } = readJournal(tree);
  // With the Bash version its whole folder moves.
  const before = (path: string): State => (bash && isOurs(path) ? { kind: 'none' } : tree.state(path));
  const open = changes.filter(({ path, next }) => !same(before(path), next));
  const places = [JOURNAL, DATA, ...open.map(({ path }) => path).filter((path) => !bash || !isOurs(path))];
  const folders = [...new Set(places.flatMap((path) => tree.missingFolders(path)))];
  const data = installed?.data ?? (exists(tree, DATA) ? undefined : DATA);
  const known = installed ?? NOTHING;
  const next: Installed = {
    entries: entriesAfter(known, open, before),
    folders: [...new Set([...known.folders, ...folders])],
    options,
    ...(data === undefined ? {} : { data }),
  };
  const states = open.map(({ path }) => ({ path, was: before(path) }));
  const run: Run = {
    kind: 'change',
    bash,
    database: hasDatabase(tree),
    copy: hasCopy(tree),
    folders,
    states,
    next,
  };
  if (exists(tree, JOURNAL)) removeLegacy(tree);
  writeJournal(tree, { ...(installed === undefined ? {} : { installed }), run });
  return { changes: open, run };
}

/** The unfinished run that changes the host, if there is one. */
export function openRun(tree: Tree): Run | undefined {
  const { run } = readJournal(tree);
  return run?.kind === 'change' ? run : undefined;
}

/** Ends a run that holds. */
export function settleRun(tree: Tree, { next }: Run): void {
  tree.flush();
  writeJournal(tree, { installed: next });
}

/** Puts everything back as it was before the run; the paths that it had changed. */
export function goBack(tree: Tree, run: Run): readonly string[] {
  const { installed } = readJournal(tree);
  if (run.bash) bashBack(tree);
  if (installed === undefined) (run.bash ? dropRooms : dropWhatProgramsMade)(tree);
  const changed: string[] = [];
  // What is to go goes first: the disk may be full.
  const states = run.states.filter(({ path }) => !run.bash || !isOurs(path));
  for (const { path, was } of [...states].sort((one, other) => rank(one.was) - rank(other.was))) {
    tree.clean(path);
    if (same(tree.state(path), was)) continue;
    tree.put(path, was);
    changed.push(path);
  }
  if (run.next.data !== undefined && installed?.data === undefined) dropData(tree, run.next.data);
  if (installed === undefined && !run.database) dropDatabase(tree);
  if (!run.copy) dropCopy(tree);
  // What this run took over from is as it was.
  if (exists(tree, JOURNAL) && hasLegacy(tree)) tree.put(JOURNAL, { kind: 'none' });
  else {
    const known = installed?.folders ?? [];
    forgetRun(
      tree,
      installed,
      run.folders.filter((folder) => !known.includes(folder)),
    );
  }
  return run.bash ? [...changed, ...run.states.map(({ path }) => path).filter(isOurs)] : changed;
}

/**
 * What is installed holds, without a run; where that is nothing, nothing of ours stays.
 * @param made folders that go where they are empty, outermost first
 */
export function forgetRun(tree: Tree, installed: Installed | undefined, made: readonly string[]): void {
  const folders = [...made].reverse();
  const isLast = (folder: string): boolean => `${FOLDER}/`.startsWith(`${folder}/`);
  for (const folder of folders.filter((one) => !isLast(one))) tree.removeFolder(folder);
  tree.flush();
  writeJournal(tree, installed === undefined ? {} : { installed });
  if (installed !== undefined) return;
  tree.clean(JOURNAL);
  tree.removeFolder(FOLDER);
  for (const folder of folders.filter(isLast)) tree.removeFolder(folder);
}

/** The Bash version comes back; what stands in its place by then is given up. Nothing where it is back already. */
export function bashBack(tree: Tree): void {
  if (!exists(tree, BASH_KEPT)) return;
  tree.removeAll(PREFIX);
  tree.move(BASH_KEPT, PREFIX);
}

function isOurs(path: string): boolean {
  return path.startsWith(`${PREFIX}/`);
}

function rank(state: State): number {
  return state.kind === 'none' ? 0 : 1;
}

/** Where Prosody keeps what modules store. */
const PROSODY_DATA = '/var/lib/prosody';

/** Takes it away: code kept compiled, a private Node, which rooms our module in Prosody keeps closed. */
export function dropWhatProgramsMade(tree: Tree): void {
  for (const name of namesIn(tree, `${PREFIX}/lib`)) {
    if (/\.cache(?:\.new)?$/.test(name)) tree.removeAll(`${PREFIX}/lib/${name}`);
  }
  for (const name of ['bin/node', 'bin/node.jmb-new']) {
    if (exists(tree, `${PREFIX}/${name}`)) tree.removeAll(`${PREFIX}/${name}`);
  }
  dropRooms(tree);
}

/** What a folder is called that has nothing but ours in it, once it is to go. */
const GOING = '.jmb-gone';

/** Takes away which rooms our module in Prosody keeps closed; a host's folder too where nothing else is in it. */
export function dropRooms(tree: Tree): void {
  for (const host of namesIn(tree, PROSODY_DATA)) {
    const folder = `${PROSODY_DATA}/${host}`;
    if (host.endsWith(GOING)) tree.removeAll(folder);
    else if (exists(tree, `${folder}/jmb`)) {
      const alone = namesIn(tree, folder).length === 1;
      // In one step, so that no empty folder stays where this ends in between.
      if (alone) tree.move(folder, folder + GOING);
      tree.removeAll(alone ? folder + GOING : `${folder}/jmb`);
    }
  }
}
