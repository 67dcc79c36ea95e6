/** What comes so that the program can run: nothing for a look, and it goes again where the program then refuses. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CAS, clone, jitsiTree } from './jitsi_tree.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jmb-brought-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('a look', () => {
  it('leaves the clone and its build as they are', () => {
    const tree = jitsiTree();
    const built = statSync(join(clone, 'dist')).ino;
    const { JMB_DIST_READY: _, ...env } = process.env;
    try {
      const before = tree.snapshot();
      const words = ['--root', tree.root, ...CAS, '--dry-run'];
      const done = spawnSync(join(clone, 'install.sh'), words, {
        env: { ...env, TMPDIR: folder },
        cwd: tree.root,
        encoding: 'utf8',
      });
      expect(done.stdout).toMatch(/^Building\.\.\.\n[\s\S]*Nothing was changed \(--dry-run\)\.\n$/);
      expect(done.status).toBe(0);
      expect(tree.snapshot()).toEqual(before);
    } finally {
      tree.remove();
    }
    expect(statSync(join(clone, 'dist')).ino).toBe(built);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a refusal', () => {
  const program = join(clone, 'dist/bin/jmb-install');
  const refused = (...words: string[]) =>
    spawnSync(process.execPath, [program, '--clone', folder, ...words], { encoding: 'utf8' });

  beforeEach(() => {
    for (const name of ['.private-node', 'dist', 'node_modules', 'lib']) mkdirSync(join(folder, name));
    const lines = ['.private-node', 'dist', 'lib'].map((name) => `folder ${join(folder, name)}\n`);
    writeFileSync(join(folder, '.brought'), lines.join(''));
  });

  it('takes away what came for it, and nothing else', () => {
    const { status, stdout, stderr } = refused('--colour');
    expect(stderr).toBe('install.sh: there is no option --colour; --help lists them all\n');
    expect(stdout).toBe(`What came for this run goes again: 0 packages, 2 folders of ${folder}.\n`);
    expect(status).toBe(1);
    expect(readdirSync(folder).sort()).toEqual(['lib', 'node_modules']);
  });

  it('of a look does not', () => {
    expect(refused('--colour', '--dry-run').status).toBe(1);
    expect(existsSync(join(folder, '.brought'))).toBe(true);
  });
});
