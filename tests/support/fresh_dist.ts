/** Builds dist/ before the tests of a run where the sources have changed since it was built, and compiles it; vitest calls it once a run. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { digestOfSources, STAMP } from '../../lib/build/sources.mjs';
import { compileOnce } from './compiled.ts';

/** How long one run waits for the build of another, in milliseconds. */
const PATIENCE = 300_000;

/** What vitest calls. JMB_DIST names programs that were built elsewhere (tree.ts): they are taken as they are. */
export default function setup(): void {
  if (process.env['JMB_DIST'] !== undefined) return;
  freshDist(fileURLToPath(new URL('../..', import.meta.url)).slice(0, -1));
  compileOnce();
}

/**
 * Builds a clone where that is needed; of runs that come at once one builds, and the others wait for it.
 * @param root the clone, without a slash at its end
 * @throws Error where the build fails: tests of older programs would say nothing
 */
export function freshDist(root: string): void {
  if (isFresh(root)) return;
  const folder = join(root, 'node_modules/.cache');
  mkdirSync(folder, { recursive: true });
  // The kernel frees it with its process, however that ends.
  const lock = new Database(join(folder, 'jmb-build.lock'), { timeout: PATIENCE });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    if (isFresh(root)) return;
    const built = spawnSync(process.execPath, ['build.mjs'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    if (built.status !== 0) throw new Error('npm run build fails, so there is nothing to test');
  } finally {
    lock.close();
  }
}

function isFresh(root: string): boolean {
  try {
    return readFileSync(join(root, 'dist', STAMP), 'utf8') === digestOfSources(root);
  } catch {
    return false;
  }
}
