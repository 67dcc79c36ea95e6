/** What was changed on the host, and how it was before: kept below /var/lib/jitsi-jmb, the way back. */
import { HostError, type State, same, type Tree, textOf, withText } from './tree.ts';
import { type Undo, undoFile } from './undo.ts';

/** Where the ledger lies. It holds secrets: mode 600. */
export const LEDGER = '/var/lib/jitsi-jmb/host.json';

/** One changed path. */
export interface Entry {
  readonly path: string;
  /** How our part is taken out of a file that changed since; `own`: the whole of it is ours. */
  readonly undo: Undo;
  /** Whether it stays when the program goes: settings. */
  readonly keeps: boolean;
  readonly before: State;
  readonly after: State;
}

/** All that was changed. */
export interface Ledger {
  readonly entries: readonly Entry[];
  /** Folders that were made, outermost first. */
  readonly folders: readonly string[];
}

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

const EMPTY: Ledger = { entries: [], folders: [] };

/** Reads the ledger; an empty one where nothing was installed. */
export function readLedger(tree: Tree): Ledger {
  const text = tree.read(LEDGER);
  if (text === undefined) return EMPTY;
  try {
    return JSON.parse(text) as Ledger;
  } catch {
    throw new HostError(`${LEDGER} is damaged: put its copy from your backup back`);
  }
}

/** The changes that would change something. */
export function pending(tree: Tree, changes: readonly Change[]): readonly Change[] {
  return changes.filter(({ path, next }) => !same(tree.state(path), next));
}

/**
 * Makes the changes; puts everything back as it was before this call when one fails, or when `check` throws at the end.
 */
export function apply(tree: Tree, changes: readonly Change[], check: () => void = () => {}): void {
  const before = readLedger(tree);
  const done: { path: string; was: State }[] = [];
  const folders = [...before.folders];
  const entries = new Map(before.entries.map((entry) => [entry.path, entry]));
  const put = (path: string, next: State) => {
    done.unshift({ path, was: tree.state(path) });
    folders.push(...tree.put(path, next));
  };
  try {
    for (const { path, undo, keeps = false, next } of pending(tree, changes)) {
      const was = entries.get(path)?.before ?? tree.state(path);
      entries.set(path, { path, undo, keeps, before: was, after: next });
      write(tree, put, { entries: [...entries.values()], folders });
      put(path, next);
    }
    write(tree, put, { entries: [...entries.values()], folders });
    check();
  } catch (error) {
    for (const { path, was } of done) tree.put(path, was);
    for (const folder of folders.slice(before.folders.length).reverse()) tree.removeFolder(folder);
    throw error;
  }
}

function write(tree: Tree, put: (path: string, next: State) => void, ledger: Ledger): void {
  const content = Buffer.from(`${JSON.stringify(ledger)}\n`).toString('base64');
  const next: State = {
    kind: 'file',
    content,
    mode: 0o600,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
  };
  if (!same(tree.state(LEDGER), next)) put(LEDGER, next);
}

/** What became of one path on the way back. */
export interface Returned {
  readonly path: string;
  readonly how: 'as before' | 'our part taken out' | 'kept';
}

/** Takes everything back, last change first. */
export function remove(tree: Tree, purge: boolean): readonly Returned[] {
  const ledger = readLedger(tree);
  const told: Returned[] = [];
  const kept: Entry[] = [];
  for (const entry of [...ledger.entries].reverse()) {
    if (entry.keeps && !purge) {
      kept.unshift(entry);
      told.push({ path: entry.path, how: 'kept' });
      continue;
    }
    const now = tree.state(entry.path);
    const back = backFrom(entry, now);
    if (!same(now, back)) tree.put(entry.path, back);
    told.push({ path: entry.path, how: same(back, entry.before) ? 'as before' : 'our part taken out' });
  }
  if (kept.length > 0) {
    write(tree, (path, next) => tree.put(path, next), { entries: kept, folders: ledger.folders });
  } else {
    tree.put(LEDGER, { kind: 'none' });
  }
  for (const folder of [...ledger.folders].reverse()) tree.removeFolder(folder);
  return told;
}

/** What shall stand where something else may stand since. */
function backFrom({ undo, before, after }: Entry, now: State): State {
  if (same(now, after) || undo === 'own') return before;
  if (now.kind !== 'file' || before.kind !== 'file') return now;
  return withText(now, undoFile(undo, textOf(now)));
}
