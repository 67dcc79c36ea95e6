/** Other processes that use the store at the same time: the same code, bundled for a Node of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { esbuildTemplates } from '../../lib/build/templates.mjs';
import { scratch } from './scratch.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ADDON = join(HERE, '../../node_modules/better-sqlite3/build/Release/better_sqlite3.node');

/**
 * Makes a program of some lines that use lib/store; `file`, `name` (from the command line) and `addon` are there.
 * @returns the program's path
 */
export async function program(lines: string): Promise<string> {
  const outfile = scratch('child.cjs');
  await build({
    stdin: {
      contents: `const [file, name] = process.argv.slice(2); const addon = ${JSON.stringify(ADDON)};\n${lines}`,
      resolveDir: HERE,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    plugins: [esbuildTemplates],
    logLevel: 'error',
    outfile,
  });
  return outfile;
}

/** How a child ended: its exit status (null when it was killed), and what it wrote. */
export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

/** Starts a program on a database. */
export function start(child: string, file: string, name: string): { process: ChildProcess; ended: Promise<Ended> } {
  const process = spawn(globalThis.process.execPath, [child, file, name], {
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let error = '';
  process.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  process.stderr?.setEncoding('utf8').on('data', (text: string) => {
    error += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    process.on('close', (status) => resolve({ status, out, error }));
  });
  return { process, ended };
}

/** Runs a program several times at once. */
export function together(child: string, file: string, times: number): Promise<Ended[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => start(child, file, `child${index}`).ended));
}
