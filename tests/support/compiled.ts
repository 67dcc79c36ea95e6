/** What install.sh has of a tree besides its files: programs compiled for this Node. Made once for all trees of a run. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STAMP } from '../../lib/build/sources.mjs';
import { dist, makeTree, prepareTree } from './tree.ts';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));

/** Where the compiled tree of the programs as they are now is: a folder for each build and Node. */
function place(): string {
  const stamp = readFileSync(join(dist(), STAMP), 'utf8').slice(0, 16);
  return join(CACHE, `jmb-compiled-${stamp}-${process.version}`);
}

/** Compiles dist/ for this Node, unless it was, and forgets what was compiled of earlier builds. It takes three seconds. */
export function compileOnce(): void {
  const known = place();
  if (existsSync(known)) return;
  mkdirSync(CACHE, { recursive: true });
  for (const name of readdirSync(CACHE).filter((one) => /^jmb-compiled-[0-9a-f]{16}-/.test(one))) {
    rmSync(join(CACHE, name), { recursive: true, force: true });
  }
  const made = mkdtempSync(join(CACHE, 'jmb-compiling-'));
  makeTree(made, { settings: {}, modules: {} });
  prepareTree(made);
  try {
    renameSync(made, known);
  } catch {
    // Another run was first.
    rmSync(made, { recursive: true, force: true });
  }
}

/** Gives a tree the programs as they are once compiled, where they were: they answer in three quarters of the time. */
export function takeCompiled(root: string): void {
  if (process.env['JMB_DIST'] !== undefined || !existsSync(place())) return;
  cpSync(join(place(), 'cgi-bin'), join(root, 'cgi-bin'), { recursive: true });
  for (const name of readdirSync(join(place(), 'lib')).filter((one) => one.endsWith('.cache'))) {
    cpSync(join(place(), 'lib', name), join(root, 'lib', name));
  }
}
