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

/** Writes the ledger; one without entries goes. */
export function writeLedger(tree: Tree, ledger: Ledger): void {
  const next = ledger.entries.length === 0 ? ({ kind: 'none' } as const) : asFile(ledger);
  if (!same(tree.state(LEDGER), next)) tree.put(LEDGER, next);
}

/** A value as a file of ours that nobody else reads. */
export function asFile(value: unknown): State {
  const content = Buffer.from(`${JSON.stringify(value)}\n`).toString('base64');
  return { kind: 'file', content, mode: 0o600, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

/** The changes that would change something. */
export function pending(tree: Tree, changes: readonly Change[]): readonly Change[] {
  return changes.filter(({ path, next }) => !same(tree.state(path), next));
}

/**
 * Makes the changes. The ledger tells of all before the first is made, so that there is a way back from wherever this ends.
 * @param missing folders that will be made for them, outermost first
 */
export function apply(tree: Tree, changes: readonly Change[], missing: readonly string[] = []): void {
  const before = readLedger(tree);
  const folders = [...new Set([...before.folders, ...missing])];
  const entries = new Map(before.entries.map((entry) => [entry.path, entry]));
  const open = pending(tree, changes);
  for (const { path, undo, keeps = false, next } of open) {
    const was = entries.get(path)?.before ?? tree.state(path);
    entries.set(path, { path, undo, keeps, before: was, after: next });
  }
  writeLedger(tree, { entries: [...entries.values()], folders });
  for (const { path, next } of open) tree.put(path, next);
  const gone = open.filter(({ next }) => next.kind === 'none').map(({ path }) => path);
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

/** The way back, last change first: what `remove` will do. */
export function wayBack(tree: Tree, purge: boolean): readonly Returned[] {
  return [...readLedger(tree).entries].reverse().map((entry) => {
    const now = tree.state(entry.path);
    if (entry.keeps && !purge) return { path: entry.path, how: 'kept', back: now };
    const back = backFrom(entry, now);
    return { path: entry.path, how: same(back, entry.before) ? 'as before' : 'our part taken out', back };
  });
}

/** Takes everything back; what is kept stays in the ledger. */
export function remove(tree: Tree, purge: boolean): readonly Returned[] {
  const { entries, folders } = readLedger(tree);
  const told = wayBack(tree, purge);
  for (const { path, back } of told) {
    tree.clean(path);
    if (!same(tree.state(path), back)) tree.put(path, back);
  }
  tree.clean(LEDGER);
  writeLedger(tree, { entries: entries.filter(({ keeps }) => keeps && !purge), folders });
  for (const folder of [...folders].reverse()) tree.removeFolder(folder);
  return told;
}

/** What shall stand on the way back where something else may stand since. */
export function backFrom({ undo, before, after }: Entry, now: State): State {
  if (same(now, after) || undo === 'own') return before;
  if (now.kind !== 'file' || before.kind !== 'file') return now;
  return withText(now, undoFile(undo, textOf(now)));
}
