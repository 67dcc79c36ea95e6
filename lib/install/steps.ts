/**
 * What an installation works with besides the file tree: commands, each in a process group of its own, the terminal and the
 * clone.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import type { Asking } from './questions.ts';
import { HostError, type Tree } from './tree.ts';

/** The signals that end an installation, and the exit status of each as a shell has it. */
const STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Ctrl-C, SIGTERM or SIGHUP came. */
export class Ended extends Error {
  override readonly name = 'Ended';
  /** The exit status that says so. */
  readonly status: number;
  constructor(signal: keyof typeof STATUS) {
    super(signal);
    this.status = STATUS[signal];
  }
}

/** How a command ended, and what it said on either stream where that was kept. */
export interface Ran {
  /** null where a signal ended it; 127 where there is no such command. */
  readonly status: number | null;
  readonly said: string;
}

/** Runs commands, until a signal comes. */
export interface Steps {
  /** Runs a command without input. What it says is shown, or kept. Rejects with Ended when a signal comes. */
  run(command: string, words: readonly string[], output?: 'shown' | 'kept'): Promise<Ran>;
  /** The same promise, but rejected with Ended when a signal comes before it is settled; at once where one has come. */
  unlessEnded<T>(promise: Promise<T>): Promise<T>;
  /** From now on signals change nothing: what goes back must come to its end. */
  ignoreSignals(): void;
}

/** How long a command may take to end when it is told to, in milliseconds. */
const PATIENCE = 5000;

/** Begins to listen for signals. */
export function openSteps(): Steps {
  let ended: Ended | undefined;
  let ignored = false;
  let running: ChildProcess | undefined;
  const waiting = new Set<(error: Ended) => void>();

  const end = async (signal: keyof typeof STATUS): Promise<void> => {
    if (ended !== undefined || ignored) return;
    ended = new Ended(signal);
    if (running?.pid !== undefined) await endGroup(running.pid);
    for (const reject of waiting) reject(ended);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(signal));

  const unlessEnded = async <T>(promise: Promise<T>): Promise<T> => {
    // Whoever waits for it is told below; until then nobody listens.
    promise.catch(() => undefined);
    // What came while no turn of the loop was taken is heard first.
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    if (ended !== undefined && !ignored) throw ended;
    let reject: (error: Ended) => void = () => undefined;
    const signalled = new Promise<never>((_, fail) => {
      reject = fail;
      waiting.add(fail);
    });
    try {
      return await Promise.race([promise, signalled]);
    } finally {
      waiting.delete(reject);
    }
  };

  const start = (command: string, words: readonly string[], output: 'shown' | 'kept'): Promise<Ran> =>
    new Promise((resolve) => {
      const out = output === 'shown' ? 'inherit' : 'pipe';
      const child = spawn(command, words, { detached: true, stdio: ['ignore', out, out] });
      running = child;
      let said = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (part) => {
          said += part;
        });
      }
      const done = (status: number | null): void => {
        running = undefined;
        resolve({ status, said });
      };
      child.once('error', () => done(127));
      child.once('close', done);
    });

  return {
    run: async (command, words, output = 'shown') => {
      await unlessEnded(Promise.resolve());
      return unlessEnded(start(command, words, output));
    },
    unlessEnded,
    ignoreSignals: () => {
      ignored = true;
    },
  };
}

/** Ends a process group, by force where it takes its time. */
async function endGroup(group: number): Promise<void> {
  const send = (signal: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(-group, signal);
    } catch {
      return false;
    }
  };
  send('SIGTERM');
  for (const until = Date.now() + PATIENCE; send(0) && Date.now() < until; )
    await new Promise((resolve) => setTimeout(resolve, 50));
  send('SIGKILL');
}

/** Runs a command, and shows what it says only when it fails; throws HostError then. */
export async function quietStep(steps: Steps, what: string, command: string, words: readonly string[]): Promise<void> {
  console.log(`${what}...`);
  const { status, said } = await steps.run(command, words, 'kept');
  if (status === 0) return;
  console.error(said.trimEnd().split('\n').slice(-40).join('\n'));
  throw new HostError(`install.sh: this failed with status ${status}: ${[command, ...words].join(' ')}`);
}

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
export function isStaged({ tree }: Pick<Hands, 'tree'>): boolean {
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
