/** install.sh and the web server that people reach: whatever its files are called and however they look, or a sentence that says why not. */
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { APACHE, withMain as withApache } from './apache_shapes.ts';
import { CAS, DOMAIN, type JitsiTree, jitsiTree } from './jitsi_tree.ts';
import { NGINX, withMain as withNginx } from './nginx_shapes.ts';

let tree: JitsiTree;

beforeEach(() => {
  tree = jitsiTree();
  rmSync(join(tree.root, 'etc/nginx'), { recursive: true });
});

afterEach(() => tree.remove());

function put(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) if (text !== '') tree.put(path, text);
}

const INCLUDE = 'include /etc/jitsi/meet/jaas/jitsi-jmb.conf; # jmb install';
const PORTS = 'etc/apache2/ports.conf';

describe('nginx that does not read the folder of additions', () => {
  const SITE = 'etc/nginx/sites-available/visio';

  beforeEach(() => {
    put(withNginx({ [SITE]: NGINX['the older template']?.[`etc/nginx/sites-enabled/${DOMAIN}.conf`] ?? '' }));
    tree.put('etc/nginx/sites-enabled/.keep', '');
    symlinkSync('../sites-available/visio', join(tree.root, 'etc/nginx/sites-enabled/visio'));
  });

  it('gets our include, once, and goes without a trace', () => {
    const before = tree.snapshot();
    const shown = tree.install(...CAS, '--dry-run');
    expect(shown.said).toContain(`/${SITE}  includes our addresses`);
    expect(shown.said).toMatch(/Told after that .*nginx/);
    expect(tree.snapshot()).toEqual(before);
    expect(tree.install(...CAS)).toMatchObject({ status: 0 });
    expect(tree.read(SITE)).toContain(`    ${INCLUDE}\n}`);
    expect(tree.read(SITE).split(INCLUDE)).toHaveLength(2);
    expect(tree.install().said).toContain('Nothing to change');
    expect(tree.install('--uninstall', '--purge')).toMatchObject({ status: 0 });
    expect(tree.snapshot()).toEqual(before);
  });

  it('that changed since keeps what changed', () => {
    const was = tree.read(SITE);
    tree.install(...CAS);
    tree.put(SITE, `${tree.read(SITE).replace('listen 80;', 'listen 80;\n    # mine')}\n# the end\n`);
    expect(tree.install().said).toContain('Nothing to change');
    expect(tree.install('--uninstall').status).toBe(0);
    expect(tree.read(SITE)).toBe(`${was.replace('listen 80;', 'listen 80;\n    # mine')}\n# the end\n`);
  });

  it('that reads it from now on loses ours again', () => {
    tree.install(...CAS);
    tree.put(SITE, tree.read(SITE).replace(/\n.*listen 443/, '\n    include /etc/jitsi/meet/jaas/*.conf;$&'));
    expect(tree.install().status).toBe(0);
    expect(tree.read(SITE)).toContain('include /etc/jitsi/meet/jaas/*.conf;');
    expect(tree.read(SITE)).not.toContain('jmb install');
  });
});

describe('Apache', () => {
  it.each(['certbot’s', 'a blank before the bracket', 'another port', 'in another file'])('%s', (shape) => {
    put(withApache(APACHE[shape] ?? {}));
    const before = tree.snapshot();
    expect(tree.install(...CAS, '--dry-run').said).toMatch(/sites-enabled\/\S+ {2}includes ours/);
    expect(tree.install(...CAS)).toMatchObject({ status: 0 });
    const changed = Object.keys(APACHE[shape] ?? {}).filter((path) => tree.read(path).includes('jitsi-jmb/site.conf'));
    expect(changed).toHaveLength(1);
    expect(tree.install().said).toContain('Nothing to change');
    expect(tree.install('--uninstall', '--purge')).toMatchObject({ status: 0 });
    expect(tree.snapshot()).toEqual(before);
  });

  it('is the front where nginx only lies there', () => {
    put(withNginx({ 'etc/nginx/sites-enabled/default': 'server { listen 80 default_server; root /var/www; }' }));
    put(withApache(APACHE['as packaged'] ?? {}));
    expect(tree.install(...CAS, '--dry-run').said).toMatch(/^Front +apache$/m);
    tree.put('etc/nginx/sites-enabled/default', 'server { listen 80 default_server;');
    expect(tree.install(...CAS, '--dry-run').said).toMatch(/^Front +apache$/m);
  });
});

