/** What an installer that was killed left behind, brought to its end: a change goes back, a removal is finished. */
import { basename } from 'node:path';
import { exists, namesIn } from './entries.ts';
import { isKnown, JOURNAL, readJournal } from './journal.ts';
import { FOLDER } from './paths.ts';
import { goBack } from './run.ts';
import { APACHE_IDLE } from './services.ts';
import { finishRemoval } from './take_back.ts';
import type { Tree } from './tree.ts';

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
