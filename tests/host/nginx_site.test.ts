/** Jitsi's site in nginx is found as nginx itself chooses it, led to us whatever its shape, and left as it was. */
import { spawn, spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { editNginx, NGINX_LOCATIONS, nginxFront, undoNginx } from '../../lib/install/nginx_site.ts';
import { keyPair } from '../../lib/install/plan_web.ts';
import { askAt } from '../support/ask_at.ts';
import { freePort, untilAnswers } from '../support/port.ts';
import { type Bare, bareTree } from './bare_tree.ts';
import { DOMAIN } from './jitsi_tree.ts';
import { NGINX, withMain } from './nginx_shapes.ts';

const { key, cert } = keyPair(DOMAIN);
const OURS = 'location = /booking.cgi { return 200 "ours"; }\n';
let bare: Bare;

beforeEach(() => {
  bare = bareTree();
});

afterEach(() => bare.remove());

/** Runs the real nginx on the tree's files, with ports of ours, while `use` asks at one of them. */
async function running(
  files: readonly string[],
  ports: readonly number[],
  use: (ports: ReadonlyMap<number, number>) => Promise<void>,
): Promise<void> {
  const { root, put, read } = bare;
  const free = new Map<number, number>();
  for (const port of ports) free.set(port, await freePort());
  for (const path of [...files, NGINX_LOCATIONS]) {
    const moved = read(path)
      .replaceAll('/etc/', `${root}/run/`)
      .replace(/^user .*/m, `pid ${root}/pid;`)
      .replace(
        /^http \{/m,
        `http { access_log off; client_body_temp_path ${root}/1; proxy_temp_path ${root}/2; fastcgi_temp_path ${root}/3; uwsgi_temp_path ${root}/4; scgi_temp_path ${root}/5;`,
      )
      .replace(/listen (\S*:)?(\d+)\b/g, (_, host = '', port: string) => `listen ${host}${free.get(Number(port))}`);
    put(path.replace(/^\/?etc\//, 'run/'), moved);
  }
  put('run/tests.crt', cert);
  put('run/tests.key', key);
  const words = [
    '-p',
    root,
    '-c',
    `${root}/run/nginx/nginx.conf`,
    '-g',
    `daemon off; error_log stderr warn;${read('/etc/nginx/nginx.conf').startsWith('user') ? '' : ` pid ${root}/pid;`}`,
  ];
  const tested = spawnSync('/usr/sbin/nginx', ['-t', ...words], { encoding: 'utf8' });
  expect(tested.status, tested.stderr).toBe(0);
  const server = spawn('/usr/sbin/nginx', words, { stdio: 'ignore' });
  const ended = new Promise((resolve) => server.once('close', resolve));
  try {
    for (const port of free.values()) await untilAnswers(port, 10, () => server.exitCode === null);
    await use(free);
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}

const portsIn = (files: Readonly<Record<string, string>>): readonly number[] => [
  ...new Set(
    Object.values(files).flatMap((text) =>
      [...text.matchAll(/listen (?:\S*:)?(\d+)\b/g)].map(([, port]) => Number(port)),
    ),
  ),
];

describe.each(Object.entries(NGINX))('%s', (_, shape) => {
  it('is found, led to us, and left as it was', async () => {
    const files = withMain(shape);
    for (const [path, text] of Object.entries(files)) bare.put(path, text);
    const found = nginxFront(bare.tree, DOMAIN);
    expect(found?.front.edits.size).toBeGreaterThan(0);
    for (const [file, offsets] of found?.front.edits ?? []) bare.put(file, editNginx(bare.read(file), offsets));
    // What stands there now is ours: it is no reason to leave it out next time.
    expect(nginxFront(bare.tree, DOMAIN)).toEqual(found);

    bare.put(NGINX_LOCATIONS, OURS);
    const address = found?.front.address;
    await running(Object.keys(files), portsIn(files), async (ports) => {
      const where = { domain: DOMAIN, port: ports.get(address?.port ?? 0) ?? 0, tls: address?.tls === true };
      expect((await askAt(where, '/who')).body).toBe('theirs');
      expect((await askAt(where, '/booking.cgi')).body).toBe('ours');
      expect((await askAt(where, '/someroom')).body).toBe('the room someroom');
    });
    for (const [path, text] of Object.entries(files)) expect(undoNginx(bare.read(path)), path).toBe(text);
  });
});

describe('a site that includes the folder of additions', () => {
  it.each([
    ['the folder', 'include /etc/jitsi/meet/jaas/*.conf;'],
    ['our file', `include ${NGINX_LOCATIONS};`],
    ['the folder, through a snippet', 'include snippets/*.conf;'],
  ])('is left alone: %s', (_, line) => {
    for (const [path, text] of Object.entries(withMain(NGINX['the older template'] ?? {})))
      bare.put(path, text.replace('ssl_certificate ', `${line} $&`));
    bare.put('etc/nginx/snippets/jaas.conf', 'include /etc/jitsi/meet/jaas/*.conf;');
    expect(nginxFront(bare.tree, DOMAIN)?.front.edits).toEqual(new Map());
  });

  it('in a block that only sends on to https is not enough', () => {
    for (const [path, text] of Object.entries(withMain(NGINX['the older template'] ?? {})))
      bare.put(path, text.replace('listen 80;', '$& include /etc/jitsi/meet/jaas/*.conf;'));
    expect(nginxFront(bare.tree, DOMAIN)?.front.edits.size).toBe(1);
  });
});

it.each([
  ['location = / { return 301 /x; }', true],
  ['location =/ { rewrite ^ /x; }', true],
  ['location = / { proxy_pass http://127.0.0.1:1; }', true],
  ['rewrite ^/$ /x redirect;', true],
  ['if ($request_uri = "/") { return 302 /x; }', true],
  ['if ( $uri = / ) { return 302 /x; }', true],
  ['location = / { try_files /index.html =404; }', false],
  ['location / { return 404; }', false],
  ['if ($host = /) { return 404; }', false],
  ['rewrite ^/([^/]+)$ / break;', false],
])('knows a front page of the site’s own: %s', (line, own) => {
  for (const [path, text] of Object.entries(withMain(NGINX['the older template'] ?? {})))
    bare.put(path, text.replace('location = /who', `${line} $&`));
  expect(nginxFront(bare.tree, DOMAIN)?.front.ownFrontPage).toBe(own);
});

it.each<[string, string]>([
  ['another name', 'server { listen 443 ssl; server_name www.example.org; }'],
  ['the package’s own', 'server { listen 80 default_server; root /var/www/html; server_name _; }'],
  ['another’s default', 'server { listen 443 ssl default_server; root /var/www/html; }'],
  ['nothing', ''],
])('does not take for Jitsi’s: %s', (_, text) => {
  for (const [path, main] of Object.entries(withMain({ 'etc/nginx/sites-enabled/default': text })))
    bare.put(path, main);
  expect(nginxFront(bare.tree, DOMAIN)).toBeUndefined();
});

it.each<[string, string, string]>([
  ['a brace that is not closed', 'server {\n listen 80;\n', 'a brace is not closed'],
  ['a brace too many', 'server { } }', 'line 1: there is a brace too many'],
  ['a line without its end', 'server { }\nlisten 80', 'does not end with a semicolon'],
  ['a quote that does not end', `server {\n server_name "x;\n}${' '.repeat(5000)}`, 'a quote does not end'],
  ['an include of itself', 'include sites-enabled/*;', 'include each other without end'],
])('says what it cannot read: %s', (_, text, why) => {
  for (const [path, main] of Object.entries(withMain({ 'etc/nginx/sites-enabled/default': text })))
    bare.put(path, main);
  expect(() => nginxFront(bare.tree, DOMAIN)).toThrow(why);
});
