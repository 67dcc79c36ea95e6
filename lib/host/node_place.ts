/** The Node that the installed programs run by. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Hands } from './hands.ts';
import { PREFIX } from './paths.ts';

/** Where a copy of this Node goes where the programs cannot run by this one. */
const OWN = `${PREFIX}/bin/node`;

/** The path of the Node that runs this. Without /proc (a bare chroot) it cannot tell by itself. */
function thisNode(): string {
  if (isAbsolute(process.execPath)) return process.execPath;
  const folders = (process.env['PATH'] ?? '').split(':');
  const found = folders.map((folder) => join(folder, process.execPath)).find((path) => isFile(path));
  return found ?? process.execPath;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Whether everyone may run a file, and nobody but root could put another in its place: all the way to it. */
function isEveryones(path: string): boolean {
  const { uid, mode } = statSync(path);
  return uid === 0 && (mode & 0o001) !== 0 && (path === '/' || isEveryones(dirname(path)));
}

/** www-data must reach it, and it must outlive the clone; else a copy goes under the prefix. */
export function nodeForPrograms({ clone }: Hands): string {
  const node = thisNode();
  const real = realpathSync(node);
  const inClone = clone !== undefined && real.startsWith(`${clone}/`);
  return !inClone && isEveryones(real) ? node : OWN;
}

/** Puts that copy in its place, in one step, if there is to be one. */
export function placeNode(hands: Hands): void {
  if (nodeForPrograms(hands) !== OWN) return;
  const { tree } = hands;
  const from = thisNode();
  const there = join(tree.root, OWN);
  if (isFile(there) && readFileSync(there).equals(readFileSync(from))) return;
  tree.bring(from, OWN, { mode: 0o755, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });
}
