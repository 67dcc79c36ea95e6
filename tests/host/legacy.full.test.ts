/** An installation made before there was a journal: taken over by the next run, and taken away byte for byte. */
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJournal } from '../../lib/install/journal.ts';
import type { State } from '../../lib/install/state.ts';
import { recover } from '../../lib/install/take_back.ts';
import { treeAt } from '../../lib/install/tree.ts';
import { CAS, type JitsiTree, jitsiTree } from './jitsi_tree.ts';

const OURS = 'var/lib/jitsi-jmb';
const OLD = ['host.json', 'options', 'made-data', 'before'].map((name) => `${OURS}/${name}`);
let tree: JitsiTree;
let before: Record<string, string>;

/** The path with what an earlier version kept of it: of each file all its bytes. */
const entry = (path: string, was: State, keeps = false, undo = 'own') => {
  return { path, undo, keeps, before: was, after: treeAt(tree.root).state(path) };
};

/** Makes of the journal the files that the version before it kept (seen by running it). */
function asThen(): void {
  const { installed } = readJournal(treeAt(tree.root));
  const { entries = [], folders = [], options = {}, data = '' } = installed ?? {};
  const then = entries.map((one) => entry(one.path, one.before, one.keeps, one.undo));
  for (const { path, before: was } of entries) {
    if (was.kind !== 'file') continue;
    tree.put(`${OURS}/before${path}`, Buffer.from(was.content, 'base64').toString(), was.mode);
    then.push(entry(`/${OURS}/before${path}`, { kind: 'none' }));
  }
  tree.put(
    `${OURS}/options`,
    Object.entries(options)
      .map(([name, value]) => `--${name}\n${value}\n`)
      .join(''),
    0o600,
  );
  then.push(entry(`/${OURS}/options`, { kind: 'none' }));
  const made = new Set(folders);
  for (const { path } of then)
    for (
      let at = path.lastIndexOf('/');
      path.startsWith(`/${OURS}/before/`) && at > OURS.length;
      at = path.lastIndexOf('/', at - 1)
    )
      made.add(path.slice(0, at));
  tree.put(`${OURS}/made-data`, data);
  const ledger = { entries: then, folders: [...made].sort() };
  tree.put(`${OURS}/host.json`, JSON.stringify(ledger), 0o600);
  rmSync(join(tree.root, OURS, 'journal.json'));
}

beforeEach(() => {
  tree = jitsiTree();
  before = tree.snapshot();
  expect(tree.install(...CAS, '--port', '8282').status).toBe(0);
  asThen();
});

afterEach(() => tree.remove());

describe('an installation of the version before', () => {
  it('goes without a trace', () => {
    expect(tree.install('--uninstall', '--purge')).toMatchObject({ status: 0 });
    expect(tree.snapshot()).toEqual(before);
  });

  it('is renewed by the options that it remembers, and its records go', () => {
    const old = statSync(join(tree.root, OURS, 'host.json')).size;
    expect(tree.install()).toMatchObject({ status: 0, said: expect.stringContaining('Done') });
    for (const path of OLD) expect(existsSync(join(tree.root, path)), path).toBe(false);
    expect(tree.read('etc/apache2/sites-available/jitsi-jmb.conf')).toContain('Listen 127.0.0.1:8282');
    expect(tree.install().said).toContain('Nothing to change');
    expect(old).toBeGreaterThan(4_000_000);
    expect(statSync(join(tree.root, OURS, 'journal.json')).size).toBeLessThan(60_000);
    expect(tree.install('--uninstall').status).toBe(0);
    expect(tree.install('--uninstall', '--purge').status).toBe(0);
    expect(tree.snapshot()).toEqual(before);
  });

  it.each([false, true])('whose last run was killed goes back to before that run (first run: %s)', (first) => {
    const installed = tree.snapshot();
    const ledger = readFileSync(join(tree.root, OURS, 'host.json'));
    const path = '/etc/cron.d/jitsi-jmb';
    const was = treeAt(tree.root).state(path);
    const states = first
      ? JSON.parse(ledger.toString()).entries.map((one: { path: string; before: State }) => ({
          path: one.path,
          was: one.before,
        }))
      : [{ path, was }];
    states.push({
      path: `/${OURS}/host.json`,
      was: first ? { kind: 'none' } : treeAt(tree.root).state(`/${OURS}/host.json`),
    });
    tree.put('etc/cron.d/jitsi-jmb', 'half way');
    const folders = first ? JSON.parse(ledger.toString()).folders : [];
    const run = { first, bash: false, database: false, folders, states };
    tree.put(`${OURS}/run.json`, JSON.stringify(run), 0o600);
    recover(treeAt(tree.root));
    if (first) expect(tree.snapshot()).toEqual(before);
    else
      expect(tree.read('etc/cron.d/jitsi-jmb')).toBe(
        Buffer.from(was.kind === 'file' ? was.content : '', 'base64').toString(),
      );
    if (!first) expect(Object.keys(tree.snapshot()).length).toBeLessThanOrEqual(Object.keys(installed).length);
    expect(tree.install(...CAS).status).toBe(0);
    expect(tree.install('--uninstall', '--purge').status).toBe(0);
    expect(tree.snapshot()).toEqual(before);
  });
});
