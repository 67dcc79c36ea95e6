/** That no run of tests meets programs older than the sources, and that none builds without need. */
import { spawn } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshDist } from './fresh_dist.ts';

const CLONE = join(import.meta.dirname, '../..');

/** A small clone, whose build takes half a second, writes down that it ran, and fails where a source says so. */
const BUILD = `import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { digestOfSources, STAMP } from './lib/build/sources.mjs';
appendFileSync('built', 'x');
const digest = digestOfSources(process.cwd());
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
if (readFileSync('lib/a.ts', 'utf8').includes('broken')) process.exit(1);
mkdirSync('dist/tests', { recursive: true });
writeFileSync('dist/' + STAMP, digest);
`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'jmb-fresh-'));
  for (const folder of ['apache', 'cgi-bin', 'cron', 'lib/build', 'sql', 'templates', 'tests', 'node_modules'])
    mkdirSync(join(root, folder), { recursive: true });
  cpSync(join(CLONE, 'lib/build/sources.mjs'), join(root, 'lib/build/sources.mjs'));
  for (const file of ['package.json', 'package-lock.json', 'lib/a.ts', 'tests/a.test.ts'])
    writeFileSync(join(root, file), '{}\n');
  writeFileSync(join(root, 'build.mjs'), BUILD);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const builds = (): number => readFileSync(join(root, 'built'), 'utf8').length;

it('builds what is not there, and what is older than a source, a migration or a template', () => {
  freshDist(root);
  expect(builds()).toBe(1);
  freshDist(root);
  expect(builds()).toBe(1);
  appendFileSync(join(root, 'lib/a.ts'), '// more\n');
  freshDist(root);
  expect(builds()).toBe(2);
  writeFileSync(join(root, 'sql/0001-a.sql'), '');
  freshDist(root);
  expect(builds()).toBe(3);
  rmSync(join(root, 'sql/0001-a.sql'));
  freshDist(root);
  expect(builds()).toBe(4);
  // No program holds a test.
  appendFileSync(join(root, 'tests/a.test.ts'), '// more\n');
  freshDist(root);
  expect(builds()).toBe(4);
});

it('ends the run where the build fails', () => {
  writeFileSync(join(root, 'lib/a.ts'), 'broken');
  expect(() => freshDist(root)).toThrow('npm run build fails');
});

it('builds once for runs that come at once', async () => {
  const program = join(CLONE, `node_modules/.cache/fresh-dist-${process.pid}.mjs`);
  const contents = `import { freshDist } from './fresh_dist.ts'; freshDist(process.argv[2] ?? '');`;
  await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile: program,
  });
  try {
    const ended = Array.from({ length: 4 }, () => {
      const run = spawn(process.execPath, [program, root], { stdio: 'inherit' });
      return new Promise((resolve) => run.once('close', resolve));
    });
    expect(await Promise.all(ended)).toEqual([0, 0, 0, 0]);
    expect(builds()).toBe(1);
  } finally {
    rmSync(program, { force: true });
  }
});
