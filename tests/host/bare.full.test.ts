/** install.sh on a whole Debian with Jitsi and no Node: a look changes nothing, and a refusal leaves nothing of what it needed. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { CLONE, type DebianRoot, debianRoot, PATIENCE } from './debian_root.ts';
import { CAS, DOMAIN } from './jitsi_tree.ts';
import { PROSODY } from './samples.ts';
import { jitsiFiles, NGINX_SITE } from './stand_ins.ts';

vi.setConfig(PATIENCE);

let host: DebianRoot;
const lua = `etc/prosody/conf.avail/${DOMAIN}.cfg.lua`;

beforeAll(() => {
  host = debianRoot('bookworm');
  host.run('apt-get', 'update', '-qq');
  jitsiFiles(host);
  host.put(`etc/nginx/sites-available/${DOMAIN}.conf`, NGINX_SITE);
  host.run('mkdir', '-p', '/etc/prosody/conf.d');
  symlinkSync(`/etc/${lua.slice(4)}`, join(host.root, `etc/prosody/conf.d/${DOMAIN}.cfg.lua`));
});

afterAll(() => host?.remove());

/** Every path of the machine but what the kernel makes. */
const everything = (but: readonly string[] = []) => host.snapshot(['/proc', '/sys', '/dev', '/run', '/tmp', ...but]);

const look = (...words: string[]) => host.run(`${CLONE}/install.sh`, ...words);

it('shows what would come with its size, and changes nothing at all', () => {
  const before = everything();
  const { status, said } = look(...CAS, '--port', '8399', '--dry-run');
  expect(said).toMatch(
    /npm python3 make g\+\+\n\s+\d+ with all that they need: [\d.]+ MB to download, [\d.]+ MB on the disk/,
  );
  expect(said).toContain('By npm          Node 22.');
  expect(said).toContain('Nothing was changed (--dry-run).');
  expect(status).toBe(0);
  expect(everything()).toEqual(before);
});

it.each([
  [['--auth', 'cas', '--colour'], 'there is no option --colour'],
  [['--yes'], 'say it with --auth'],
  [[...CAS, '--port', '8399'], 'nobody is there to ask'],
  [['--uninstall'], 'there is nothing to take away'],
])('refuses %j before anything comes', (words, sentence) => {
  const before = everything();
  const { status, said } = look(...words);
  expect(said).toContain(sentence);
  expect(status).toBe(1);
  expect(everything()).toEqual(before);
});

it('takes away again what came for a run that refuses later', () => {
  // What apt, dpkg and npm write down of their work, and packages of what they do, is no part of what came.
  const kept = [
    '/var/lib/apt',
    '/var/cache',
    '/var/log',
    '/var/lib/dpkg',
    '/root',
    '/etc/ld.so.cache',
    '/etc/ssl',
    '/var/lib/systemd',
  ];
  const packages = () =>
    host.run('dpkg-query', '-W', '-f', '$' + '{Package} $' + '{Version} $' + '{db:Status-Status}\n').said;
  host.put(lua, (PROSODY['as packaged'] ?? '').replace('"token"', '"jitsi-anonymous"'), 0o640);
  const [before, had] = [everything(kept), packages()];
  const { status, said } = look(...CAS, '--port', '8399', '--yes');
  expect(said).toContain('Tokens are not enabled');
  expect(said).toMatch(/What came for this run goes again: \d{3} packages, 3 folders/);
  expect(status).toBe(1);
  expect(packages()).toBe(had);
  expect(everything(kept)).toEqual(before);
});
