/** The units of programs that stay: their text by settings, when they come, and what is kept out by them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Steps } from '../../lib/install/steps.ts';
import { startUnits } from '../../lib/install/units.ts';
import { CAS, type JitsiTree, jitsiTree } from './jitsi_tree.ts';

const SERVICE = 'etc/systemd/system/jitsi-jmb@.service';
const SITE = 'etc/apache2/sites-available/jitsi-jmb.conf';

let tree: JitsiTree;

beforeEach(() => {
  tree = jitsiTree();
  tree.put('usr/lib/systemd/systemd', '', 0o755);
  for (const name of ['proxy.load', 'proxy.conf', 'proxy_fcgi.load', 'cgid.load', 'fcgid.load'])
    tree.put(`etc/apache2/mods-available/${name}`, '');
});

afterEach(() => tree.remove());

const there = () => Object.keys(tree.snapshot()).filter((path) => /systemd\/system|mods-enabled/.test(path));
const line = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(tree.read(SERVICE))?.[1];

it('come where systemd is, with Apache’s modules, and go without a trace', () => {
  const before = tree.snapshot();
  expect(tree.install(...CAS)).toMatchObject({ status: 0 });
  const sockets = ['booking', 'token', 'join', 'ical'].map((name) => `sockets.target.wants/jitsi-jmb@${name}.socket`);
  for (const name of ['jitsi-jmb@.service', 'jitsi-jmb@.socket', ...sockets])
    expect(there()).toContain(`etc/systemd/system/${name}`);
  expect(there()).toContain('etc/apache2/mods-enabled/proxy_fcgi.load');
  expect(there()).not.toContain('etc/apache2/mods-enabled/cgid.load');
  expect(tree.read(SITE)).toContain('Define JMB_SOCKETS "/run/jitsi-jmb"');
  expect(tree.read(SERVICE)).not.toContain('@JMB_');
  expect(line('ExecStart')).toBe('/opt/jitsi-jmb/cgi-bin/%i.cgi');
  expect([line('ReadWritePaths'), line('ProtectHome')]).toEqual(['-/var/www/jitsi-jmb', 'yes']);
  expect(tree.install().said).toContain('Nothing to change');
  expect(tree.install('--uninstall', '--purge')).toMatchObject({ status: 0 });
  expect(tree.snapshot()).toEqual(before);
});

it('go with --cgi, which holds until --fastcgi; without systemd they do not come', () => {
  for (const [words, stays] of [
    [[...CAS, '--cgi'], false],
    [[], false],
    [['--fastcgi'], true],
  ] as const) {
    expect(tree.install(...words)).toMatchObject({ status: 0 });
    expect(there().includes(SERVICE), words.join()).toBe(stays);
    expect(there().includes('etc/apache2/mods-enabled/cgid.load'), words.join()).toBe(!stays);
    expect(tree.read(SITE).includes('JMB_SOCKETS'), words.join()).toBe(stays);
  }
  rmSync(join(tree.root, 'usr/lib/systemd'), { recursive: true });
  expect(tree.install()).toMatchObject({ status: 0 });
  expect(there()).not.toContain(SERVICE);
});

it('let the programs write where the settings lead, and nowhere else', () => {
  const local = 'opt/jitsi-jmb/etc/jmb_local.cf';
  tree.put(local, 'JMB_DB="/srv/100 % ours/jmb.db"\nJMB_LOG="/var/log/jmb/jmb.log"\n');
  expect(tree.install(...CAS)).toMatchObject({ status: 0 });
  expect(line('ReadWritePaths')).toBe('"-/srv/100 %% ours" -/var/log/jmb -/var/www/jitsi-jmb');
  expect(line('RequiresMountsFor')).toBe('/opt/jitsi-jmb "/srv/100 %% ours" /var/log/jmb /var/www/jitsi-jmb');
  tree.put(local, 'JMB_DATA="/home/jmb/"\nJMB_LOG="syslog"\n');
  const { said } = tree.install();
  expect(said).toContain('/etc/systemd/system/jitsi-jmb@.service  the programs stay');
  expect([line('ReadWritePaths'), line('ProtectHome')]).toEqual(['-/home/jmb -/var/www/jitsi-jmb', 'read-only']);
});

it('follow mod_fcgid, whose link goes and whose package is named', () => {
  expect(tree.install(...CAS, '--cgi')).toMatchObject({ status: 0 });
  tree.put(SITE, tree.read(SITE).replace('    Include', '    Define JMB_FASTCGI\n    Include'));
  expect(tree.install('--fastcgi').said).toContain('apt-get purge libapache2-mod-fcgid');
  expect(tree.read(SITE)).not.toContain('FASTCGI');
  expect(tree.install().said).toContain('Nothing to change');
});

it('keep out what systemd counts: 2.0 or better, and no line that it does not know', () => {
  expect(tree.install(...CAS)).toMatchObject({ status: 0 });
  const folder = mkdtempSync(join(tmpdir(), 'jmb-units-'));
  const file = join(folder, 'jitsi-jmb@booking.service');
  writeFileSync(file, tree.read(SERVICE).replace('/opt/jitsi-jmb/cgi-bin/%i.cgi', '/bin/true'));
  writeFileSync(join(folder, 'jitsi-jmb@.socket'), tree.read('etc/systemd/system/jitsi-jmb@.socket'));
  const { stdout, error } = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', file], {
    encoding: 'utf8',
  });
  const verified = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  expect(error).toBeUndefined();
  expect(Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThanOrEqual(2);
  expect(verified.stderr.split('\n').filter((one) => one.includes('jitsi-jmb'))).toEqual([]);
});

it('have their sockets made anew only where these do not listen, or what they are made by is another', async () => {
  const listening = 'ActiveState=active\nSocketMode=0600\n'.repeat(4);
  const told = async (...shown: string[]): Promise<string[]> => {
    const words: string[] = [];
    const steps: Steps = {
      run: async (_, [verb = '']) => {
        if (verb === 'show') return { status: 0, said: shown.shift() ?? '' };
        words.push(verb);
        return { status: 0, said: '' };
      },
      unlessEnded: (promise) => promise,
      ignoreSignals: () => undefined,
    };
    expect(await startUnits(steps, 'sockets')).toBe(true);
    return words;
  };
  expect(await told(listening, listening)).toEqual(['daemon-reload']);
  const anew = ['daemon-reload', 'stop', 'start'];
  expect(await told(listening, listening.replaceAll('0600', '0660'))).toEqual(anew);
  const idle = listening.replace('=active', '=inactive');
  expect(await told(idle, idle)).toEqual(anew);
});
