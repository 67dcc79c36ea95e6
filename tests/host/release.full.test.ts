/**
 * A release on whole Debians that have no npm, no compiler and no network: everything that apt brings was fetched before. One has a Node that
 * is too old, the other none. A meeting is booked; then the program is renewed from a clone, and from the release again.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dayFromNow } from '../support/forms.ts';
import { type DebianRoot, debianRoot, PATIENCE } from './debian_root.ts';
import { clone, DOMAIN, type Done } from './jitsi_tree.ts';
import { jitsiFiles, NGINX_SITE, sqlAccounts } from './stand_ins.ts';

vi.setConfig(PATIENCE);

/** A network of its own, in which there is nothing but this host. */
const NETWORK = `jmb-release-${process.pid}`;
const SQL = ['--auth', 'sql', '--sql-file', '/etc/sql'];
/** Names of packages that compile or bring others. */
const TOOLS = /^(?:npm|node-gyp|g\+\+|gcc|make|python3)$/m;

/** A folder with the release; JMB_RELEASE names another where one has been made already. */
let made: string;

function must(command: string, ...words: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, words, { encoding: 'utf8', cwd: clone, maxBuffer: 1e9 });
  if (status !== 0) throw error ?? new Error(`${command} ${words.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

beforeAll(() => {
  made = mkdtempSync(join(tmpdir(), 'jmb-release-'));
  const ready = process.env['JMB_RELEASE'];
  if (ready === undefined) must(process.execPath, 'lib/build/pack.mjs', '--to', made);
  else
    for (const name of readdirSync(ready)) if (/\.tar\.gz/.test(name)) must('cp', join(ready, name), join(made, name));
  must('ip', 'netns', 'add', NETWORK);
  must('ip', 'netns', 'exec', NETWORK, 'ip', 'link', 'set', 'lo', 'up');
});

afterAll(() => {
  spawnSync('ip', ['netns', 'del', NETWORK]);
  rmSync(made, { recursive: true, force: true });
});

const SUITES = [
  { suite: 'bookworm', node: '/opt/jitsi-jmb/bin/node', packages: ['nodejs'], comes: [] },
  { suite: 'trixie', node: '/usr/bin/node', packages: [], comes: ['nodejs'] },
] as const;

describe.each(SUITES)('$suite', ({ suite, node, packages, comes }) => {
  let host: DebianRoot;
  let release: string;

  /** Runs a command in it, without a network. */
  const alone = (...command: string[]): Done => {
    const env = [
      '-i',
      'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
      'HOME=/root',
      'LANG=C.UTF-8',
      'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ];
    const words = ['netns', 'exec', NETWORK, 'env', ...env, 'chroot', host.root, ...command];
    const done = spawnSync('ip', words, { encoding: 'utf8', input: '', maxBuffer: 1e9 });
    return { status: done.status, said: done.stdout + done.stderr };
  };
  const ask = (path: string, ...options: string[]): string => {
    const to = ['--resolve', `${DOMAIN}:443:127.0.0.1`, `https://${DOMAIN}${path}`];
    return must('ip', 'netns', 'exec', NETWORK, 'curl', '-sSki', '-u', 'alice:alice', ...options, ...to);
  };
  const installed = () => host.run('dpkg-query', '-W', '-f', '$' + '{Package}\n').said;

  beforeAll(() => {
    host = debianRoot(suite);
    const fetched = 'apache2 libaprutil1-dbd-sqlite3 libaprutil1-dbd-mysql libaprutil1-dbd-pgsql';
    const words = 'env DEBIAN_FRONTEND=noninteractive apt-get -y -qq --no-install-recommends';
    host.put('usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', 0o755);
    host.run('apt-get', 'update', '-qq');
    const there = `${words} install nginx prosody lua5.4 ca-certificates ${packages.join(' ')}`.split(/ +/);
    const { status, said } = host.run(...there);
    expect(status, said).toBe(0);
    rmSync(join(host.root, 'usr/sbin/policy-rc.d'));
    host.run(...`${words} --download-only install ${fetched} ${comes.join(' ')}`.trim().split(/ +/));
    jitsiFiles(host);
    symlinkSync(`/etc/prosody/conf.avail/${DOMAIN}.cfg.lua`, join(host.root, `etc/prosody/conf.d/${DOMAIN}.cfg.lua`));
    host.put(`etc/nginx/sites-available/${DOMAIN}.conf`, NGINX_SITE);
    symlinkSync(`../sites-available/${DOMAIN}.conf`, join(host.root, `etc/nginx/sites-enabled/${DOMAIN}.conf`));
    rmSync(join(host.root, 'etc/nginx/sites-enabled/default'), { force: true });
    sqlAccounts(host);
    must('mkdir', '-p', join(host.root, 'srv/jmb'));
    for (const name of readdirSync(made)) must('cp', join(made, name), join(host.root, 'srv/jmb', name));
    release = `/srv/jmb/${readdirSync(made)
      .find((name) => name.endsWith('.gz'))
      ?.replace('.tar.gz', '')}`;
  });

  afterAll(() => host?.remove());

  it('installs with apt alone', () => {
    const before = installed();
    expect(before).not.toMatch(TOOLS);
    expect(alone('sh', '-c', 'cd /srv/jmb && sha256sum -c *.sha256').status).toBe(0);
    const began = Date.now();
    expect(alone('tar', '-xzf', `${release}.tar.gz`, '-C', '/srv/jmb').status).toBe(0);
    const { status, said } = alone(`${release}/install.sh`, '--yes', '--cgi', ...SQL);
    const seconds = (Date.now() - began) / 1000;
    expect(said).toContain('Done.');
    expect(status, said).toBe(0);
    const after = installed();
    expect(after).not.toMatch(TOOLS);
    for (const name of comes) expect(after.split('\n')).toContain(name);
    const count = (text: string) => text.trim().split('\n').length;
    console.log(
      `${suite}: ${seconds.toFixed(0)} s from the archive to answers, ${count(before)} packages before, ${count(after)} after`,
    );
  });

  it('runs by the Node that it should, and holds nothing of a developer’s', () => {
    expect(host.run('head', '-n', '1', '/opt/jitsi-jmb/bin/jmb').said.trim()).toBe(`#!${node}`);
    expect(
      host.run('find', '/', '-xdev', '-name', 'node_modules', '-not', '-path', '/usr/*', '-not', '-path', '/proc/*')
        .said,
    ).toBe('');
    expect(host.run('ls', '/opt/jitsi-jmb/').said).not.toContain('tests');
    expect(host.run('/opt/jitsi-jmb/bin/jmb', 'check', 'node').said).toMatch(/^ok +node +Node v2[02]/);
  });

  const subjects = () => ask('/booking.cgi');

  it('has a meeting booked', () => {
    const page = ask('/booking.cgi?new');
    const words = [...page.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].flatMap(([tag]) => {
      const name = /name="([^"]*)"/.exec(tag)?.[1];
      return name === undefined ? [] : ['--data-urlencode', `${name}=${/value="([^"]*)"/.exec(tag)?.[1] ?? ''}`];
    });
    const typed = {
      conf_date: dayFromNow(7),
      conf_time: '10:00',
      conf_duration: '60',
      conf_object: 'From a release',
      conf_guests: 'bob.durand@example.org',
    };
    for (const [name, value] of Object.entries(typed)) words.push('--data-urlencode', `${name}=${value}`);
    expect(ask('/booking.cgi?register_new', ...words, '-H', `Origin: https://${DOMAIN}`)).toMatch(
      /^HTTP\/\S+ (?:200|302|303)/,
    );
    expect(subjects()).toContain('From a release');
  });

  it('is renewed from a clone, and from the release again', () => {
    // A clone wants a network; the servers go over to it.
    const leave = (run: typeof alone) => {
      run('nginx', '-s', 'stop');
      run('apache2ctl', 'stop');
      host.run('sh', '-c', 'while [ -e /run/apache2/apache2.pid ] || [ -s /run/nginx.pid ]; do sleep 0.1; done');
    };
    leave(alone);
    for (const name of ['nginx', 'apache2']) host.run('systemctl', 'restart', name);
    const built = host.install();
    expect(built.status, built.said).toBe(0);
    expect(host.ask('/booking.cgi', '-u', 'alice:alice')).toContain('From a release');
    leave(host.run);
    for (const name of ['nginx', 'apache2']) alone('systemctl', 'restart', name);
    const { status, said } = alone(`${release}/install.sh`, '--yes');
    expect(status, said).toBe(0);
    expect(subjects()).toContain('From a release');
    expect(alone(`${release}/install.sh`, '--yes').said).toContain('Nothing to change');
    expect(readFileSync(join(host.root, 'opt/jitsi-jmb/bin/jmb'), 'utf8')).not.toContain('/usr/src');
  });

  it('goes by the release as well', () => {
    expect(alone(`${release}/install.sh`, '--uninstall', '--purge', '--yes').status).toBe(0);
    expect(host.run('ls', '/opt').said).toBe('');
  });
});
