/**
 * install.sh on a Debian whose systemd runs: the programs as services of their own, what they may do, and that nobody is lost while
 * they are restarted, killed, or brought up to date.
 */
import { appendFileSync, copyFileSync, cpSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { asFields } from '../support/forms.ts';
import { LITESTREAM } from '../support/litestream.ts';
import { type BootedRoot, boot } from './booted_root.ts';
import { CLONE, type DebianRoot, debianRoot, PATIENCE } from './debian_root.ts';
import { clone, DOMAIN, type Done } from './jitsi_tree.ts';
import { crowd, MAIL_SERVER } from './neighbours.ts';
import { jitsiFiles, NGINX_SITE, sqlAccounts } from './stand_ins.ts';

vi.setConfig(PATIENCE);

const PROGRAMS = ['booking', 'token', 'join', 'ical'];
const PACKAGES =
  'nginx apache2 apache2-utils curl lua5.4 iproute2 procps cron ca-certificates libaprutil1-dbd-sqlite3 libaprutil1-dbd-mysql libaprutil1-dbd-pgsql';
const ALICE = ['-u', 'alice:alice'];

let host: DebianRoot;
let machine: BootedRoot;
let before: ReadonlyMap<string, string>;

beforeAll(async () => {
  host = debianRoot('bookworm', ['systemd', 'systemd-sysv', 'dbus']);
  host.put('usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', 0o755);
  host.run('apt-get', 'update', '-qq');
  const apt = 'env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends';
  const { status, said } = host.run(...apt.split(' '), ...PACKAGES.split(' '));
  expect(status, said).toBe(0);
  for (const path of ['usr/sbin/policy-rc.d', 'usr/local/bin/systemctl']) rmSync(join(host.root, path));
  jitsiFiles(host);
  host.put(`etc/nginx/sites-available/${DOMAIN}.conf`, NGINX_SITE);
  symlinkSync(`../sites-available/${DOMAIN}.conf`, join(host.root, `etc/nginx/sites-enabled/${DOMAIN}.conf`));
  rmSync(join(host.root, 'etc/nginx/sites-enabled/default'));
  sqlAccounts(host);
  // It has no network once it runs: this Node, and what was built here.
  copyFileSync(process.execPath, join(host.root, 'usr/bin/node'));
  cpSync(join(clone, 'dist'), join(host.root, CLONE, 'dist'), { recursive: true });
  before = host.snapshot();
  machine = await boot(host.root);
});

afterAll(async () => {
  await machine?.stop();
  host?.remove();
});

const install = (...words: string[]): Done => machine.run(`${CLONE}/install.sh`, '--yes', ...words);
const systemctl = (...words: string[]): string => machine.run('systemctl', ...words).said.trim();
const ask = (path: string, ...options: string[]): string =>
  machine.run('curl', '-sSki', ...options, '--resolve', `${DOMAIN}:443:127.0.0.1`, `https://${DOMAIN}${path}`).said;
const check = (): string => machine.run('/opt/jitsi-jmb/bin/jmb', 'check', 'services').said.trim();
const pidOf = (program: string): string =>
  systemctl('show', '--property=MainPID', '--value', `jitsi-jmb@${program}.service`);

it('installs the programs as services that nobody but Apache can ask', () => {
  const { status, said } = install('--auth', 'sql', '--sql-file', '/etc/sql');
  expect(status, said).toBe(0);
  expect(said).toContain('Done.');
  for (const program of PROGRAMS) {
    expect(systemctl('is-active', `jitsi-jmb@${program}.socket`)).toBe('active');
    expect(systemctl('is-enabled', `jitsi-jmb@${program}.socket`)).toBe('enabled');
    expect(machine.run('stat', '-c', '%a %U', `/run/jitsi-jmb/${program}.sock`).said).toBe('600 www-data\n');
  }
  const stranger = machine.run(
    'setpriv',
    '--reuid=65534',
    '--regid=65534',
    '--clear-groups',
    '--',
    'curl',
    '-sS',
    '--unix-socket',
    '/run/jitsi-jmb/booking.sock',
    'http://x/',
  );
  expect(stranger.said).toContain("Couldn't connect");
  expect(check()).toMatch(/^ok +services +4 sockets listen/);
});

it('answers, books, and says in the journal what it refused', () => {
  expect(ask('/booking.cgi')).toMatch(/^HTTP\/\S+ 401/);
  expect(ask('/booking.cgi', ...ALICE, '-H', 'Remote-User: eve')).toMatch(/^HTTP\/\S+ 200[\s\S]*Alice Martin/);
  expect(ask('/token.cgi?room=alice', ...ALICE)).toMatch(/jwt=/);
  void machine.start('node', '-e', MAIL_SERVER);
  machine.run('sh', '-c', 'until ss -lnt | grep -q :25; do sleep 0.1; done');
  const form = ask('/booking.cgi?new', ...ALICE);
  const hidden = [...form.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [
    name,
    value,
  ]);
  const fields = { ...Object.fromEntries(hidden), ...asFields({ guests: 'guest@example.net' }) };
  const words = Object.entries(fields).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]);
  expect(ask('/booking.cgi?register_new', ...ALICE, ...words)).toMatch(/^HTTP\/\S+ 303/);
  expect(ask('/booking.cgi?list', ...ALICE)).toContain('Point hebdo');
  expect(ask('/join.cgi?id=nobody')).toMatch(/^HTTP\/\S+ 404/);
  const log = machine.run('journalctl', '-t', 'jitsi-jmb', '-o', 'cat', '--no-pager').said;
  expect(log).toContain('jmb[booking] booked ');
  expect(log).toMatch(/jmb\[booking\] told id=\d+ sent=[12] waiting=[01] refused=0 /);
  expect(log).toContain('jmb[join] refused status=404');
  // What there was no time for goes with cron.
  machine.run('/opt/jitsi-jmb/bin/jmb', 'remind');
  expect(machine.run('/opt/jitsi-jmb/bin/jmb', 'outbox').said).toBe('the outbox is empty\n');
});

