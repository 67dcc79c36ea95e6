/**
 * The one record of what was installed, and of a run that has not come to its end. A run is written down before its first
 * change, and struck out after its last: whatever ends it in between, the next start puts everything back, or finishes it.
 */
import { readLegacy, removeLegacy } from './legacy.ts';
import { FOLDER } from './paths.ts';
import type { Mark, State } from './state.ts';
import { HostError, type Tree } from './tree.ts';
import type { Undo } from './undo.ts';

/** Where the journal lies, mode 600: it holds what stood in files of others, secrets too. */
export const JOURNAL = `${FOLDER}/journal.json`;

/** One changed path. */
export interface Entry {
  readonly path: string;
  /** How our part is taken out of a file that changed since; `own`: the whole of it is ours. */
  readonly undo: Undo;
  /** Whether it stays when the program goes: settings. */
  readonly keeps: boolean;
  readonly before: State;
  readonly after: Mark;
}

/** An installation that holds. */
export interface Installed {
  readonly entries: readonly Entry[];
  /** Folders that were made, outermost first. */
  readonly folders: readonly string[];
  /** The options to go by at the next run, by name without dashes. */
  readonly options: Readonly<Record<string, string>>;
  /** The folder that was made for data; none where it was there before. */
  readonly data?: string;
}

/** A run that changes the host: what ends it has everything put back. */
export interface Change {
  readonly kind: 'change';
  /** Whether it moves the Bash version away. */
  readonly bash: boolean;
  /** Whether a database of ours was there before it, and a copy of the Bash version's. */
  readonly database: boolean;
  readonly copy: boolean;
  /** Folders that it makes, outermost first. */
  readonly folders: readonly string[];
  /** What stood at each path that it changes. */
  readonly states: readonly { readonly path: string; readonly was: State }[];
  /** What is installed when it is done. */
  readonly next: Installed;
}

/** A run that takes everything back: what ends it has the next start finish it. */
export interface Removal {
  readonly kind: 'removal';
  readonly purge: boolean;
  /** Whether our folder was ours when it began, and not the Bash version's again. */
  readonly ours: boolean;
  /** Whether the Bash version comes back to that folder. */
  readonly bash: boolean;
  /** Whether Apache goes out of service again. */
  readonly idle: boolean;
}

/** What the file holds. */
export interface Journal {
  readonly installed?: Installed;
  readonly run?: Change | Removal;
}

/** Nothing installed. */
export const NOTHING: Installed = { entries: [], folders: [], options: {} };

/** Reads the journal, or what versions before it kept; an empty one where nothing was installed. */
export function readJournal(tree: Tree): Journal {
  const text = tree.read(JOURNAL);
  if (text === undefined) return readLegacy(tree) ?? {};
  try {
    return JSON.parse(text) as Journal;
  } catch {
    throw new HostError(`${JOURNAL} is damaged: put its copy from your backup back`);
  }
}

/** Whether this program has installed anything, or was about to. */
export function isKnown(tree: Tree): boolean {
  const { installed, run } = readJournal(tree);
  return installed !== undefined || run !== undefined;
}

/** What is installed. */
export function readInstalled(tree: Tree): Installed {
  return readJournal(tree).installed ?? NOTHING;
}

/** Writes the journal, and has the disk hold it; one that says nothing goes. Records of versions before it go once no run is open. */
export function writeJournal(tree: Tree, journal: Journal): void {
  const { installed, run } = journal;
  if (run === undefined && (installed === undefined || installed.entries.length === 0)) {
    removeLegacy(tree);
    tree.put(JOURNAL, { kind: 'none' });
    return;
  }
  tree.put(JOURNAL, asFile(journal));
  tree.keep(JOURNAL);
  if (run === undefined) removeLegacy(tree);
}

function asFile(value: unknown): State {
  const content = Buffer.from(`${JSON.stringify(value)}\n`).toString('base64');
  return { kind: 'file', content, mode: 0o600, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}
