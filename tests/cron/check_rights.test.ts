/** Files that are too open, and files that the web server cannot get at. */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { faultsOf } from '../../cron/check_rights.ts';

const WEB = { name: 'www-data', uid: 33, gids: [33, 4] };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jmb-rights-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function lie(mode: number, uid: number, gid: number): string {
  const path = join(folder, 'file');
  writeFileSync(path, '');
  chownSync(path, uid, gid);
  chmodSync(path, mode);
  return path;
}

test.skipIf(process.getuid?.() !== 0).each<[number, number, number, 'read' | 'write', RegExp[]]>([
  [0o640, 33, 33, 'write', []],
  [0o600, 33, 0, 'write', []],
  [0o640, 0, 33, 'read', []],
  [0o640, 0, 4, 'read', []],
  [0o644, 33, 33, 'write', [/^everybody on this machine may read \S+file \(chmod o=\)$/]],
  [0o640, 0, 33, 'write', [/^www-data cannot write \S+file \(chown www-data:www-data, chmod 640\)$/]],
  [0o600, 0, 0, 'read', [/^www-data cannot read \S+file \(chgrp www-data, chmod g\+r\)$/]],
  // The owner's bits hold for the owner, whatever the others have.
  [0o044, 33, 33, 'read', [/cannot read/, /everybody/]],
  [0o604, 0, 33, 'read', [/cannot read/, /everybody/]],
  [0o644, 0, 0, 'read', [/everybody .* \(chgrp www-data, chmod o=\)$/]],
])('mode %o of %i:%i, to %s', (mode, uid, gid, needs, faults) => {
  const found = faultsOf({ path: lie(mode, uid, gid), needs, secret: true }, WEB);
  expect(found).toHaveLength(faults.length);
  faults.forEach((fault, index) => void expect(found[index]).toMatch(fault));
});

test.skipIf(process.getuid?.() !== 0)('a folder on the way that is closed, also where a link leads through it', () => {
  const closed = join(folder, 'closed');
  mkdirSync(closed);
  writeFileSync(join(closed, 'file'), '', { mode: 0o644 });
  symlinkSync(join(closed, 'file'), join(folder, 'link'));
  chmodSync(closed, 0o700);
  const found = faultsOf({ path: join(folder, 'link'), needs: 'read', secret: false }, WEB);
  expect(found).toEqual([`www-data cannot get to ${folder}/link: ${closed} is closed to it (chmod o+x)`]);
});

test('a folder that everybody may write in, and a file that is not there', () => {
  chmodSync(folder, 0o777);
  const found = faultsOf({ path: folder, needs: 'write', secret: false }, WEB);
  expect(found).toEqual([`everybody on this machine may write in ${folder} (chmod o-w ${folder})`]);
  expect(() => faultsOf({ path: join(folder, 'none'), needs: 'read', secret: true }, WEB)).toThrow(/ENOENT/);
});
