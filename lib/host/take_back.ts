/** install.sh --uninstall: the host as it was, and the Bash version back in its place where there was one. */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { dropData, restoreOldDatabase } from './data.ts';
import { type Entry, LEDGER, type Returned, readLedger, remove, wayBack, writeLedger } from './ledger.ts';
import { BASH_KEPT, PREFIX } from './paths.ts';
import { moveBashBack, settleRun } from './run.ts';
import { HostError, type Tree } from './tree.ts';

/** Where settings stay when the Bash version comes back to its folder. */
const SETTINGS_KEPT = `${PREFIX}.kept`;

/** What was taken back. */
export interface TakenBack {
  readonly returned: readonly Returned[];
  /** Whether the Bash version is back. */
  readonly bash: boolean;
}

/** What would be taken back; nothing is changed. */
export function seeBack(tree: Tree, purge: boolean): TakenBack {
  wantLedger(tree);
  return { returned: wayBack(tree, purge), bash: existsSync(join(tree.root, BASH_KEPT)) };
}

/**
 * Takes everything back; data and settings only with `purge`.
 * @throws HostError when nothing was installed
 */
export function takeBack(tree: Tree, purge: boolean): TakenBack {
  const at = (path: string): string => join(tree.root, path);
  wantLedger(tree);
  settleRun(tree);
  const { folders } = readLedger(tree);
  const bash = existsSync(at(BASH_KEPT));
  const stillHere = !existsSync(at(`${PREFIX}/cgi/booking.cgi`));
  if (stillHere) dropWhatProgramsMade(tree);
  const returned = remove(tree, purge);
  if (purge) {
    restoreOldDatabase(tree);
    dropData(tree);
    // Modules, a logo: what administrators put beside the program goes with it. A Bash version that is back is none of ours.
    if (stillHere && !bash) rmSync(at(PREFIX), { recursive: true, force: true });
    rmSync(at(SETTINGS_KEPT), { recursive: true, force: true });
  }
  if (bash) {
    moveBashBack(tree, purge ? undefined : SETTINGS_KEPT);
    if (!purge) followSettings(tree);
  }
  if (purge) for (const folder of [...folders].reverse()) tree.removeFolder(folder);
  return { returned, bash };
}

function wantLedger(tree: Tree): void {
  if (tree.read(LEDGER) === undefined) throw new HostError(`there is nothing to take back: ${LEDGER} is not there`);
}

/** Where Prosody keeps what modules store. */
const PROSODY_DATA = '/var/lib/prosody';

/** Takes away what no ledger knows: code kept compiled, a private Node, which rooms our module in Prosody keeps closed. */
export function dropWhatProgramsMade({ root }: Tree): void {
  const at = (path: string): string => join(root, path);
  for (const name of existsSync(at(`${PREFIX}/lib`)) ? readdirSync(at(`${PREFIX}/lib`)) : []) {
    if (name.endsWith('.cache')) rmSync(at(`${PREFIX}/lib/${name}`));
  }
  rmSync(at(`${PREFIX}/bin/node`), { force: true });
  for (const host of existsSync(at(PROSODY_DATA)) ? readdirSync(at(PROSODY_DATA)) : []) {
    const folder = at(`${PROSODY_DATA}/${host}`);
    if (!existsSync(`${folder}/jmb/rooms.dat`)) continue;
    rmSync(`${folder}/jmb`, { recursive: true });
    if (readdirSync(folder).length === 0) rmdirSync(folder);
  }
}

/** The ledger knows where the kept settings lie now, and so takes nothing of the Bash version for ours. */
function followSettings(tree: Tree): void {
  const { entries, folders } = readLedger(tree);
  const moved = (path: string): string =>
    path.startsWith(`${PREFIX}/`) ? SETTINGS_KEPT + path.slice(PREFIX.length) : path;
  const byPath = new Map<string, Entry>(
    entries.map((entry) => [moved(entry.path), { ...entry, path: moved(entry.path) }]),
  );
  writeLedger(tree, { entries: [...byPath.values()], folders: folders.filter((folder) => moved(folder) === folder) });
}
