/** What an installation works with besides the file tree: commands, the person at the terminal, the clone. */
import { execFileSync } from 'node:child_process';
import type { Asking } from './asking.ts';
import type { Steps } from './steps.ts';
import { HostError, type Tree } from './tree.ts';

/** Everything at hand. */
export interface Hands {
  readonly tree: Tree;
  readonly steps: Steps;
  readonly asking: Asking;
  /** The folder of install.sh; undefined where the program was started without it. */
  readonly clone: string | undefined;
  /** The built tree that this program is a part of. */
  readonly dist: string;
  /** `--yes`: nothing is asked. */
  readonly yes: boolean;
  /** `--dry-run`: nothing is changed. */
  readonly dryRun: boolean;
}

/** Says lines to whoever started this. */
export function say(...lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

/** Whether the files of another machine are changed, or of one to be: no package comes, no service is told. */
export function isStaged({ tree }: Hands): boolean {
  return tree.root !== '/';
}

/** Throws HostError where the host itself is to be changed, and whoever asks is not root. */
export function wantRoot(hands: Hands, words: string): void {
  if (!isStaged(hands) && !hands.dryRun && process.getuid?.() !== 0)
    throw new HostError(`install.sh: this needs root: sudo ./install.sh${words}`);
}

/** Asks whether to go on; throws HostError where the answer is no, or nobody is there. */
export async function agree({ yes, asking }: Hands, question: string): Promise<void> {
  if (yes) return;
  if (!asking.possible) throw new HostError('install.sh: nobody is there to ask: --yes agrees, --dry-run only shows');
  if (!/^[yYoO]/.test(await asking.ask(`${question} [y/N]`))) throw new HostError('install.sh: nothing was changed');
}

/** Whether a Debian package is installed. */
export function isInstalled(name: string): boolean {
  try {
    const said = execFileSync('dpkg-query', ['-s', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return /^Status: \S+ \S+ installed$/m.test(said);
  } catch {
    return false;
  }
}
