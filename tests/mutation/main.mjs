/**
 * Changes the program at each place where a change should be noticed, and runs the room's tests against each change:
 * `npm run test:mutation -- lib/meetings`, or a file of a room. Prints what no test noticed and the score, and exits with 1 below 85 %.
 * What is known from the last run and has not changed since is not run again, but with --force. Constants, which are made as
 * a file is loaded, are left out, but with --static: that takes an hour.
 */
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { TESTS } from './rooms.mjs';

/** The score that is wanted of each room, in per cent. */
const WANTED = 85;

const CACHE = 'node_modules/.cache/mutation';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    force: { type: 'boolean', default: false },
    at_once: { type: 'string' },
    static: { type: 'boolean', default: false },
  },
});

/** Mutates a room, or a file of one. @returns its score in per cent */
async function mutate(place) {
  const room = /^lib\/(\w+)/.exec(place)?.[1] ?? '';
  const tests = TESTS[room];
  if (tests === undefined) throw new Error(`${place} is in none of ${Object.keys(TESTS).join(', ')}`);
  process.env['JMB_MUTATION_TESTS'] = JSON.stringify(tests);
  const started = performance.now();
  const results = await new Stryker({
    mutate: [place.endsWith('.ts') ? place : `lib/${room}/**/*.ts`, '!**/*.d.ts'],
    testRunner: 'one-process',
    plugins: [fileURLToPath(new URL('./runner.mjs', import.meta.url))],
    coverageAnalysis: 'perTest',
    concurrency: Number(values.at_once ?? Math.max(1, availableParallelism() - 1)),
    incremental: true,
    incrementalFile: `${CACHE}/${room}.json`,
    force: values.force,
    tempDirName: `${CACHE}/sandbox`,
    ignorePatterns: ['dist', 'dist.*', '.demo'],
    // Neither is there for Stryker to read: it knows the compiler of TypeScript up to 6.
    tsconfigFile: 'none.json',
    disableTypeChecks: false,
    reporters: ['progress-append-only'],
    timeoutMS: 10_000,
    dryRunTimeoutMinutes: 10,
    // What a file does as it is loaded: each takes as long as loading everything.
    ignoreStatic: !values.static,
    allowConsoleColors: false,
  }).runMutationTest();
  return report(place, results, Math.round((performance.now() - started) / 1000));
}

/** Prints what came of it. @returns the score in per cent */
function report(place, results, seconds) {
  const files = new Map();
  for (const one of results) {
    const name = relative('.', one.fileName);
    files.set(name, [...(files.get(name) ?? []), one]);
  }
  for (const [file, mutants] of [...files].sort()) {
    for (const { status, location, mutatorName, replacement } of mutants) {
      if (status !== 'Survived' && status !== 'NoCoverage') continue;
      const { line, column } = location.start;
      const by = (replacement ?? '').replace(/\s+/g, ' ').slice(0, 100);
      process.stdout.write(
        `${status === 'Survived' ? 'survived' : 'not reached'} ${file}:${line}:${column} ${mutatorName} ${by}\n`,
      );
    }
    process.stdout.write(`${line(file, mutants)}\n`);
  }
  process.stdout.write(`${line(place, results)}, ${seconds} s\n`);
  return score(results);
}

function counted(mutants, ...statuses) {
  return mutants.filter(({ status }) => statuses.includes(status)).length;
}

function score(mutants) {
  const noticed = counted(mutants, 'Killed', 'Timeout');
  const valid = noticed + counted(mutants, 'Survived', 'NoCoverage');
  return valid === 0 ? 100 : (100 * noticed) / valid;
}

function line(name, mutants) {
  const counts = `${counted(mutants, 'Killed')} noticed, ${counted(mutants, 'Timeout')} never ended, ${counted(mutants, 'Survived')} survived, ${counted(mutants, 'NoCoverage')} not reached`;
  return `${name}: ${score(mutants).toFixed(1)} % of ${mutants.length}: ${counts}`;
}

mkdirSync(CACHE, { recursive: true });
for (const place of positionals.length > 0 ? positionals : Object.keys(TESTS).map((room) => `lib/${room}`)) {
  if ((await mutate(place)) < WANTED) process.exitCode = 1;
}
