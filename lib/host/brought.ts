/** What install.sh brought so that this program can run, and what this program brought: it goes again where the installation is refused. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Hands, say } from './hands.ts';
import { apt, broughtFile } from './packages.ts';

/** What may have been made in a clone. */
const MADE = ['.private-node', 'node_modules', 'dist'];

type Some = Pick<Hands, 'clone' | 'steps'>;

/** Takes it away, if anything came. */
export async function giveBack(hands: Some): Promise<void> {
  const { clone, steps } = hands;
  if (clone === undefined || !existsSync(broughtFile(clone))) return;
  steps.ignoreSignals();
  const lines = readFileSync(broughtFile(clone), 'utf8').trim().split('\n');
  const named = (kind: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []));
  const packages = [...new Set(named('package'))];
  const folders = MADE.map((name) => join(clone, name)).filter((path) => named('folder').includes(path));
  say(`What came for this run goes again: ${packages.length} packages, ${folders.length} folders of ${clone}.`);
  if (packages.length > 0) await apt(hands, 'purge', packages);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  holdBrought(hands);
}

/** What came stays. */
export function holdBrought({ clone }: Some): void {
  if (clone !== undefined) rmSync(broughtFile(clone), { force: true });
}
