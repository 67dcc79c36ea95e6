/**
 * Nodes for a release, from the npm registry: their headers to compile SQLite's addon by, and one of them to go along. Which, and the
 * digests that what comes must have, stands in lib/install/node_lines.json and here.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADDON_VERSION, addonName } from './external_packages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The lines of Node that a release serves, oldest first. */
export const LINES = JSON.parse(readFileSync(join(root, 'lib/install/node_lines.json'), 'utf8'));

/** The line that comes along for hosts that have no Node that is new enough. */
export const PRIVATE = LINES.find((line) => line.private);

/** What the registry gives for `node-linux-MACHINE`: as package-lock.json says it, so that nobody puts another in its place. */
const INTEGRITY = {
  'x64 20.20.2': 'sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==',
  'x64 22.23.3': 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  'x64 24.21.0': 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  'x64 26.12.1': 'sha512-jk5LMAmgHlPlPMWpsUrSOqNaEZG+11UNd35hWQ+p5/XGaelWuTqJ69IcAy/5xtPPN4d5ZRBNOGB6gLMCh2kL9A==',
  'arm64 20.20.2': 'sha512-LCXJnNTFiyGuYBw2gZSI5OBFMbkjAPt8sqD/NKrWoE2QmDgSubTqFng6GaNJ9EJ8HpxBMGcWWpbbcs4Vo+CnGg==',
  'arm64 22.23.3': 'sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
  'arm64 24.21.0': 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
};

/** The oldest C library of the distributions that are served: Ubuntu 22.04's. */
const OLDEST_GLIBC = '2.35';

function run(command, words, options) {
  return execFileSync(command, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...options });
}

/** What came from the registry as a digest of its own; null where this machine's kind has none of that version. */
export function integrityOf(version) {
  return INTEGRITY[`${process.arch} ${version}`] ?? null;
}

/**
 * The folder of a Node, with bin/ and include/.
 * @param version one of LINES
 * @param cache where it lies, or is put
 * @throws Error where it can't be had, or is not what the table says
 */
export function nodeFolder(version, cache) {
  const folder = join(cache, `node-${version}`);
  if (existsSync(folder)) return join(folder, 'package');
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, 'new-'));
  try {
    run('npm', ['pack', '--silent', '--pack-destination', fresh, `node-linux-${process.arch}@${version}`]);
    const file = join(fresh, `node-linux-${process.arch}-${version}.tgz`);
    const digest = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
    if (digest !== integrityOf(version))
      throw new Error(`Node ${version} is not the one that ${import.meta.url} knows`);
    run('tar', ['-xzf', file, '-C', fresh, '--no-same-owner']);
    rmSync(file);
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return join(folder, 'package');
}

/**
 * SQLite's addon, compiled by the sources in node_modules for another Node; a minute and a half each.
 * @param node its folder
 * @param abi process.versions.modules of it
 * @param cache where it is kept, for as long as Node, compiler and release are the same
 * @returns its file
 */
export function addonFor(node, abi, cache) {
  const compiler = run('g++', ['--version']).split('\n', 1)[0];
  const version = run(join(node, 'bin/node'), ['--version']);
  const key = createHash('sha256').update(`${compiler}\n${version}`).digest('hex').slice(0, 12);
  const file = join(cache, `${key}-${addonName(abi)}`);
  if (existsSync(file)) return file;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'jmb-addon-'));
  try {
    for (const name of ['deps', 'src', 'binding.gyp'])
      cpSync(join(root, 'node_modules/better-sqlite3', name), join(work, name), { recursive: true });
    // node-gyp is npm's own, which only scripts of a package are given.
    writeFileSync(join(work, 'package.json'), '{ "scripts": { "compile": "node-gyp rebuild --release" } }\n');
    const path = `${join(resolve(node), 'bin')}:${process.env.PATH}`;
    run('npm', ['run', 'compile'], {
      cwd: work,
      env: { ...process.env, PATH: path, npm_config_nodedir: resolve(node), LC_ALL: 'C', CFLAGS: '', CXXFLAGS: '' },
      maxBuffer: 1e8,
    });
    const made = join(work, 'build/Release/better_sqlite3.node');
    run('strip', ['--strip-unneeded', made]);
    cpSync(made, `${file}.new`);
    renameSync(`${file}.new`, file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return file;
}

/**
 * Whether an addon loads where it has to: a newer C library than the oldest host's would be missed there.
 * @throws Error with a sentence where it would not
 */
export function wantOldLibrary(file) {
  const wanted = [...run('objdump', ['-T', file]).matchAll(/GLIBC_(\d+)\.(\d+)/g)];
  const [major, minor] = OLDEST_GLIBC.split('.').map(Number);
  const newer = wanted.find(([, one, two]) => Number(one) > major || (Number(one) === major && Number(two) > minor));
  if (newer)
    throw new Error(
      `SQLite's addon of better-sqlite3 ${ADDON_VERSION} is compiled for ${newer[0]}, and Ubuntu 22.04 has ${OLDEST_GLIBC}: make releases on Debian 12`,
    );
}