it('keeps out what it can: 2.0 or better of ten', () => {
  for (const program of PROGRAMS) {
    const { said } = machine.run('systemd-analyze', 'security', '--no-pager', `jitsi-jmb@${program}.service`);
    expect(Number(/exposure level for \S+: ([\d.]+)/.exec(said)?.[1])).toBeLessThanOrEqual(2);
  }
  const write = (path: string) => machine.run('nsenter', '-t', pidOf('booking'), '--mount', '--', 'touch', path).status;
  const home = machine.run('sh', '-c', 'echo ~root').said.trim();
  expect(home).toMatch(/^\/\w/);
  expect(['/var/www/jitsi-jmb', '/opt/jitsi-jmb', '/etc', home].map((folder) => write(`${folder}/x`))).toEqual([
    0, 1, 1, 1,
  ]);
  machine.run('rm', '/var/www/jitsi-jmb/x');
});

it('loses nobody over twenty restarts', async () => {
  const { complete, lost, said } = await crowd(machine, async () => {
    for (let n = 0; n < 20; n += 1) {
      expect(machine.run('systemctl', 'restart', 'jitsi-jmb@booking.service').status).toBe(0);
      expect(ask('/booking.cgi?list', ...ALICE)).toMatch(/^HTTP\/\S+ 200/);
    }
  });
  console.log(`20 restarts: ${lost} of ${complete} requests were lost`);
  expect(lost, said).toBe(0);
  expect(complete).toBeGreaterThan(100);
});

it('loses nobody while JMB is brought up to date', async () => {
  const lib = join(host.root, CLONE, 'dist/lib');
  const pid = pidOf('booking');
  const { complete, lost, said } = await crowd(machine, async () => {
    for (let n = 0; n < 3; n += 1) {
      for (const name of readdirSync(lib).filter((one) => one.endsWith('.js')))
        appendFileSync(join(lib, name), `\n// ${n}`);
      const done = await machine.start(`${CLONE}/install.sh`, '--yes');
      expect(done.said).toContain('Done.');
    }
    // What a socket is made by is as it was: it goes on.
    appendFileSync(join(host.root, CLONE, 'dist/apache/jitsi-jmb@.socket'), '# changed\n');
    const done = await machine.start(`${CLONE}/install.sh`, '--yes');
    expect(done.said).toContain('Told after that jitsi-jmb@*.socket');
  });
  console.log(`4 updates: ${lost} of ${complete} requests were lost`);
  expect(lost, said).toBe(0);
  expect(complete).toBeGreaterThan(500);
  expect(machine.run('tail', '-n', '1', '/etc/systemd/system/jitsi-jmb@.socket').said).toBe('# changed\n');
  expect(pidOf('booking')).not.toBe(pid);
});

it('comes back when it is killed, and says what does not', async () => {
  const pid = pidOf('booking');
  machine.run('kill', '-9', pid);
  expect(ask('/booking.cgi?list', ...ALICE)).toMatch(/^HTTP\/\S+ 200/);
  expect(pidOf('booking')).not.toBe(pid);

  machine.run('systemctl', 'stop', 'jitsi-jmb@ical.socket', 'jitsi-jmb@ical.service');
  expect(check()).toBe(
    'wrong    services   jitsi-jmb@ical.socket is inactive: systemctl restart jitsi-jmb@ical.socket',
  );
  expect(ask('/ical.cgi?abc')).toMatch(/^HTTP\/\S+ 503/);
  machine.run('systemctl', 'restart', 'jitsi-jmb@ical.socket');
  expect(ask('/ical.cgi?abc')).toMatch(/^HTTP\/\S+ 404/);

  machine.run('mv', '/opt/jitsi-jmb/lib/join.js', '/opt/jitsi-jmb/lib/aside.js');
  machine.run('systemctl', 'restart', 'jitsi-jmb@join.service');
  await expect.poll(check, { timeout: 20_000 }).toMatch(/^wrong +services +jitsi-jmb@join.service does not start/);
  machine.run('mv', '/opt/jitsi-jmb/lib/aside.js', '/opt/jitsi-jmb/lib/join.js');
  expect(ask('/join.cgi?id=nobody')).toMatch(/^HTTP\/\S+ 404/);
  expect(check()).toMatch(/^ok /);

  host.put('opt/jitsi-jmb/etc/jmb_local.cf', 'JMB_LOG="/srv/log/jmb.log"\n');
  expect(check()).toContain('the settings lead to /srv/log, where the programs may not write: ./install.sh again');
  machine.run('install', '-d', '-o', 'www-data', '/srv/log');
  expect(install().said).toContain('Done.');
  expect(check()).toMatch(/^ok /);
  ask('/join.cgi?id=nobody');
  expect(machine.run('cat', '/srv/log/jmb.log').said).toContain('jmb[join] refused status=404');
});

