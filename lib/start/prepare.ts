/**
 * `node PREFIX/lib/prepare.js`, run once by install.sh and after each upgrade of Node: fits the programs to this Node.
 * Their first line names it, and the code that usual requests run is kept compiled, so that no request compiles it
 * again. Without this everything works, a quarter slower. It ends with 1 and one sentence where it cannot.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { messageOf } from '../failure.ts';
import { addonFault, cacheFile, type Loaded, loaderOf, partOf, stateOf } from './parts.ts';
import { requestsOf, SAMPLE_PERSON, type SampleRequest, sampleDirectory, sampleSite } from './sample.ts';

const root = join(__dirname, '..');
const FIRST_LINE = /^#!.*\n/;

/**
 * Node makes the hash tables of its start-up snapshot anew for a random seed, against names that somebody chose to
 * collide: 4 of its 19 ms. What is sent cannot fill a table of ours with so many that it matters: a query or a form has 64
 * names at most (lib/message.ts), a list of addresses is read up to a bound (mostPieces in lib/meetings/booking.ts), Apache
 * takes a hundred header fields (LimitRequestFields).
 */
const FLAG = '--no-rehash-snapshot';

/**
 * With any flag V8 refuses the compiled code of Node's own modules, which was made without. Those that the usual requests need
 * are in the snapshot, but for what signs a token: it takes 11 ms to load instead of 4, so token.cgi does without the flag,
 * and join.cgi gives it back where it has to sign one (lib/jitsi/token.ts).
 */
const NO_FLAG = ['token'];

const isKnown = spawnSync(process.execPath, [FLAG, '--eval', ''], { stdio: 'ignore' }).status === 0;

/** The flags that a program is run with. */
function flagsOf(program: string): readonly string[] {
  return isKnown && !NO_FLAG.includes(program) ? [FLAG] : [];
}

/** The first line: this Node with its flags; the line that was there, where the kernel could not read it. */
function firstLine(before: string, options: readonly string[]): string {
  const line = `#!${[process.execPath, ...options].join(' ')}`;
  return /\s/.test(process.execPath) || line.length > 120 ? before : `${line}\n`;
}

/** Makes the first line name the Node that runs this; written beside and renamed, so that no request finds half a file. */
function nameNode(program: string, options: readonly string[]): void {
  const file = join(root, program);
  const source = readFileSync(file, 'utf8').replace(FIRST_LINE, (before) => firstLine(before, options));
  writeFileSync(`${file}.new`, source, { mode: 0o755 });
  renameSync(`${file}.new`, file);
}

/** Runs one request of a program in a Node of its own, which then adds what it compiled to the caches. */
function run(program: string, { env, status, directory }: SampleRequest): void {
  const words = [
    ...flagsOf(program),
    join(root, 'lib', 'prepare.js'),
    'run',
    program,
    ...(directory ? [directory] : []),
  ];
  const done = spawnSync(process.execPath, words, { env: { ...env }, encoding: 'utf8' });
  const ran = done.status === 0 && done.stdout.startsWith(`Status: ${status} `);
  // Not where no directory can stand in for a real one.
  if (!ran && !(directory !== undefined && done.stdout === '')) {
    throw new Error(`${program}.cgi?${env['QUERY_STRING']}: ${done.stdout.split('\r\n', 1)[0]} ${done.stderr}`);
  }
}

/** In that Node: what the starter does, and the caches written at the end. */
function keep(program: string, directory: string | undefined): void {
  const lib = `${__dirname}/`;
  const digests = JSON.parse(readFileSync(`${lib}parts.json`, 'utf8')) as Record<string, string>;
  const loaded: Loaded[] = [];
  process.argv[1] = join(root, 'cgi-bin', `${program}.cgi`);
  process.on('exit', () => {
    // What is kept is for a program that begins with its flags, whatever this one has given back.
    for (const flag of process.execArgv) setFlagsFromString(flag);
    for (const part of loaded) {
      const cache = cacheFile(lib, part);
      writeFileSync(`${cache}.new`, part.script.createCachedData());
      renameSync(`${cache}.new`, cache);
    }
  });
  const start = (): void => void loaderOf(lib, digests, require, (part) => loaded.push(part))(partOf(program));
  if (directory === undefined) start();
  else sampleDirectory(directory, SAMPLE_PERSON, start);
}

/** Takes away what was compiled for this Node, and what belongs to no part any more. */
function forget(): void {
  const digests = JSON.parse(readFileSync(join(__dirname, 'parts.json'), 'utf8')) as Record<string, string>;
  const known = Object.entries(digests).map(([name, digest]) => `${name}-${digest}`);
  for (const name of readdirSync(__dirname).filter((one) => one.endsWith('.cache'))) {
    const isOurs = name.endsWith(`.${process.versions.modules}.cache`);
    if (isOurs || !known.some((beginning) => name.startsWith(beginning))) rmSync(join(__dirname, name));
  }
}

function prepare(): void {
  const fault = addonFault();
  if (fault !== null) throw new Error(fault);
  const folder = mkdtempSync(join(tmpdir(), 'jmb-prepare-'));
  try {
    forget();
    const site = sampleSite(folder);
    for (const [program, requests] of Object.entries(requestsOf(site))) {
      nameNode(`cgi-bin/${program}.cgi`, flagsOf(program));
      for (const request of requests) run(program, request);
    }
    nameNode('bin/jmb', []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// The web server runs these, whatever root's umask is.
process.umask(0o022);
const [, , word, program, directory] = process.argv;
if (word === 'run' && program !== undefined) keep(program, directory);
else if (word === 'state') process.stdout.write(`${JSON.stringify(stateOf(root))}\n`);
else {
  try {
    prepare();
  } catch (error) {
    process.stderr.write(`prepare.js: ${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
