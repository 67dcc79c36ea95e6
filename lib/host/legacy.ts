/** What versions before the journal kept of an installation: a ledger, a record of an open run, options and marks, a file each. */
import type { Change, Installed, Journal } from './journal.ts';
import { FOLDER } from './paths.ts';
import { markOf, type State } from './state.ts';
import { HostError, type Tree } from './tree.ts';
import type { Undo } from './undo.ts';

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
