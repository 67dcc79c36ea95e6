/** The Node that the programs run by: one of the host's, or else a copy of the one that runs this, under the prefix. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import LINES from './node_lines.json';
import { PREFIX } from './ours.ts';
import { type Hands, isStaged } from './steps.ts';

/** Where that copy goes. */
const OWN = `${PREFIX}/bin/node`;

/** Where Debian's package has its own. */
const DEBIANS = '/usr/bin/node';

/** The oldest that the programs run by; lib/install/node.sh tells it by what came with it. */
const OLDEST = [20, 16] as const;

/** Which Node it is to be. */
interface Choice {
  readonly path: string;
  /** Whether Debian's package has to come first. */
  readonly comes: boolean;
}

/** The path of the Node that runs this. Without /proc (a bare chroot) it cannot tell by itself. */
function thisNode(): string {
  if (isAbsolute(process.execPath)) return process.execPath;
  return inPath(process.execPath)[0] ?? process.execPath;
}

/** The files of this name in the folders of PATH. */
function inPath(name: string): readonly string[] {
  const folders = (process.env['PATH'] ?? '').split(':').filter(isAbsolute);
  return folders.map((folder) => join(folder, name)).filter(isFile);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Whether everyone may run a file, and nobody but root could put another in its place: all the way to it. */
function isEveryones(path: string): boolean {
  const { uid, mode } = statSync(path);
  return uid === 0 && (mode & 0o001) !== 0 && (path === '/' || isEveryones(dirname(path)));
}

/** Whether a Node is new enough, and SQLite's addon for it lies in the built tree. */
function fits(node: string, dist: string): boolean {
  const script = 'typeof process.getBuiltinModule === "function" ? process.versions.modules : ""';
  const { status, stdout } = spawnSync(node, ['-p', script], { encoding: 'utf8' });
  const abi = status === 0 ? stdout.trim() : '';
  return abi !== '' && readdirSync(join(dist, 'lib')).some((name) => name.endsWith(`.${abi}.node`));
}

/** Whether apt would bring such a Node, as far as it knows by now; no cache of its own is written for the question. */
function aptHasOne(): boolean {
  const words = ['-o', 'Dir::Cache::pkgcache=', '-o', 'Dir::Cache::srcpkgcache=', 'policy', 'nodejs'];
  const { stdout } = spawnSync('apt-cache', words, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  const [, line, minor] = /^ *Candidate: (?:\d+:)?(\d+)\.(\d+)/m.exec(stdout ?? '')?.map(Number) ?? [];
  if (line === undefined || minor === undefined) return false;
  return LINES.some((one) => one.line === line) && (line > OLDEST[0] || minor >= OLDEST[1]);
}

/**
 * A clone is built for the Node that runs this. A release holds SQLite for all, and one of its own for hosts without: those of the host
 * go first, since apt renews them.
 */
function choose(hands: Pick<Hands, 'clone' | 'dist' | 'tree'>): Choice {
  const { clone, dist } = hands;
  const node = thisNode();
  const real = realpathSync(node);
  const inClone = clone !== undefined && real.startsWith(`${clone}/`);
  if (!inClone && isEveryones(real)) return { path: node, comes: false };
  if (clone === undefined || real !== join(clone, 'node/bin/node')) return { path: OWN, comes: false };
  const theirs = inPath('node').find(
    (one) => !realpathSync(one).startsWith(`${clone}/`) && isEveryones(realpathSync(one)) && fits(one, dist),
  );
  if (theirs !== undefined) return { path: theirs, comes: false };
  return !isStaged(hands) && !isFile(DEBIANS) && aptHasOne()
    ? { path: DEBIANS, comes: true }
    : { path: OWN, comes: false };
}

/** The path of the Node that the programs name; www-data must reach it, and it must outlive the clone. */
export function nodeForPrograms(hands: Pick<Hands, 'clone' | 'dist' | 'tree'>): string {
  return choose(hands).path;
}

/** Whether Debian's Node is to come for it. */
export function wantsDebiansNode(hands: Pick<Hands, 'clone' | 'dist' | 'tree'>): boolean {
  return choose(hands).comes;
}

/** Puts the copy in its place, in one step, if there is to be one. */
export function placeNode(hands: Hands): void {
  if (nodeForPrograms(hands) !== OWN) return;
  const { tree } = hands;
  const from = thisNode();
  const there = join(tree.root, OWN);
  if (isFile(there) && readFileSync(there).equals(readFileSync(from))) return;
  tree.bring(from, OWN, { mode: 0o755, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });
}
