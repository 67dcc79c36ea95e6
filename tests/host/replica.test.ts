/** install.sh with a second host: the service that copies, the host that waits, and the way back from both. */
import { spawnSync } from 'node:child_process';
import { lstatSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replicaOf } from '../../lib/settings/replica.ts';
import { readSettings } from '../../lib/settings.ts';
import { CAS, type JitsiTree, jitsiTree } from './jitsi_tree.ts';

const URL = 'sftp://jmb@second.example.org:2222/srv/jmb';
const UNIT = 'etc/systemd/system/jitsi-jmb-litestream.service';
const LINK = 'etc/systemd/system/multi-user.target.wants/jitsi-jmb-litestream.service';
const ROLE = 'var/www/jitsi-jmb/jmb.db-role';

let tree: JitsiTree;

beforeEach(() => {
  tree = jitsiTree();
});

afterEach(() => tree.remove());

it('--replica brings the service and the setting, later runs keep them, --no-replica takes them away', () => {
  expect(tree.install(...CAS)).toMatchObject({ status: 0 });
  const without = tree.snapshot();
  expect(tree.install(...CAS, '--replica', URL)).toMatchObject({ status: 0 });
  expect(readSettings(join(tree.root, 'opt/jitsi-jmb'), {}).JMB_REPLICA).toBe(URL);
  // Everybody may read the unit.
  const unit = tree.read(UNIT);
  expect(unit).not.toContain('second.example.org');
  expect(tree.snapshot()[LINK]).toContain(`/${UNIT}`);
  const once = tree.snapshot();
  expect(Object.keys(once)).not.toContain(ROLE);
  expect(tree.install(...CAS).said).toContain('Nothing to change');
  expect(tree.install(...CAS, '--replica', 'file:///srv/jmb')).toMatchObject({ status: 0 });
  expect(tree.read(UNIT)).not.toBe(unit);
  expect(tree.read(UNIT)).toContain('RequiresMountsFor=/srv/jmb\n');
  expect(tree.install(...CAS, '--no-replica')).toMatchObject({ status: 0 });
  const { 'var/lib/jitsi-jmb/journal.json': _, ...rest } = tree.snapshot();
  const { 'var/lib/jitsi-jmb/journal.json': __, ...before } = without;
  expect(rest).toEqual(before);
});

it('--standby has the host wait, until it was promoted, and goes without a trace', () => {
  const before = tree.snapshot();
  expect(tree.install(...CAS, '--standby', URL, '--dry-run').said).toContain(`/${ROLE}  this host waits`);
  expect(tree.snapshot()).toEqual(before);
  expect(tree.install(...CAS, '--standby', URL)).toMatchObject({ status: 0 });
  expect(tree.read(ROLE)).toBe('standby\n');
  expect(lstatSync(join(tree.root, ROLE)).mode & 0o777).toBe(0o640);
  expect(lstatSync(join(tree.root, 'var/www/jitsi-jmb')).mode & 0o777).toBe(0o750);
  // As jmb promote does; a renewal leaves the host what it is, and only being asked again has it wait.
  rmSync(join(tree.root, ROLE));
  expect(tree.install(...CAS).said).toContain('Nothing to change');
  expect(tree.install(...CAS, '--standby', URL)).toMatchObject({ status: 0 });
  expect(tree.read(ROLE)).toBe('standby\n');
  expect(tree.install('--uninstall', '--purge')).toMatchObject({ status: 0 });
  expect(tree.snapshot()).toEqual(before);
});

it('refuses an address with a password, and does not say it again', () => {
  const before = tree.snapshot();
  const { status, said } = tree.install(...CAS, '--replica', 'sftp://jmb:geheim@second.example.org/srv/jmb');
  expect(status).toBe(1);
  expect(said).toContain('install.sh: --replica: expected file:///FOLDER, sftp://USER@HOST/FOLDER');
  expect(said).not.toContain('geheim');
  expect(tree.snapshot()).toEqual(before);
});

it.each([
  ['file:///srv/jmb/', { type: 'file', path: '/srv/jmb' }],
  ['sftp://jmb@[fd00::1]/srv', { type: 'sftp', host: '[fd00::1]:22', user: 'jmb', path: '/srv' }],
  ['s3://bucket', { type: 's3', bucket: 'bucket', path: '', endpoint: null, region: null }],
  [
    's3://bucket/a/b?endpoint=http://127.0.0.1:9000&region=eu-west-1',
    { type: 's3', bucket: 'bucket', path: 'a/b', endpoint: 'http://127.0.0.1:9000', region: 'eu-west-1' },
  ],
])('%s is an address', (address, replica) => expect(replicaOf(address)).toEqual(replica));

it.each([
  '/srv/jmb',
  'file://host/srv',
  'file:///',
  'file:///srv/../etc',
  'file:///srv/a b',
  'sftp://second.example.org/srv',
  'sftp://jmb@second.example.org',
  'sftp://jmb:x@second.example.org/srv',
  's3://key:secret@bucket/a',
  's3://bucket/a?endpoint=http://key:secret@host',
  's3://bucket/a?force=1',
  'https://example.org/srv',
])('%s is none', (address) => expect(() => replicaOf(address)).toThrow(/^expected file:/));

it('systemd understands the unit', () => {
  expect(tree.install(...CAS, '--replica', URL)).toMatchObject({ status: 0 });
  // What it starts must be there; the words before and after are looked at alone.
  const file = join(tree.root, 'jitsi-jmb-litestream.service');
  const unit = tree.read(UNIT);
  expect(unit).toMatch(/^ExecStart=litestream replicate /m);
  writeFileSync(
    file,
    unit.replace(/^(ExecStart|ExecCondition)=\S+/gm, '$1=/bin/true').replace(/^Documentation=.*\n/m, ''),
  );
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
  expect(`${stdout}${stderr}`).toBe('');
  expect(status).toBe(0);
});
