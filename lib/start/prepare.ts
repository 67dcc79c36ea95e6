/**
 * `node PREFIX/lib/prepare.js`, run once by install.sh and after each upgrade of Node: fits the programs to this Node.
 * Their first line names it, and the code that usual requests run is kept compiled, so that no request compiles it
 * again. Without this everything works, a quarter slower.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFile, type Loaded, loaderOf } from './parts.ts';
import { requestsOf, type SampleRequest, sampleSite } from './sample.ts';

const root = join(__dirname, '..');
const FIRST_LINE = /^#!.*\n/;

/**
 * Node makes the hash tables of its start-up snapshot anew for a random seed, against names that somebody chose to
 * collide: 3 of its 20 ms. No request of ours makes more than some hundred names of what was sent (lib/http/params.ts, lib/meetings/people.ts).
 */
const FLAG = '--no-rehash-snapshot';

/** The flags that this Node knows of those worth giving. */
const flags = spawnSync(process.execPath, [FLAG, '--eval', ''], { stdio: 'ignore' }).status === 0 ? [FLAG] : [];

/** The first line: this Node with its flags; the line that was there, where the kernel could not read it. */
function firstLine(before: string): string {
  const line = `#!${[process.execPath, ...flags].join(' ')}`;
  return /\s/.test(process.execPath) || line.length > 120 ? before : `${line}\n`;
}

/** Makes the first line name the Node that runs this; written beside and renamed, so that no request finds half a file. */
function nameNode(program: string): void {
  const file = join(root, 'cgi-bin', `${program}.cgi`);
  const source = readFileSync(file, 'utf8').replace(FIRST_LINE, firstLine);
  writeFileSync(`${file}.new`, source, { mode: 0o755 });
  renameSync(`${file}.new`, file);
}

/** Runs one request of a program in a Node of its own, which then adds what it compiled to the caches. */
function run(program: string, { env, status }: SampleRequest): void {
  const words = [...flags, join(root, 'lib', 'prepare.js'), 'run', program];
  const done = spawnSync(process.execPath, words, { env: { ...env }, encoding: 'utf8' });
  if (done.status !== 0 || !done.stdout.startsWith(`Status: ${status} `)) {
    throw new Error(`${program}.cgi?${env['QUERY_STRING']}: ${done.stdout.split('\r\n', 1)[0]} ${done.stderr}`);
  }
}

/** In that Node: what the starter does, and the caches written at the end. */
function keep(program: string): void {
  const lib = `${__dirname}/`;
  const digests = JSON.parse(readFileSync(`${lib}parts.json`, 'utf8')) as Record<string, string>;
  const loaded: Loaded[] = [];
  process.argv[1] = join(root, 'cgi-bin', `${program}.cgi`);
  process.on('exit', () => {
    for (const part of loaded) {
      const cache = cacheFile(lib, part);
      writeFileSync(`${cache}.new`, part.script.createCachedData());
      renameSync(`${cache}.new`, cache);
    }
  });
  loaderOf(lib, digests, require, (part) => loaded.push(part))(program);
}

function prepare(): void {
  const folder = mkdtempSync(join(tmpdir(), 'jmb-prepare-'));
  try {
    for (const name of readdirSync(join(root, 'lib'))) if (name.endsWith('.cache')) rmSync(join(root, 'lib', name));
    const site = sampleSite(folder);
    for (const [program, requests] of Object.entries(requestsOf(site))) {
      nameNode(program);
      for (const request of requests) run(program, request);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// The web server runs these, whatever root's umask is.
process.umask(0o022);
const [, , word, program] = process.argv;
if (word === 'run' && program !== undefined) keep(program);
else prepare();
