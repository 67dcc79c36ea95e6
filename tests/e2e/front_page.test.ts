/** Jitsi's front page in a real nginx and a real Apache: it leads to JMB, or stays Jitsi's, and never in a circle. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askAt } from '../support/ask_at.ts';
import { openBrowser } from '../support/browser.ts';
import { type Nginx, startNginx } from '../support/nginx.ts';
import { type Stage, stage } from '../support/stage.ts';

const DOMAIN = 'meet.example.org';
const HERE = `https://${DOMAIN}`;
const ROOM = { referer: `${HERE}/someroom?jwt=x` };
const LIST = { cookie: 'viajmb=1' };

/** What a server answers. */
interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

type Ask = (path: string, headers?: Readonly<Record<string, string>>) => Promise<Answer>;

/** The addresses that a browser is led through from a path, which keeps its headers on the way, and the last answer. */
async function led(
  ask: Ask,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ way: string[]; last: Answer }> {
  const way = [path];
  for (;;) {
    const last = await ask(way.at(-1) ?? '', headers);
    if (last.location === undefined || way.length > 10) return { way, last };
    const next = new URL(last.location, HERE + way.at(-1));
    if (next.host !== DOMAIN) return { way: [...way, next.href], last };
    way.push(next.pathname + next.search);
  }
}

/** What holds behind either server. @param ask asks it */
function leads(ask: Ask): void {
  it('leads to the list, whoever comes from nowhere or has seen it', async () => {
    expect(await led(ask, '/')).toMatchObject({
      way: ['/', '/close.cgi?front', '/booking.cgi'],
      last: { status: 401 },
    });
    for (const more of [{}, ROOM])
      expect((await led(ask, '/', { ...LIST, ...more })).way).toEqual(['/', '/close.cgi?front', '/booking.cgi?list']);
  });

  it('is Jitsi’s own for guests whose meeting has ended, since nothing else is set', async () => {
    const { way, last } = await led(ask, '/', ROOM);
    expect(way).toEqual(['/', '/close.cgi?front', '/?jitsi']);
    expect(last).toMatchObject({ status: 200, body: 'Jitsi' });
    expect((await led(ask, '/close.cgi', ROOM)).way.at(-1)).toBe('/?jitsi');
    expect((await led(ask, '/close.cgi')).way.at(-1)).toBe('/booking.cgi');
  });

  it('leaves all other addresses to Jitsi', async () => {
    for (const headers of [{}, ROOM, LIST]) {
      for (const path of ['/?lang=fr', '/index.html', '/tenant/'])
        expect(await ask(path, headers), path).toMatchObject({ status: 200, body: 'Jitsi' });
      expect(await ask('/someroom', headers)).toMatchObject({ status: 200, body: 'the room someroom' });
    }
  });
}

describe('nginx', () => {
  let jmb: Stage;
  let nginx: Nginx;
  let plain: Nginx;
  const asking =
    (of: () => Nginx): Ask =>
    async (path, headers = {}) => {
      const { status, headers: said, body } = await of().ask(path, { headers });
      return { status, location: said.location, body };
    };

  beforeAll(async () => {
    jmb = await stage({ settings: { JMB_URL: HERE } });
    const port = Number(new URL(jmb.url).port);
    nginx = await startNginx(DOMAIN, port, 'after rooms');
    plain = await startNginx(DOMAIN, port, 'before rooms', { frontPage: false });
  });

  afterAll(async () => {
    await nginx?.stop();
    await plain?.stop();
    await jmb?.stop();
  });

  leads(asking(() => nginx));

  it('says no port and protocol of its own, which may be another server’s', async () => {
    expect((await nginx.ask('/')).headers.location).toBe('/close.cgi?front');
  });

  it('of another domain, whose site includes ours too, stays as it is', async () => {
    const several = await startNginx(DOMAIN, Number(new URL(jmb.url).port), 'after rooms', { frontPage: DOMAIN });
    const at = (domain: string) => askAt({ domain, port: several.port, tls: true }, '/');
    try {
      for (const domain of [DOMAIN, DOMAIN.toUpperCase()])
        expect((await at(domain)).headers.location).toBe('/close.cgi?front');
      expect(await at('other.example.org')).toMatchObject({ status: 200, body: 'Jitsi' });
    } finally {
      await several.stop();
    }
  });

  it('stays Jitsi’s where that is wished', async () => {
    const ask = asking(() => plain);
    for (const headers of [{}, ROOM, LIST])
      expect(await ask('/', headers)).toMatchObject({ status: 200, body: 'Jitsi' });
    // Nothing is lost of what close.cgi does by itself.
    expect((await led(ask, '/close.cgi', LIST)).way).toEqual(['/close.cgi', '/booking.cgi?list']);
    expect((await led(ask, '/close.cgi', ROOM)).way).toEqual(['/close.cgi', '/']);
  });
});

