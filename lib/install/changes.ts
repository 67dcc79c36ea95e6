/** The changes that an installation makes: drafted one path at a time, made, and the way back from each, whatever became of its file since. */
import { messageOf } from '../failure.ts';
import { undoPorts, undoVhost } from './apache_site.ts';
import { exists } from './entries.ts';
import { undoConfigJs, undoHocon } from './jitsi_files.ts';
import { type Entry, type Installed, readInstalled } from './journal.ts';
import { undoNginx } from './nginx_site.ts';
import { undoProsody } from './prosody.ts';
import { isMarked, markOf, type State, same, textOf, withText } from './state.ts';
import { HostError, type Tree } from './tree.ts';

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

/** Changes, and what the administrator should know besides. */
export interface Plan {
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
}

/** How a file is written; root's and mode 644 where nothing is said. */
export interface Manner {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Whether it stays when the program goes, unless with --purge. */
  readonly keeps?: boolean;
}

/** A plan in the making. `what` says in a few words what a change is for. */
export interface Draft {
  readonly tree: Tree;
  /** A file that is ours altogether. */
  file(path: string, text: string | Buffer, what: string, manner?: Manner): void;
  /** The same, but one that is there already stays as it is. */
  once(path: string, make: () => string, what: string, manner?: Manner): void;
  /** Somebody else's file with our part in it; links are followed. Where it is missing, a note says so. */
  edit(path: string, undo: Undo, what: string, make: (text: string) => string): void;
  link(path: string, target: string, what: string): void;
  /** What is there goes, until the way back. */
  away(path: string, what: string): void;
  /** A path of an earlier run that stays as it is. */
  keep(path: string): void;
  note(text: string): void;
  /** All that was drafted; of several changes of a path the last holds. */
  plan(): Plan;
}

/** An empty plan of a host. */
export function draft(tree: Tree): Draft {
  const changes: Change[] = [];
  const notes: string[] = [];
  const touched = new Set<string>();
  const me = process.getuid?.() ?? 0;
  // Who is not root can only write files of their own: a packager in a staged tree.
  const owned = (uid: number, gid: number) => (me === 0 ? { uid, gid } : { uid: me, gid: process.getgid?.() ?? 0 });

  const file: Draft['file'] = (path, text, what, { mode = 0o644, uid = 0, gid = 0, keeps = false } = {}) => {
    touched.add(path);
    const content = Buffer.from(text).toString('base64');
    changes.push({ path, what, undo: 'own', keeps, next: { kind: 'file', content, mode, ...owned(uid, gid) } });
  };
  return {
    tree,
    file,
    once(path, make, what, manner) {
      touched.add(path);
      if (!exists(tree, path)) file(path, make(), what, manner);
    },
    edit(path, undo, what, make) {
      const real = tree.real(path);
      touched.add(real);
      const state = tree.state(real);
      if (state.kind !== 'file') {
        notes.push(`${path} is not there: not changed (${what})`);
        return;
      }
      const text = edited(path, textOf(state), make);
      if (text !== textOf(state)) changes.push({ path: real, what, undo, next: withText(state, text) });
    },
    link(path, target, what) {
      touched.add(path);
      changes.push({ path, what, undo: 'own', next: { kind: 'link', target } });
    },
    away(path, what) {
      touched.add(path);
      if (tree.state(path).kind !== 'none') changes.push({ path, what, undo: 'own', next: { kind: 'none' } });
    },
    note: (text) => void notes.push(text),
    keep: (path) => void touched.add(path),
    plan: () => {
      const last = changes.filter((change, at) => changes.findLastIndex(({ path }) => path === change.path) === at);
      return { changes: [...last, ...noLongerWanted(tree, touched)], notes };
    },
  };
}

/** What an earlier run did that this one does not: another way to sign in, a file that a new version has no more. */
function noLongerWanted(tree: Tree, touched: ReadonlySet<string>): Change[] {
  const left = readInstalled(tree).entries.filter(({ path, keeps }) => !keeps && !touched.has(path));
  return left.map((entry) => {
    const { path, undo } = entry;
    return { path, what: 'no longer needed', undo, next: backFrom(entry, tree.state(path)) };
  });
}

function edited(path: string, text: string, make: (text: string) => string): string {
  try {
    return make(text);
  } catch (error) {
    throw new HostError(`${path}: ${messageOf(error)}`);
  }
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