describe('what Apache listens on behind nginx', () => {
  const listens = (): string[] =>
    tree
      .read(PORTS)
      .split('\n')
      .filter((line) => /^\s*listen/i.test(line))
      .map((line) => line.trim());

  it('loses what nginx needs, and nothing that is another’s', () => {
    put(withNginx(NGINX['the older template'] ?? {}));
    const lines = [
      'Listen 80',
      'listen *:443',
      'Listen [::]:443 https',
      'Listen 0.0.0.0:80',
      'Listen 192.0.2.7:443',
      'Listen [2001:db8::7]:443',
      'Listen 192.0.2.7:80',
      'Listen 8443',
    ];
    tree.put(PORTS, `${lines.join('\n')}\n`);
    const before = tree.snapshot();
    expect(tree.install(...CAS).status).toBe(0);
    expect(listens()).toEqual([
      'Listen 192.0.2.7:443',
      'Listen [2001:db8::7]:443',
      'Listen 192.0.2.7:80',
      'Listen 8443',
    ]);
    expect(tree.install('--uninstall', '--purge').status).toBe(0);
    expect(tree.snapshot()).toEqual(before);
  });

  it('loses what a multiplexer of nginx’s has', () => {
    const site = NGINX['behind a multiplexer']?.['etc/nginx/sites-enabled/a'] ?? '';
    const main = withNginx({})['etc/nginx/nginx.conf'] ?? '';
    const stream = 'stream {\n    server { listen 443; listen [::]:443; proxy_pass 127.0.0.1:4444; }\n}\n';
    put({ 'etc/nginx/nginx.conf': main + stream, 'etc/nginx/sites-enabled/a': site });
    put(withApache({ 'etc/apache2/sites-enabled/www.conf': '<VirtualHost *:80 *:443>\n</VirtualHost>\n' }));
    tree.put(PORTS, 'Listen 80\nListen 443\n');
    expect(tree.install(...CAS).status).toBe(0);
    expect(listens()).toEqual(['Listen 80']);
  });

  it('keeps a port that nginx does not have and another site has', () => {
    put(withNginx({ 'etc/nginx/conf.d/a.conf': NGINX['by hand, in conf.d']?.['etc/nginx/conf.d/visio.conf'] ?? '' }));
    put(
      withApache({
        'etc/apache2/sites-enabled/www.conf': '<VirtualHost *:80>\nServerName www.example.org\n</VirtualHost>\n',
      }),
    );
    tree.put(PORTS, 'Listen 80\nListen 443\n');
    expect(tree.install(...CAS).status).toBe(0);
    expect(listens()).toEqual(['Listen 80']);
  });
});

describe('a host without a site for the domain is told so, and nothing is changed', () => {
  const other = { 'etc/nginx/sites-enabled/a': 'server { listen 443 ssl; server_name www.example.org; }' };

  it.each<[string, () => void, readonly string[], string]>([
    [
      'neither',
      () => put(withNginx(other)),
      [],
      `Neither nginx nor Apache has a site for ${DOMAIN} (server_name or ServerName`,
    ],
    [
      'nginx, as is said',
      () => put(withNginx(other)),
      ['--front', 'nginx'],
      `nginx has no site for ${DOMAIN}: no server block`,
    ],
    [
      'Apache, as is said',
      () => put(withNginx(other)),
      ['--front', 'apache'],
      `Apache has no site for ${DOMAIN}: no virtual host`,
    ],
    [
      'files that nobody can read',
      () => put(withNginx({ 'etc/nginx/sites-enabled/a': 'server {' })),
      [],
      'sites-enabled/a, line 1: a brace is not closed',
    ],
  ])('%s', (_, spoil, words, sentence) => {
    spoil();
    const before = tree.snapshot();
    const { status, said } = tree.install(...CAS, ...words);
    expect(said).toContain(sentence);
    expect(status).toBe(1);
    expect(tree.snapshot()).toEqual(before);
  });
});
