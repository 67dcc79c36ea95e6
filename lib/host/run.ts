/**
 * One run of the installer as a whole: it either holds, or everything is put back as it was before it. What was there is written
 * down before the first change, so that the next process can put it back where this one was killed.
 */
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { asFile, type Change, LEDGER, pending, readLedger } from './ledger.ts';
import { BASH_KEPT, PREFIX } from './paths.ts';
import { HostError, type State, same, type Tree } from './tree.ts';

/** Where an unfinished run is written down, mode 600. */
export const RUN = '/var/lib/jitsi-jmb/run.json';

/** A run that is not settled yet. */
export interface Run {
  /** Whether nothing had been installed before it. */
  readonly first: boolean;
  /** Whether it moved the Bash version away. */
  readonly bash: boolean;
  /** Whether a database of ours was there before it. */
  readonly database: boolean;
  /** Folders that it makes, outermost first. */
  readonly folders: readonly string[];
  /** What stood at each path that it changes. */
  readonly states: readonly { readonly path: string; readonly was: State }[];
}

/** Begins a run: from here on `goBack` leads to how the host is now. Gives the folders that it will make. */
export function beginRun(
  tree: Tree,
  changes: readonly Change[],
  { bash, database }: Pick<Run, 'bash' | 'database'>,
): readonly string[] {
  const open = readRun(tree);
  const first = open?.first ?? tree.read(LEDGER) === undefined;
  const states = new Map(open?.states.map(({ path, was }) => [path, was]));
  for (const path of [...pending(tree, changes).map((change) => change.path), LEDGER]) {
    // Where an interrupted run left off, what it found is what to go back to. With the Bash version its whole folder moves.
    if (!states.has(path))
      states.set(path, bash && path.startsWith(`${PREFIX}/`) ? { kind: 'none' } : tree.state(path));
  }
  const missing = [RUN, ...states.keys()].flatMap((path) => tree.missingFolders(path));
  const folders = [...new Set([...(open?.folders ?? []), ...missing])];
  const run: Run = {
    first,
    bash: bash || open?.bash === true,
    database: open?.database ?? database,
    folders,
    states: [...states].map(([path, was]) => ({ path, was })),
  };
  tree.put(RUN, asFile(run));
  return folders;
}

/** The unfinished run, if there is one. */
export function readRun(tree: Tree): Run | undefined {
  const text = tree.read(RUN);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Run;
  } catch {
    throw new HostError(`${RUN} is damaged: delete it, and start again`);
  }
}

/** Ends a run that holds. */
export function settleRun(tree: Tree): void {
  tree.put(RUN, { kind: 'none' });
}

/** Puts everything back as it was before the run; the paths that it changed. */
export function goBack(tree: Tree): readonly string[] {
  const run = readRun(tree);
  if (run === undefined) return [];
  const folders = [...run.folders, ...readLedger(tree).folders];
  const changed: string[] = [];
  // What is to go goes first: the disk may be full.
  const states = [...run.states].sort(
    (one, other) => Number(other.was.kind === 'none') - Number(one.was.kind === 'none'),
  );
  for (const { path, was } of states) {
    tree.clean(path);
    if (same(tree.state(path), was)) continue;
    tree.put(path, was);
    changed.push(path);
  }
  settleRun(tree);
  const known = new Set(readLedger(tree).folders);
  for (const folder of [...folders].reverse()) if (!known.has(folder)) tree.removeFolder(folder);
  if (run.bash) moveBashBack(tree);
  return changed;
}

/** The Bash version back in its place; what stands there is given up, or kept beside it. */
export function moveBashBack(tree: Tree, keep?: string): void {
  const at = (path: string): string => join(tree.root, path);
  if (keep === undefined) rmSync(at(PREFIX), { recursive: true, force: true });
  else {
    rmSync(at(keep), { recursive: true, force: true });
    renameSync(at(PREFIX), at(keep));
  }
  renameSync(at(BASH_KEPT), at(PREFIX));
}
