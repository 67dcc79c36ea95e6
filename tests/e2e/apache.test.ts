/** The shipped Apache configuration, asked from outside: what reaches the programs, and what never does. */
import { chmodSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { externalPackages } from '../../lib/build/external_packages.mjs';
import { esbuildTemplates } from '../../lib/build/templates.mjs';
import { type Stage, stage } from '../support/stage.ts';

/** The four programs, and the two names that join answers to as well. */
const NAMES = ['booking', 'token', 'join', 'ical', 'invitation', 'close'];
const OPEN = ['join', 'ical', 'invitation', 'close'];
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

type Told = Record<string, string | number | undefined>;

/** Puts the telling program into every door's place. */
async function putEcho(root: string): Promise<void> {
  const made = await build({
    entryPoints: [join(import.meta.dirname, '../support/echo.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    write: false,
    banner: { js: '#!/usr/bin/env node' },
    plugins: [esbuildTemplates, externalPackages],
  });
  for (const name of ['booking', 'token', 'join', 'ical']) {
    const file = join(root, `cgi-bin/${name}.cgi`);
    writeFileSync(file, made.outputFiles[0]?.contents ?? '');
    chmodSync(file, 0o755);
  }
}

describe.each(['cgid', 'cgi', 'proxy_fcgi'] as const)('jitsi-jmb.conf with mod_%s', (way) => {
  let jmb: Stage;
  beforeAll(async () => {
    jmb = await stage({ way, prepare: putEcho });
    writeFileSync(join(jmb.root, 'static/style.css'), 'p { color: red }\n');
    writeFileSync(join(jmb.root, 'etc/logo.png'), 'logo');
  });
  afterAll(() => jmb.stop());

  const told = async (path: string, question = {}): Promise<Told> => {
    const answer = await jmb.ask(path, question);
    expect(answer.status, `${path}: ${jmb.apacheLog()}`).toBe(200);
    return (await answer.json()) as Told;
  };

  it.each(NAMES)('answers for %s under both addresses', async (name) => {
    for (const path of [`/${name}.cgi`, `/cgi-bin/${name}.cgi`]) {
      const env = await told(`${path}?a=b`, { as: 'alice' });
      expect(env['SCRIPT_NAME']).toBe(path);
      expect(env['QUERY_STRING']).toBe('a=b');
    }
  });

  it('knows no other address', async () => {
    for (const path of ['/other.cgi', '/cgi-bin/other.cgi', '/booking.cgi/x', '/cgi-bin/', '/join', '/join.cgi.bak']) {
      // Where nothing else is served: 403.
      expect((await jmb.ask(path, { as: 'alice' })).status, path).toBe(403);
    }
  });

  it('asks who is there for booking and token, and nobody else', async () => {
    for (const name of ['booking', 'token']) {
      for (const path of [
        `/${name}.cgi`,
        `/cgi-bin/${name}.cgi`,
        `//${name}.cgi`,
        `/x/../${name}.cgi`,
        `/%62${name.slice(1)}.cgi`,
      ]) {
        if (path.startsWith('/%62') && name !== 'booking') continue;
        expect(await statusOf(jmb, path), path).toBe('401');
        expect((await jmb.ask(path, { headers: { authorization: 'Basic YWxpY2U6d3Jvbmc=' } })).status, path).toBe(401);
      }
      expect((await told(`/${name}.cgi`, { as: 'alice' }))['REMOTE_USER']).toBe('alice');
    }
    for (const name of OPEN) {
      const env = await told(`/${name}.cgi`, { as: 'alice' });
      expect(env['REMOTE_USER'], name).toBeUndefined();
      expect(env['HTTP_AUTHORIZATION'], name).toBeUndefined();
    }
  });

  it('takes no identity from the browser, on any address', async () => {
    const names = [
      ...['Remote-User', 'REMOTE_USER', 'X-Remote-User', 'Auth-User', 'Auth-Mail', 'auth_givenname', 'Auth-Givenname'],
      ...['CAS-User', 'CAS-Uid', 'CAS-Mail', 'CAS_MAIL', 'CAS-Cn', 'Mellon-Uid', 'Mellon-Mail', 'MELLON_mail'],
      ...['OIDC-Claim-Sub', 'OIDC-Claim-Email', 'OIDC_CLAIM_email', 'Shib-Session-Id', 'Uid', 'Mail', 'Proxy'],
    ];
    const headers = Object.fromEntries(names.map((name) => [name, 'mallory@example.org']));
    for (const name of NAMES) {
      const env = await told(`/${name}.cgi`, { as: 'bob', headers });
      expect(Object.entries(env).filter(([, value]) => value === 'mallory@example.org')).toEqual([]);
      expect(env['REMOTE_USER']).toBe(OPEN.includes(name) ? undefined : 'bob');
    }
  });

  it('lets through only query strings made like ours', async () => {
    const good = [
      '?list',
      '?id=Ab9',
      '?edit&id=1234567890123456789',
      '?room=caf%C3%A9+x_y-z.0',
      `?id=${'a'.repeat(3997)}`,
    ];
    const bad = [
      "?id='",
      '?id=a;b',
      '?id=$(id)',
      '?id=`id`',
      '?id=<script>',
      '?id=a|b',
      '?id=a b',
      '?a=/etc/passwd',
      '?a[]=1',
      '?x={y}',
      '?a\\b',
      '?a!',
      '?a~b',
      '?a:b',
      `?id=${'a'.repeat(3998)}`,
    ];
    for (const query of good) await told(`/join.cgi${query}`);
    for (const name of NAMES) {
      for (const query of bad) expect(await statusOf(jmb, `/cgi-bin/${name}.cgi${query}`), query).toMatch(/^40[03]$/);
    }
  });

  it('leaves it to the programs which methods they take, of those who may come in', async () => {
    const all = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'ODD'];
    const may = async (path: string) => {
      const statuses = await Promise.all(all.map((method) => statusOf(jmb, path, method)));
      return all.filter((_, index) => statuses[index] !== '405').join(' ');
    };
    // What stands in for each here takes forms, token and ical do not.
    expect(await may('/join.cgi?id=x')).toBe('GET HEAD POST');
    expect(await statusOf(jmb, '/booking.cgi', 'PUT')).toBe('401');
    expect(await may('/jmb/style.css')).toBe('GET HEAD');
  });

  it('takes a form of 100 kilobytes and not one of 200', async () => {
    const send = (length: number) => jmb.ask('/booking.cgi', { as: 'alice', form: { x: 'a'.repeat(length) } });
    expect(((await (await send(100_000)).json()) as Told)['body']).toBe(100_002);
    expect((await send(200_000)).status).toBe(413);
  });

  it('says with every answer what a browser may do with it', async () => {
    const questions: [string, number, object][] = [
      ['/booking.cgi', 200, { as: 'alice' }],
      ['/booking.cgi', 401, {}],
      ['/join.cgi?a;b', 403, {}],
      ['/jmb/style.css', 405, { method: 'DELETE' }],
      ['/booking.cgi', 413, { as: 'alice', form: { x: 'a'.repeat(200_000) } }],
      ['/booking.cgi/x', 403, {}],
      ['/jmb/style.css', 200, {}],
      ['/jmb/nothing.css', 404, {}],
      ['/jmb/logo.png', 200, {}],
    ];
    for (const [path, status, question] of questions) {
      const answer = await jmb.ask(path, question);
      const said = `${path} ${status}`;
      expect(answer.status, said).toBe(status);
      expect(answer.headers.get('content-security-policy'), said).toBe(POLICY);
      expect(answer.headers.get('x-frame-options'), said).toBe('DENY');
      expect(answer.headers.get('x-content-type-options'), said).toBe('nosniff');
      expect(answer.headers.get('referrer-policy'), said).toBe('no-referrer');
    }
  });

  it('shows the style and the logo, and nothing else of the tree', async () => {
    const style = await jmb.ask('/jmb/style.css');
    expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(await (await jmb.ask('/jmb/logo.png')).text()).toBe('logo');
    for (const path of [
      '/jmb/../etc/jmb_jwt.cf',
      '/jmb/..%2fetc/jmb_jwt.cf',
      '/jmb/%2e%2e/etc/jmb_jwt.cf',
      '/etc/jmb_jwt.cf',
      '/jmb/logo.png/../jmb_jwt.cf',
      '/jmb/jmb_jwt.cf',
      '/data/jmb.db',
      '/jmb/',
    ]) {
      expect(await statusOf(jmb, path), path).toMatch(/^40[0134]$/);
    }
  });

  it('believes a proxy of this machine about https and the visitor', async () => {
    const env = await told('/join.cgi', { headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '192.0.2.7' } });
    expect(env['HTTPS']).toBe('on');
    expect(env['REMOTE_ADDR']).toBe('192.0.2.7');
    expect((await told('/join.cgi'))['HTTPS']).toBeUndefined();
  });
});

describe('jitsi-jmb.conf without a way to sign in', () => {
  it('lets nobody in', async () => {
    const jmb = await stage({ auth: '', prepare: putEcho });
    try {
      expect((await jmb.ask('/booking.cgi', { as: 'alice' })).status).toBe(500);
      expect((await jmb.ask('/token.cgi')).status).toBe(500);
      expect((await jmb.ask('/join.cgi')).status).toBe(200);
    } finally {
      await jmb.stop();
    }
  });
});

/** The status of an address asked for as it stands: fetch would tidy it up, and refuses some methods. */
function statusOf(jmb: Stage, path: string, method = 'GET'): Promise<string> {
  const { hostname, port } = new URL(jmb.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (part) => {
      answer += part;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer.split(' ', 2)[1] ?? ''));
    socket.end(`${method} ${path} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  });
}