it('copies for a second host, waits, and takes over', async () => {
  copyFileSync(join(LITESTREAM, 'litestream'), join(host.root, 'usr/local/bin/litestream'));
  machine.run('install', '-d', '-o', 'www-data', '/srv/replica');
  const jmb = (...words: string[]) => machine.run('/opt/jitsi-jmb/bin/jmb', ...words).said;
  const service = (): string => systemctl('is-active', 'jitsi-jmb-litestream');
  const set = install('--replica', 'file:///srv/replica');
  expect(set.status, set.said).toBe(0);
  expect(service()).toBe('active');
  await expect.poll(() => jmb('check', 'replica'), { timeout: 10_000 }).toMatch(/^ok .*this host is active, and Lite/);
  const { said } = machine.run('systemd-analyze', 'security', '--no-pager', 'jitsi-jmb-litestream');
  expect(Number(/exposure level for \S+: ([\d.]+)/.exec(said)?.[1])).toBeLessThanOrEqual(2);

  expect(jmb('demote')).toContain('and all is copied');
  expect([service(), systemctl('is-enabled', 'jitsi-jmb-litestream')]).toEqual(['inactive', 'enabled']);
  expect(ask('/booking.cgi?list', ...ALICE)).toMatch(/^HTTP\/\S+ 503[\s\S]*retry-after: 60/i);
  // One that waits can be renewed, and goes on waiting.
  const renewed = install('--front-page', 'jitsi');
  expect(renewed.status, renewed.said).toBe(0);
  expect(jmb('replica')).toMatch(/^role {5}standby\n/);
  expect(jmb('promote', '--yes', '--old')).toContain('this host is the active one: turn 2');
  expect(service()).toBe('active');
  expect(ask('/booking.cgi?list', ...ALICE)).toMatch(/^HTTP\/\S+ 200[\s\S]*Point hebdo/);

  // A host that comes back: another one took over while it was off.
  const [own] = [machine.run('cat', '/var/www/jitsi-jmb/jmb.db-turn').said];
  expect(own).toContain('"epoch":2');
  host.put('var/www/jitsi-jmb/jmb.db-turn', own.replace(/"id":"\w+"/, '"id":"anothers"'));
  machine.run('systemctl', 'restart', 'jitsi-jmb-litestream');
  expect(service()).toBe('inactive');
  expect(ask('/join.cgi?health')).toMatch(/^HTTP\/\S+ 503[\s\S]*role fenced/);
  expect(jmb('promote', '--yes', '--old')).toContain('this host is the active one: turn 3');

  expect(install('--no-replica', '--front-page', 'jmb').said).toContain('Done.');
  expect(service()).toBe('inactive');
  machine.run('rm', '-r', '/srv/replica', '/usr/local/bin/litestream');
});

it('goes over to plain CGI and back', () => {
  expect(install('--cgi').said).toContain('Done.');
  expect(systemctl('list-units', '--all', '--plain', '--no-legend', 'jitsi-jmb*')).toBe('');
  expect(machine.run('test', '-e', '/run/jitsi-jmb').status).toBe(1);
  expect(check()).toMatch(/^off +services +each request starts its program/);
  expect(ask('/booking.cgi?list', ...ALICE)).toMatch(/^HTTP\/\S+ 200/);
  expect(install('--fastcgi').said).toContain('Done.');
  expect(ask('/booking.cgi?list', ...ALICE)).toMatch(/^HTTP\/\S+ 200/);
  expect(check()).toMatch(/^ok /);
});

it('goes without a trace', () => {
  const { status, said } = install('--uninstall', '--purge');
  expect(status, said).toBe(0);
  expect(systemctl('list-units', '--all', '--plain', '--no-legend', 'jitsi-jmb*')).toBe('');
  expect(machine.run('test', '-e', '/run/jitsi-jmb').status).toBe(1);
  expect(machine.run('pgrep', '-f', 'cgi-bin').said).toBe('');
  const ours = (all: ReadonlyMap<string, string>) =>
    Object.fromEntries([...all].filter(([path]) => /^\.\/(?:etc\/(?!ssl|machine-id|\.pwd)|opt|var\/www)/.test(path)));
  expect(ours(host.snapshot())).toEqual(ours(before));
});
