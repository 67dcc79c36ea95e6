/**
 * The one record of what was installed, and of a run that has not come to its end. A run is written down before its first
 * change, and struck out after its last: whatever ends it in between, the next start puts everything back, or finishes it.
 * And what versions before the journal kept of an installation: a file each.
 */
import type { Undo } from './changes.ts';
import { FOLDER } from './ours.ts';
import { type Mark, markOf, type State } from './state.ts';
import { HostError, type Tree } from './tree.ts';

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

const LEDGER = `${FOLDER}/host.json`;
const RUN = `${FOLDER}/run.json`;
const MADE_DATA = `${FOLDER}/made-data`;
/** A word a line, in pairs of option and value; the ledger knows of it, as it does of copies below `before/`. */
const OPTIONS = `${FOLDER}/options`;

interface OldLedger {
  readonly entries: readonly {
    readonly path: string;
    readonly undo: Undo;
    readonly keeps: boolean;
    readonly before: State;
    readonly after: State;
  }[];
  readonly folders: readonly string[];
}

interface OldRun {
  readonly bash: boolean;
  readonly database: boolean;
  readonly folders: readonly string[];
  readonly states: readonly { readonly path: string; readonly was: State }[];
}

/** The journal that says the same; undefined where there is nothing to say. */
export function readLegacy(tree: Tree): Journal | undefined {
  const now = installedBy(tree, tree.read(LEDGER));
  const old = parsed<OldRun>(RUN, tree.read(RUN));
  if (old === undefined) return now === undefined ? undefined : { installed: now };
  const { bash, database, folders, states } = old;
  const was = states.find(({ path }) => path === LEDGER)?.was;
  const before = was?.kind === 'file' ? Buffer.from(was.content, 'base64').toString() : undefined;
  const installed = installedBy(tree, before);
  const run: Change = {
    kind: 'change',
    bash,
    database,
    copy: installed !== undefined,
    folders,
    states: states.filter(({ path }) => path !== LEDGER),
    next: now ?? { entries: [], folders: [], options: {} },
  };
  return installed === undefined ? { run } : { installed, run };
}

/** Whether there are such records. */
export function hasLegacy(tree: Tree): boolean {
  return tree.read(LEDGER) !== undefined;
}

/** Takes those records away that the ledger does not know itself. */
export function removeLegacy(tree: Tree): void {
  for (const path of [RUN, MADE_DATA, LEDGER]) tree.put(path, { kind: 'none' });
}

function installedBy(tree: Tree, text: string | undefined): Installed | undefined {
  const ledger = parsed<OldLedger>(LEDGER, text);
  if (ledger === undefined) return undefined;
  const words = (tree.read(OPTIONS) ?? '').split('\n');
  const options: Record<string, string> = {};
  for (let at = 0; at + 1 < words.length; at += 2) options[words[at]?.slice(2) ?? ''] = words[at + 1] ?? '';
  const data = tree.read(MADE_DATA);
  const entries = ledger.entries.map((entry) => ({ ...entry, after: markOf(entry.after) }));
  return { entries, folders: ledger.folders, options, ...(data === undefined ? {} : { data }) };
}

function parsed<T>(path: string, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new HostError(`${path} is damaged: put its copy from your backup back`);
  }
}
