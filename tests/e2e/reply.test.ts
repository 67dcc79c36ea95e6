/** `jmb reply` as a mail server calls it: the built program, which prints nothing and ends with 0 or 75 whatever happens. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Said } from '../support/command.ts';
import { makeTree } from '../support/tree.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'jmb-reply-'));
  chmodSync(root, 0o755);
  const settings = {
    JMB_DATA: join(root, 'data'),
    JMB_LOG: join(root, 'log/jmb.log'),
    JMB_MAIL_REPLY: 'visio+{id}@univ.example',
  };
  makeTree(root, { settings, modules: {} });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const SILENT = { stdout: '', stderr: '' };

/** Gives a message to `jmb reply`. */
function give(message: string | Buffer, ...words: string[]): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(root, 'bin/jmb'), ['reply', ...words], { env: { PATH: process.env['PATH'] ?? '' } });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    }
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, ...said }));
    child.stdin.end(message);
  });
}

test('junk of every kind is of no concern', async () => {
  for (const junk of [
    '',
    '\0\0\0',
    'From a\n',
    `Subject: x\n${'--x\n'.repeat(100_000)}`,
    Buffer.alloc(11_000_000, 'a'),
  ]) {
    expect(await give(junk)).toEqual({ status: 0, ...SILENT });
  }
});

test('settings that cannot be read have it given again, and so do words that nobody knows', async () => {
  const local = join(root, 'etc/jmb_local.cf');
  writeFileSync(local, 'JMB_MAIL_REPLY="no address"\n');
  expect(await give('Subject: x\n\nx\n')).toEqual({ status: 75, ...SILENT });
  rmSync(local);
  expect(await give('Subject: x\n\nx\n', 'user', '--odd')).toEqual({ status: 0, ...SILENT });
});
