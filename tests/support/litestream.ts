/** The real Litestream of npm's package, and two hosts that share a replica: each a stage of its own, the service run as its unit has it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { jmbCommand, type Said } from './command.ts';
import type { Stage } from './stage.ts';
import { asWebUser } from './web_user.ts';

/** The folder of the program for this machine. */
export const LITESTREAM = dirname(
  createRequire(import.meta.url).resolve(`@flydotio/litestream-${process.platform}-${process.arch}/package.json`),
);

/** Has what this process starts find Litestream in PATH; what it gives back ends that. */
export function haveLitestream(): () => void {
  const path = process.env['PATH'] ?? '';
  // Where everybody can start it: the clone may lie below /root, and JMB has it work as the web server's user.
  const folder = mkdtempSync(join(tmpdir(), 'jmb-litestream-'));
  chmodSync(folder, 0o755);
  copyFileSync(join(LITESTREAM, 'litestream'), join(folder, 'litestream'));
  process.env['PATH'] = `${folder}${delimiter}${path}`;
  return () => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Litestream at work for a host. */
export interface Copying {
  readonly pid: number;
  /** What it has said. */
  said(): string;
  /** Ends it, by a signal. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** What the unit does before it starts: whether the host is to be copied. */
export function ready(stage: Pick<Stage, 'root'>): Promise<Said> {
  return jmbCommand(stage, 'replica', '--ready', join(stage.root, 'data/litestream.yml'));
}

/** Starts what the unit starts. Throws where it would not start. */
export async function copy(stage: Pick<Stage, 'root'>): Promise<Copying> {
  const { status, stdout, stderr } = await ready(stage);
  if (status !== 0) throw new Error(`not ready: ${stdout}${stderr}`);
  return startCopying(join(stage.root, 'data/litestream.yml'));
}

/** Starts Litestream by what `jmb replica --ready` has written to a file. */
export function startCopying(config: string): Copying {
  const [command = '', ...words] = asWebUser(
    [LITESTREAM, config],
    [join(LITESTREAM, 'litestream'), 'replicate', '-config', config, '-no-expand-env'],
  );
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part) => {
      said += part;
    });
  }
  return { pid: child.pid ?? 0, said: () => said, end: (signal) => endOf(child, signal) };
}

async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'close');
  child.kill(signal);
  await gone;
}