describe('Apache', () => {
  let jmb: Stage;
  const ask: Ask = async (path, headers) => {
    const where = { domain: DOMAIN, port: Number(new URL(jmb.url).port), tls: false };
    const { status, headers: said, body } = await askAt(where, path, headers);
    return { status, location: said.location, body };
  };

  beforeAll(async () => {
    jmb = await stage({
      settings: { JMB_URL: HERE },
      apacheModules: ['dir'],
      defines: 'Define JMB_FRONT_PAGE',
      // A folder that is there; Jitsi's own would be /usr/share/jitsi-meet.
      conf: `DocumentRoot "\${JMB_PREFIX}/static"
DirectoryIndex index.html
RewriteCond %{REQUEST_URI} !^/index\\.html$
RewriteRule ^/([^/?&:'"]+)$ /room-$1 [L]
RewriteRule ^/([^/?&:'"]+)/$ / [PT]`,
    });
    writeFileSync(join(jmb.root, 'static/index.html'), 'Jitsi');
    writeFileSync(join(jmb.root, 'static/room-someroom'), 'the room someroom');
  });

  afterAll(async () => {
    await jmb?.stop();
  });

  leads(ask);
});

describe('in a browser, when a meeting ends', () => {
  let jmb: Stage;
  let nginx: Nginx;
  let browser: Browser;

  beforeAll(async () => {
    // Another name of the same host, which leads to the first.
    jmb = await stage({ settings: { JMB_URL: HERE, JMB_REDIRECT_CLOSE: 'https://www.example.org/' } });
    const lines = `if ($host = www.example.org) { return 301 ${HERE}/; }`;
    nginx = await startNginx(DOMAIN, Number(new URL(jmb.url).port), 'after rooms', { lines });
    browser = await openBrowser([`--host-resolver-rules=MAP *:443 127.0.0.1:${nginx.port}`]);
  });

  afterAll(async () => {
    await browser?.close();
    await nginx?.stop();
    await jmb?.stop();
  });

  /** Leaves a room as Jitsi does; the addresses that follow, and the last answer's status. */
  async function leave(cookies: readonly string[]): Promise<{ way: string[]; status: number | undefined }> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    await context.addCookies(cookies.map((name) => ({ name, value: '1', url: HERE })));
    const page = await context.newPage();
    await page.goto(`${HERE}/someroom`);
    const way: string[] = [];
    page.on('request', (sent) => way.push(sent.url().replace(HERE, '')));
    const last = page.waitForResponse((answer) => answer.status() < 300 || answer.status() >= 400);
    await page.evaluate("window.location.pathname = '/'");
    const status = (await last).status();
    await context.close();
    return { way, status };
  }

  it('leads back to the list who has seen it', async () => {
    expect(await leave(['viajmb'])).toEqual({ way: ['/', '/close.cgi?front', '/booking.cgi?list'], status: 401 });
  });

  it('leads no guest in a circle, although the place for them leads back here', async () => {
    const around = ['/', '/close.cgi?front', 'https://www.example.org/'];
    expect(await leave([])).toEqual({ way: [...around, '/', '/close.cgi?front', '/booking.cgi'], status: 401 });
  });
});
