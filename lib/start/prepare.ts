/**
 * `node PREFIX/lib/prepare.js`, run once by install.sh and after each upgrade of Node: fits the programs to this Node.
 * Their first line names it, and the code that usual requests run is kept compiled, so that no request compiles it
 * again. Without this everything works, a quarter slower.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { requestsOf, sampleSite } from './sample.ts';

const root = join(__dirname, '..');
const FIRST_LINE = /^#!.*\n/;

/** The name of a program's cache as its starter has it. */
function cacheOf(program: string): string {
  const starter = readFileSync(join(root, 'cgi-bin', `${program}.cgi`), 'utf8');
  const name = /[\w-]+\.cache/.exec(starter)?.[0];
  if (name === undefined) throw new Error(`${program}.cgi names no cache`);
  return join(root, 'lib', name);
}

/** Makes the first line name the Node that runs this; written beside and renamed, so that no request finds half a file. */
function nameNode(program: string): void {
  const file = join(root, 'cgi-bin', `${program}.cgi`);
  const source = readFileSync(file, 'utf8').replace(FIRST_LINE, `#!${process.execPath}\n`);
  writeFileSync(`${file}.new`, source, { mode: 0o755 });
  renameSync(`${file}.new`, file);
}

/** Runs one request of a program in a Node of its own, which then adds what it compiled to the cache. */
function run(program: string, env: Readonly<Record<string, string>>): void {
  const words = [join(root, 'lib', 'prepare.js'), 'run', program];
  const done = spawnSync(process.execPath, words, { env: { ...env }, encoding: 'utf8' });
  if (done.status !== 0 || !/^Status: [23]/.test(done.stdout)) {
    throw new Error(`${program}.cgi?${env['QUERY_STRING']}: ${done.stdout.split('\r\n', 1)[0]} ${done.stderr}`);
  }
}

/** In that Node: what the starter does, and the cache written at the end. */
function keep(program: string): void {
  const filename = join(root, 'lib', `${program}.js`);
  const cache = cacheOf(program);
  process.argv[1] = join(root, 'cgi-bin', `${program}.cgi`);
  const script = new Script(readFileSync(filename, 'utf8'), { filename, ...previous(cache) });
  process.on('exit', () => {
    writeFileSync(`${cache}.new`, script.createCachedData());
    renameSync(`${cache}.new`, cache);
  });
  script.runInThisContext()(require);
}

function previous(cache: string): { cachedData?: Buffer } {
  try {
    return { cachedData: readFileSync(cache) };
  } catch {
    return {};
  }
}

function prepare(): void {
  const folder = mkdtempSync(join(tmpdir(), 'jmb-prepare-'));
  try {
    for (const name of readdirSync(join(root, 'lib'))) if (name.endsWith('.cache')) rmSync(join(root, 'lib', name));
    const site = sampleSite(folder);
    for (const [program, requests] of Object.entries(requestsOf(site))) {
      nameNode(program);
      for (const env of requests) run(program, env);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [, , word, program] = process.argv;
if (word === 'run' && program !== undefined) keep(program);
else prepare();
