/** Jitsi's site in Apache is found as Apache itself chooses it, led to us whatever its shape, and left as it was. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apacheFront, editVhost, enabledHosts, SITE_PART, undoVhost } from '../../lib/install/apache_site.ts';
import { keyPair } from '../../lib/install/plan_web.ts';
import { askAt } from '../support/ask_at.ts';
import { freePort, untilAnswers } from '../support/port.ts';
import { APACHE, withMain } from './apache_shapes.ts';
import { type Bare, bareTree } from './bare_tree.ts';
import { DOMAIN } from './jitsi_tree.ts';

const { key, cert } = keyPair(DOMAIN);
const MODULES = 'mpm_event authz_core authz_host alias rewrite ssl socache_shmcb'.split(' ');
/** Like ours: a rule that ends all others, and what is served. */
const OURS = 'RewriteEngine On\nRewriteRule ^/booking\\.cgi$ - [END]\nRedirect 302 /booking.cgi /ours\n';
let bare: Bare;

beforeEach(() => {
  bare = bareTree();
});

afterEach(() => bare.remove());

/** Runs the real Apache on the tree's files, with ports of ours, while `use` asks at one of them. */
async function running(
  files: readonly string[],
  use: (ports: ReadonlyMap<number, number>) => Promise<void>,
): Promise<void> {
  const { root, put, read } = bare;
  const said = files.flatMap((path) =>
    [...read(path).matchAll(/<virtualhost ([^>]*)>/gi)].map(([, list = '']) => list),
  );
  const free = new Map<number, number>();
  for (const port of new Set(said.flatMap((list) => [...list.matchAll(/:(\d+)/g)].map(([, one]) => Number(one)))))
    free.set(port, await freePort());
  for (const path of [...files, SITE_PART]) {
    const moved = read(path)
      .replaceAll('/etc/', `${root}/run/`)
      .replace(/(?<=<virtualhost [^>]*:)\d+/gi, (port) => `${free.get(Number(port))}`);
    put(path.replace(/^\/?etc\//, 'run/'), moved);
  }
  put('run/tests.crt', cert);
  put('run/tests.key', key);
  const own = [
    `ServerRoot ${root}/run/apache2`,
    `PidFile ${root}/pid`,
    `DefaultRuntimeDir ${root}`,
    `ErrorLog ${root}/log`,
    'User www-data',
    'Group www-data',
    ...MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
    ...[...free.values()].map((port) => `Listen 127.0.0.1:${port}`),
    `Include ${root}/run/apache2/apache2.conf`,
  ];
  put('run/main.conf', `${own.join('\n')}\n`);
  const server = spawn('/usr/sbin/apache2', ['-DFOREGROUND', '-f', join(root, 'run/main.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const words: string[] = [];
  server.stderr.on('data', (part) => words.push(`${part}`));
  const ended = new Promise((resolve) => server.once('close', resolve));
  try {
    for (const port of free.values())
      expect(await untilAnswers(port, 10, () => server.exitCode === null), words.join('')).toBe(true);
    await use(free);
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}

describe.each(Object.entries(APACHE))('%s', (_, shape) => {
  it('is found, led to us, and left as it was', async () => {
    const files = withMain(shape);
    for (const [path, text] of Object.entries(files)) bare.put(path, text);
    const found = apacheFront(bare.tree, DOMAIN);
    expect(found?.front.edits.size).toBeGreaterThan(0);
    for (const [file, offsets] of found?.front.edits ?? []) bare.put(file, editVhost(bare.read(file), offsets));
    expect(apacheFront(bare.tree, DOMAIN)).toEqual(found);

    bare.put(SITE_PART, OURS);
    const address = found?.front.address;
    await running(Object.keys(files), async (ports) => {
      const where = { domain: DOMAIN, port: ports.get(address?.port ?? 0) ?? 0, tls: address?.tls === true };
      expect((await askAt(where, '/who')).headers.location).toMatch(/\/theirs$/);
      expect((await askAt(where, '/booking.cgi')).headers.location).toMatch(/\/ours$/);
    });
    for (const [path, text] of Object.entries(files)) expect(undoVhost(bare.read(path)), path).toBe(text);
  });
});

it.each([
  ['two hosts, two ports', 2],
  ['as packaged', 1],
  ['twice, of which the first counts', 1],
])('goes into every host that people reach, and into no other: %s', (shape, count) => {
  for (const [path, text] of Object.entries(withMain(APACHE[shape] ?? {}))) bare.put(path, text);
  expect([...(apacheFront(bare.tree, DOMAIN)?.front.edits.values() ?? [])].flat()).toHaveLength(count);
});

it.each([
  ['RedirectMatch ^/$ https://www.example.org/', true],
  ['RedirectMatch 302 "^/$" "https://www.example.org/"', true],
  ['RewriteRule ^/$ /static/start.html [R=302,L]', true],
  ['RewriteRule ^/?$ https://www.example.org/', true],
  ['RewriteRule ^/$ /index.html [L]', false],
  ['RewriteRule ^ https://www.example.org/', false],
  ['RewriteRule ^/([a-zA-Z0-9]+)$ /index.html', false],
])('knows a front page of the site’s own: %s', (line, own) => {
  for (const [path, text] of Object.entries(withMain(APACHE['as packaged'] ?? {})))
    bare.put(path, text.replace('    SSLEngine on', `    ${line}\n$&`));
  expect(apacheFront(bare.tree, DOMAIN)?.front.ownFrontPage).toBe(own);
});

it('is not our own site on loopback', () => {
  for (const [path, text] of Object.entries(withMain({}))) bare.put(path, text);
  bare.put(
    'etc/apache2/sites-available/jitsi-jmb.conf',
    `<VirtualHost 127.0.0.1:8181>\nServerName https://${DOMAIN}:443\n</VirtualHost>\n`,
  );
  bare.link('etc/apache2/sites-enabled/jitsi-jmb.conf', '../sites-available/jitsi-jmb.conf');
  expect(apacheFront(bare.tree, DOMAIN)).toBeUndefined();
  expect(enabledHosts(bare.tree)).toEqual([]);
});

it.each<[string, string]>([
  ['another name', '<VirtualHost *:443>\nServerName www.example.org\n</VirtualHost>\n'],
  ['only the way to https', APACHE['certbot’s']?.[`etc/apache2/sites-enabled/${DOMAIN}.conf`] ?? ''],
  [
    'a macro',
    `<Macro Site $name>\n<VirtualHost *:443>\nServerName $name\n</VirtualHost>\n</Macro>\nUse Site ${DOMAIN}\n`,
  ],
])('does not take for Jitsi’s: %s', (_, text) => {
  for (const [path, main] of Object.entries(withMain({ 'etc/apache2/sites-enabled/a.conf': text })))
    bare.put(path, main);
  expect(apacheFront(bare.tree, DOMAIN)).toBeUndefined();
});

it.each<[string, string, string]>([
  ['a section that is not closed', '<VirtualHost *:443>\n', 'a.conf: "<virtualhost>" is not closed'],
  ['an end without a begin', '\n</VirtualHost>\n', 'a.conf, line 2: "</VirtualHost>" closes nothing'],
  ['an include of itself', 'Include sites-enabled/a.conf\n', 'include each other without end'],
])('says what it cannot read: %s', (_, text, why) => {
  for (const [path, main] of Object.entries(withMain({ 'etc/apache2/sites-enabled/a.conf': text })))
    bare.put(path, main);
  expect(() => apacheFront(bare.tree, DOMAIN)).toThrow(why);
});
