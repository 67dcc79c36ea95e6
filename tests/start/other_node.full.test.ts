/** Another major Node than the programs were fitted to: what is said, and that those it was fitted to go on working. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { makeTree } from '../support/tree.ts';

/** What install.sh of this clone is called: the build writes it into the programs. */
const INSTALL = fileURLToPath(new URL('../../install.sh', import.meta.url));
const ABI = process.versions.modules;

let root: string;
let addon: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'jmb-other-node-'));
  makeTree(root, {
    settings: { JMB_SERVER_NAME: 'meet.example.org', JMB_DATA: join(root, 'data'), JMB_LOG: join(root, 'log/jmb.log') },
    modules: {},
  });
  const found = readdirSync(join(root, 'lib')).find((name) => name.endsWith(`.${ABI}.node`));
  addon = join(root, 'lib', found ?? 'no addon of this Node');
  prepare();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
afterEach(() => {
  copyFileSync(fileURLToPath(new URL(`../../dist/lib/${addon.slice(root.length + 5)}`, import.meta.url)), addon);
});

const prepare = (): string => execFileSync(process.execPath, [join(root, 'lib/prepare.js')], { encoding: 'utf8' });

/** What this Node finds where only others have been. */
function leaveToAnother(): void {
  renameSync(addon, addon.replace(`.${ABI}.node`, '.1.node'));
}

/** The loader refuses it as it refuses one of another ABI: ERR_DLOPEN_FAILED. */
function breakAddon(): void {
  rmSync(addon);
  writeFileSync(addon, 'no library');
}

function page(language: string): { head: string; body: string } {
  const env = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    REQUEST_METHOD: 'GET',
    QUERY_STRING: 'id=0123456789abcdef',
    SCRIPT_NAME: '/join.cgi',
    HTTP_ACCEPT_LANGUAGE: language,
    PATH: process.env['PATH'] ?? '',
  };
  const { stdout } = spawnSync(join(root, 'cgi-bin/join.cgi'), { env, encoding: 'utf8' });
  const [head = '', body = ''] = stdout.split('\r\n\r\n');
  return { head, body };
}

const jmb = (...words: string[]) => spawnSync(join(root, 'bin/jmb'), words, { encoding: 'utf8' });
const SENTENCE = `Node ${process.version}, ABI ${ABI}: run ${INSTALL} again`;

test.each([
  ['no addon of this Node', leaveToAnother],
  ['an addon that it cannot load', breakAddon],
])('%s: a page with 503, one line in the log, one sentence of each command', (_, change) => {
  change();
  const before = readFileSync(join(root, 'cgi-bin/join.cgi'), 'utf8');
  for (const [language, words] of [
    ['fr', /<html lang="fr">.*Le service est en maintenance/s],
    ['en', /<html lang="en">.*The service is being maintained/s],
  ] as const) {
    const { head, body } = page(language);
    expect(head).toMatch(/^Status: 503 Service Unavailable\r\n/);
    expect(head).toMatch(/^Retry-After: \d+/m);
    expect(body).toMatch(words);
    const lines = readFileSync(join(root, 'log/jmb.log'), 'utf8').trimEnd().split('\n');
    expect(lines.at(-1)).toContain(SENTENCE);
  }
  const checked = jmb('check', 'node');
  expect(checked.status).toBe(1);
  expect(checked.stdout).toMatch(/^wrong {4}node .*\n$/);
  expect(checked.stdout).toContain(SENTENCE);
  for (const words of [
    ['list'],
    ['remind'],
    ['backup', join(root, 'copy.db')],
    ['restore', join(root, 'etc/jmb_jwt.cf')],
  ]) {
    const said = jmb(...words);
    expect([said.status, said.stdout], words[0]).toEqual([2, '']);
    expect(said.stderr).toMatch(/^jmb: .*\n$/);
    expect(said.stderr).toContain(SENTENCE);
  }
  const fitted = spawnSync(process.execPath, [join(root, 'lib/prepare.js')], { encoding: 'utf8' });
  expect([fitted.status, fitted.stdout]).toEqual([1, '']);
  expect(fitted.stderr).toMatch(/^prepare\.js: .*\n$/);
  expect(fitted.stderr).toContain(SENTENCE);
  expect(readFileSync(join(root, 'cgi-bin/join.cgi'), 'utf8')).toBe(before);
});

test('what is kept for other Nodes stays, and is not taken by this one', () => {
  const foreign = [addon.replace(`.${ABI}.node`, '.1.node'), join(root, 'lib/join-of-no-version.1.cache')];
  const caches = readdirSync(join(root, 'lib')).filter((name) => name.endsWith(`.${ABI}.cache`));
  const theirs = caches.map((name) => name.replace(`.${ABI}.`, '.1.'));
  for (const name of theirs) writeFileSync(join(root, 'lib', name), 'of another V8');
  for (const file of foreign) writeFileSync(file, 'not for us');
  prepare();
  const there = readdirSync(join(root, 'lib'));
  expect(there).toEqual(expect.arrayContaining([...caches, ...theirs]));
  expect(there).toContain(foreign[0]?.slice(root.length + 5));
  // Of no part of this version: nobody would ever take it away.
  expect(there).not.toContain('join-of-no-version.1.cache');
  expect(page('en').head).toMatch(/^Status: 404/);
  expect(jmb('check', 'node').stdout).toMatch(/^ok {7}node /);
});

test('programs that are fitted to a Node that has gone, or not fitted, are said with the command for it', () => {
  const file = join(root, 'cgi-bin/join.cgi');
  const source = readFileSync(file, 'utf8');
  const command = `${process.execPath} ${root}/lib/prepare.js`;
  try {
    writeFileSync(file, source.replace(/^#!.*/, '#!/usr/local/bin/no-such-node --flag'));
    const gone = jmb('check', 'node');
    expect([gone.status, gone.stdout]).toEqual([
      1,
      expect.stringContaining('/usr/local/bin/no-such-node: no such file'),
    ]);
    expect(gone.stdout).toContain(command);
    prepare();
    expect(jmb('check', 'node').stdout).toMatch(/^ok/);
    for (const name of readdirSync(join(root, 'lib'))) if (name.endsWith('.cache')) rmSync(join(root, 'lib', name));
    const slow = jmb('check', 'node');
    expect([slow.status, slow.stdout]).toEqual([0, expect.stringMatching(/^warning +node .*slow/)]);
    expect(slow.stdout).toContain(command);
  } finally {
    writeFileSync(file, source);
  }
});

test('programs whose Node is as it should be, while that of the command is another', () => {
  const file = join(root, 'cgi-bin/join.cgi');
  const source = readFileSync(file, 'utf8');
  const good = join(root, 'good-node');
  writeFileSync(good, `#!/bin/sh\necho '{ "node": "Node v99", "addon": null, "compiled": true }'\n`, { mode: 0o755 });
  try {
    writeFileSync(file, source.replace(/^#!.*/, `#!${good}`));
    expect(jmb('check', 'node').stdout).toMatch(/^ok {7}node +Node v99\n$/);
    leaveToAnother();
    expect(jmb('check', 'node').stdout).toContain(SENTENCE);
  } finally {
    writeFileSync(file, source);
  }
});
