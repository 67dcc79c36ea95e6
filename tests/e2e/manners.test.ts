/** What caches, proxies and scanners are told, by the real programs through Apache, run either way, and through nginx in front of it. */
import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic } from '../support/accounts.ts';
import { ROWS } from '../support/doors.ts';
import { type Nginx, startNginx } from '../support/nginx.ts';
import { type Stage, stage } from '../support/stage.ts';

/** As Debian and an administrator of nginx have it: pages of the whole site are compressed. */
const SITE = 'AddOutputFilterByType DEFLATE text/html text/plain text/css text/javascript text/calendar';
const FRONT = 'gzip on; gzip_proxied any; gzip_vary on; gzip_min_length 1; gzip_types text/calendar text/css;';

interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Asks as a program does that undoes no compression and knows every method. */
function ask(url: string, method = 'GET', headers: Readonly<Record<string, string>> = {}): Promise<Told> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { authorization: basic('alice'), ...headers } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.once('end', () => {
        const told = Object.entries(answer.headersDistinct).map(([name, values]) => [name, values?.join(' | ') ?? '']);
        resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(told), body: Buffer.concat(parts) });
      });
    });
    sent.once('error', reject);
    sent.end();
  });
}

const GZIP = { 'accept-encoding': 'gzip' };

describe.each(['cgid', 'proxy_fcgi'] as const)('with mod_%s', (way) => {
  let jmb: Stage;
  let nginx: Nginx;
  let feed: string;
  beforeAll(async () => {
    jmb = await stage({ way, before: SITE });
    nginx = await startNginx('meet.example.org', Number(new URL(jmb.url).port), 'before rooms', { lines: FRONT });
    const list = await (await jmb.ask('/booking.cgi?list', { as: 'alice' })).text();
    feed = /\/ical\.cgi\?id=\w{16}/.exec(list)?.[0] ?? '';
  });
  afterAll(async () => {
    await nginx?.stop();
    await jmb?.stop();
  });

  it('compresses feeds and files, and knows again what it sent', async () => {
    for (const path of [feed, '/jmb/style.css']) {
      const plain = await ask(jmb.url + path);
      expect([plain.status, plain.headers['content-encoding'], plain.headers['vary']]).toEqual([
        200,
        undefined,
        'Accept-Encoding',
      ]);
      const zipped = await ask(jmb.url + path, 'GET', GZIP);
      expect([zipped.headers['content-encoding'], zipped.headers['vary']]).toEqual(['gzip', 'Accept-Encoding']);
      expect(gunzipSync(zipped.body)).toEqual(plain.body);
      const etag = zipped.headers['etag'] ?? '';
      for (const known of [
        { 'if-none-match': etag },
        { 'if-none-match': plain.headers['etag'] ?? '' },
        { 'if-modified-since': plain.headers['last-modified'] ?? '' },
      ]) {
        const same = await ask(jmb.url + path, 'GET', { ...GZIP, ...known });
        expect([same.status, same.headers['vary'], same.body.length], JSON.stringify(known)).toEqual([
          304,
          'Accept-Encoding',
          0,
        ]);
      }
      const head = await ask(jmb.url + path, 'HEAD', GZIP);
      expect([head.status, head.headers['vary'], head.body.length]).toEqual([200, 'Accept-Encoding', 0]);
      const through = await nginx.ask(path, { headers: GZIP });
      expect([through.headers['content-encoding'], through.headers.vary]).toEqual(['gzip', 'Accept-Encoding']);
      expect((await nginx.ask(path, { headers: { ...GZIP, 'if-none-match': etag } })).status).toBe(304);
    }
  });

  it('compresses no page, whatever the site does with its own', async () => {
    for (const path of ['/booking.cgi?list', '/booking.cgi?new', '/join.cgi?id=x', '/token.cgi?room=x']) {
      const page = await ask(jmb.url + path, 'GET', GZIP);
      expect(page.headers['content-type']).toMatch(/^text\/html/);
      const through = await nginx.ask(path, { as: 'alice', headers: GZIP });
      for (const { headers } of [page, through])
        expect([headers['content-encoding'], headers['vary']], path).toEqual([undefined, 'Accept-Language']);
    }
  });

  it('says what each address and action may be asked', async () => {
    const actions = new Map<string, string[]>();
    for (const { program, action, method } of ROWS) {
      const query = action === '' || action === '*' ? 'id=x' : action;
      const path = action.startsWith('/') ? action : `/${program}.cgi?${query}`;
      actions.set(path, [...(actions.get(path) ?? []), method]);
    }
    // Plain programs take their time: a few of each kind.
    const some = [...actions].filter(
      ([path], at) => way === 'proxy_fcgi' || /del$|accept|close|^\/[it]/.test(path) || at < 2,
    );
    expect(some.length).toBeGreaterThan(6);
    for (const [path, gives] of some) {
      const allow = [gives.includes('GET') ? 'GET, HEAD' : '', gives.includes('POST') ? 'POST' : ''];
      const expected = allow.filter(Boolean).join(', ');
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'ODD']) {
        if (expected.includes(method)) continue;
        const { status, headers } = await ask(jmb.url + path, method, { 'content-length': '0' });
        expect([status, headers['allow']], `${method} ${path}`).toEqual([405, expected]);
      }
      expect((await ask(jmb.url + path, 'TRACE')).headers['allow'], `TRACE ${path}`).toMatch(/^GET, HEAD(, POST)?$/);
    }
    for (const method of ['POST', 'PUT', 'OPTIONS', 'TRACE']) {
      const { status, headers } = await ask(`${jmb.url}/jmb/style.css`, method, { 'content-length': '0' });
      expect([status, headers['allow']], method).toEqual([405, 'GET, HEAD']);
    }
  });
});
