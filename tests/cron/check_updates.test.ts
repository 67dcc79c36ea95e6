/** Whether `jmb check` sees that a security release of Node would not come by apt; what apt says is as real hosts said it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type NodeFacts, nodeFacts, updates } from '../../cron/check_updates.ts';
import LINES from '../../lib/install/node_lines.json';

const at = (day: string): number => Date.parse(`${day}T12:00:00Z`) / 1000;
const own = LINES.find((line) => line.private) ?? { version: '', released: '', ends: '' };
const older = own.version.replace(/\.\d+\.\d+$/, '.1.0');
const mine = (version: string, day: string): NodeFacts => ({
  version,
  path: '/opt/jitsi-jmb/bin/node',
  packaged: null,
  now: at(day),
});

it('takes a Node of its own that is fresh', () => {
  expect(updates(mine(own.version, own.released))).toEqual({
    verdict: 'ok',
    detail: `apt does not renew Node ${own.version}, /opt/jitsi-jmb/bin/node; it comes with JMB, and its line has security releases until ${own.ends}`,
  });
});

it.each([
  ['is older than one that is known', older, own.released, `and there is a ${own.version}: install.sh again`],
  [
    'has not been renewed for long',
    own.version,
    '2027-02-01',
    'days old; install.sh of a newer release of JMB brings a newer one',
  ],
  ['is of a line that has ended', own.version, '2027-05-02', 'whose line has had no security release since 2027-04-30'],
])('warns of one that %s', (_, version, day, why) => {
  expect(updates(mine(version, day))).toEqual({ verdict: 'warning', detail: expect.stringContaining(why) });
});

it('takes the last day of a line for one of it', () => {
  expect(updates(mine(own.version, own.ends)).detail).not.toContain('has had no security release');
});

it('does not know a line that it has never heard of', () => {
  expect(updates(mine('99.1.0', '2027-01-01')).verdict).toBe('unknown');
});

const packaged = (policy: string): NodeFacts => ({
  version: '20.19.2',
  path: '/usr/bin/node',
  packaged: { name: 'nodejs', policy },
  now: at('2030-01-01'),
});

const DEBIAN = `nodejs:
  Installed: 20.19.2+dfsg-1
  Candidate: 20.19.2+dfsg-1
  Version table:
 *** 20.19.2+dfsg-1 500
        500 http://deb.debian.org/debian trixie/main amd64 Packages
        100 /var/lib/dpkg/status
`;

it('takes what Debian keeps, whatever Node itself says of its line', () => {
  expect(updates(packaged(DEBIAN))).toEqual({ verdict: 'ok', detail: 'nodejs 20.19.2+dfsg-1 by apt' });
});

it('says that apt has a newer one', () => {
  const policy = DEBIAN.replace('Candidate: 20.19.2+dfsg-1', 'Candidate: 20.19.2+dfsg-1+deb13u1');
  expect(updates(packaged(policy))).toEqual({
    verdict: 'warning',
    detail: 'apt has nodejs 20.19.2+dfsg-1+deb13u1, and 20.19.2+dfsg-1 is installed: apt-get install nodejs',
  });
});

it('warns where no source of apt has it any more', () => {
  const policy = `nodejs:
  Installed: 20.20.2-1nodesource1
  Candidate: 20.20.2-1nodesource1
  Version table:
 *** 20.20.2-1nodesource1 100
        100 /var/lib/dpkg/status
     18.20.4+dfsg-1~deb12u3 500
        500 http://deb.debian.org/debian-security bookworm-security/main amd64 Packages
`;
  expect(updates(packaged(policy))).toEqual({
    verdict: 'warning',
    detail:
      'no source of apt has nodejs 20.20.2-1nodesource1 any more, so no security release of it comes: apt-cache policy nodejs',
  });
});

it('warns of Ubuntu’s universe without Ubuntu Pro', () => {
  const universe = DEBIAN.replaceAll(
    'deb.debian.org/debian trixie/main',
    'archive.ubuntu.com/ubuntu resolute/universe',
  );
  expect(updates(packaged(universe))).toEqual({
    verdict: 'warning',
    detail: expect.stringContaining('pro enable esm-apps'),
  });
  const pro = `${universe}     20.19.2 510\n        510 https://esm.ubuntu.com/apps/ubuntu resolute-apps-security/main amd64 Packages\n`;
  expect(updates(packaged(pro)).verdict).toBe('ok');
});

it('does not know what apt says nothing of', () => {
  expect(updates(packaged('')).verdict).toBe('unknown');
});

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'jmb-updates-'));
  mkdirSync(join(root, 'cgi-bin'));
});
afterEach(() => rmSync(root, { recursive: true }));

it('finds the Node of the programs, and asks dpkg and apt whose it is', () => {
  writeFileSync(join(root, 'cgi-bin/join.cgi'), `#!${process.execPath} --no-rehash-snapshot\n`);
  const facts = nodeFacts(root, 1);
  const owner = spawnSync('dpkg-query', ['-S', process.execPath], { encoding: 'utf8' });
  expect(facts).toMatchObject({ version: process.versions.node, path: process.execPath, now: 1 });
  expect(facts?.packaged?.name).toBe(owner.status === 0 ? owner.stdout.split(':')[0] : undefined);
  if (owner.status === 0) expect(facts?.packaged?.policy).toMatch(/Installed: \d/);
});

it('has nothing to say where that Node is gone', () => {
  writeFileSync(join(root, 'cgi-bin/join.cgi'), '#!/nowhere/node\n');
  expect(nodeFacts(root, 1)).toBeNull();
});
