/** The changes that an installation makes, and the way back from each, whatever became of its file since. */

import { undoPorts, undoVhost } from './apache_site.ts';
import { undoConfigJs, undoHocon } from './jitsi_files.ts';
import { type Entry, type Installed, readInstalled } from './journal.ts';
import { undoNginx } from './nginx_site.ts';
import { undoProsody } from './prosody.ts';
import { isMarked, markOf, type State, same, textOf, withText } from './state.ts';
import type { Tree } from './tree.ts';

/** A change that is wanted. */
export interface Change {
  readonly path: string;
  /** What it is for, in a few words. */
  readonly what: string;
  readonly undo: Undo;
  readonly keeps?: boolean;
  /** What shall stand there. */
  readonly next: State;
}

/** The changes that would change something. */
export function pending(tree: Tree, changes: readonly Change[]): readonly Change[] {
  return changes.filter(({ path, next }) => !same(tree.state(path), next));
}

/** The entries of an installation once these changes are made, too. What stands at a path is asked only where nothing is known of it. */
export function entriesAfter(
  { entries }: Installed,
  changes: readonly Change[],
  before: (path: string) => State,
): readonly Entry[] {
  const all = new Map(entries.map((entry) => [entry.path, entry]));
  for (const { path, undo, keeps = false, next } of changes) {
    const was = all.get(path)?.before ?? before(path);
    all.set(path, { path, undo, keeps, before: was, after: markOf(next) });
  }
  return [...all.values()];
}

/** Makes the changes; folders of ours that nothing is left in go. */
export function apply(tree: Tree, changes: readonly Change[], folders: readonly string[]): void {
  for (const { path, next } of changes) tree.put(path, next);
  const gone = changes.filter(({ next }) => next.kind === 'none').map(({ path }) => path);
  for (const folder of [...folders].reverse()) {
    if (gone.some((path) => path.startsWith(`${folder}/`))) tree.removeFolder(folder);
  }
}

/** What becomes of one path on the way back. */
export interface Returned {
  readonly path: string;
  readonly how: 'as before' | 'our part taken out' | 'kept';
  readonly back: State;
}

/** The way back, last change first. */
export function wayBack(tree: Tree, purge: boolean): readonly Returned[] {
  return [...readInstalled(tree).entries].reverse().map((entry) => {
    const now = tree.state(entry.path);
    if (entry.keeps && !purge) return { path: entry.path, how: 'kept', back: now };
    const back = backFrom(entry, now);
    return { path: entry.path, how: same(back, entry.before) ? 'as before' : 'our part taken out', back };
  });
}

/** What shall stand on the way back where something else may stand since. */
export function backFrom({ undo, before, after }: Entry, now: State): State {
  if (undo === 'own' || isMarked(now, after)) return before;
  if (now.kind !== 'file' || before.kind !== 'file') return now;
  return withText(now, undoFile(undo, textOf(now)));
}

/** The kinds of files that are edited; `own` are those that are ours altogether. */
export type Undo = 'own' | 'config.js' | 'hocon' | 'prosody' | 'ports' | 'vhost' | 'nginx';

/** The file without our part. */
export function undoFile(undo: Undo, text: string): string {
  switch (undo) {
    case 'config.js':
      return undoConfigJs(text);
    case 'hocon':
      return undoHocon(text);
    case 'prosody':
      return undoProsody(text);
    case 'ports':
      return undoPorts(text);
    case 'vhost':
      return undoVhost(text);
    case 'nginx':
      return undoNginx(text);
    case 'own':
      return '';
  }
}
