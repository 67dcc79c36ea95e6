/** The real programs kept alive behind mod_proxy_fcgi: they answer as they do one request at a time, to many at once, and lose nobody when they start anew. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { asFields, hiddenFields } from '../support/forms.ts';
import { type Stage, stage } from '../support/stage.ts';

let plain: Stage;
let kept: Stage;
beforeAll(async () => {
  const conf = `<LocationMatch "\${JMB_GUARDED}">\nSetEnvIfExpr true "JMB_LOGOUT=/out?back="\n</LocationMatch>`;
  plain = await stage({ way: 'cgid', conf });
  kept = await stage({ way: 'proxy_fcgi', conf });
});
afterAll(async () => {
  await plain.stop();
  await kept.stop();
});

/** Status, type and body of an answer, without what differs from one stage to another. */
async function answerOf(jmb: Stage, path: string, as: string): Promise<unknown> {
  const answer = await jmb.ask(path, { as, headers: { 'accept-language': 'en' } });
  const alike = (text: string) => text.replaceAll(new URL(jmb.url).host, 'HOST').replace(/[A-Za-z0-9]{16,}/g, 'SECRET');
  const location = alike(answer.headers.get('location') ?? '').replace(/jwt=.*/, 'jwt');
  return [answer.status, answer.headers.get('content-type'), location, alike(await answer.text())];
}

it('answers as plain CGI does', async () => {
  const paths = [
    '/booking.cgi',
    '/booking.cgi?new',
    '/booking.cgi?edit&id=1',
    '/token.cgi?room=alice',
    '/token.cgi?room=bob',
  ];
  paths.push('/join.cgi?id=abc', '/invitation.cgi?accept&id=abc', '/close.cgi', '/ical.cgi?abc', '/booking.cgi?what');
  for (const path of paths) {
    for (const as of ['alice', 'carol']) {
      expect(await answerOf(kept, path, as), path).toEqual(await answerOf(plain, path, as));
    }
  }
});

it('takes a form in chunks, whose length nobody says ahead', async () => {
  for (const jmb of [plain, kept]) {
    const fields = {
      ...(await hiddenFields(await jmb.ask('/booking.cgi?new', { as: 'alice' }))),
      ...asFields({ guests: 'x@ailleurs.test' }),
    };
    const status = await new Promise<number>((done, fail) => {
      const headers = {
        Authorization: `Basic ${Buffer.from('alice:alice').toString('base64')}`,
        'Content-Type': 'application/x-www-form-urlencoded',
        'Transfer-Encoding': 'chunked',
      };
      const asked = request(`${jmb.url}/booking.cgi?register_new`, { method: 'POST', headers }, (response) => {
        response.resume();
        done(response.statusCode ?? 0);
      });
      asked.on('error', fail);
      const body = new URLSearchParams(fields).toString();
      asked.write(body.slice(0, 20));
      asked.end(body.slice(20));
    });
    expect(status).toBe(303);
  }
});

it('signs out where Apache says', async () => {
  const told = await kept.ask('/booking.cgi?logout', { as: 'alice' });
  expect([told.status, told.headers.get('location')]).toEqual([302, `/out?back=${encodeURIComponent(`${kept.url}/`)}`]);
});

it('keeps people apart who ask at once', async () => {
  const names = Array.from({ length: 24 }, (_, index) => ['alice', 'bob', 'carol'][index % 3] ?? '');
  const pages = await Promise.all(names.map(async (as) => (await kept.ask('/booking.cgi', { as })).text()));
  const shown: Record<string, string> = { alice: 'Alice Martin', bob: 'Bob Durand', carol: 'Carol Petit' };
  for (const [index, page] of pages.entries()) {
    const own = shown[names[index] ?? ''] ?? '';
    expect(page).toContain(own);
    for (const other of Object.values(shown)) if (other !== own) expect(page).not.toContain(other);
  }
});

it('answers a hundred links that lead nowhere, and then asks to wait', async () => {
  const link = (n: number) => `/join.cgi?id=nobody${String(n).padStart(10, '0')}`;
  const feed = await (await kept.ask('/booking.cgi', { as: 'alice' })).text();
  for (let n = 0; n < 100; n += 1) expect([404, 429]).toContain((await kept.ask(link(n))).status);
  const told = await kept.ask(link(100));
  expect(told.status).toBe(429);
  expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(500);
  expect((await kept.ask(/\/ical\.cgi\?id=\w{16}/.exec(feed)?.[0] ?? '')).status).toBe(200);
});

it('reads settings anew when their file changes', async () => {
  expect(await (await kept.ask('/booking.cgi', { as: 'alice' })).text()).toContain('Visio Example');
  writeFileSync(join(kept.root, 'etc/jmb_local.cf'), 'JMB_NAME="Another name"\n');
  await expect
    .poll(async () => (await kept.ask('/booking.cgi', { as: 'alice' })).text(), { timeout: 5000 })
    .toContain('Another name');
});

it('goes on as it began while its files are replaced, and loses no request however often it starts anew', async () => {
  const file = join(kept.root, 'cgi-bin/booking.cgi');
  const late = join(kept.root, 'lib/qrcode.js');
  const before = [file, late].map((path) => readFileSync(path, 'latin1'));
  const replace = (path: string, text: string) => {
    writeFileSync(`${path}.new`, text, { encoding: 'latin1', mode: 0o755 });
    renameSync(`${path}.new`, path);
  };
  // Half of an update: a program that began now would find this.
  expect((await kept.ask('/booking.cgi?list', { as: 'alice' })).status).toBe(200);
  replace(file, `#!${process.execPath}\nprocess.exit(3);\n`);
  replace(late, 'throw new Error("of another release");\n');
  expect((await kept.ask('/booking.cgi?calendar', { as: 'alice' })).status).toBe(200);
  for (const [at, path] of [file, late].entries()) replace(path, before[at] ?? '');

  let over = false;
  let answers = 0;
  const wrong: string[] = [];
  const browser = async () => {
    while (!over) {
      const answer = await kept.ask('/booking.cgi?list', { as: 'alice' });
      if (answer.status !== 200) wrong.push(`${answer.status} ${await answer.text()} ${kept.log()}`);
      answers += 1;
    }
  };
  const browsers = Array.from({ length: 16 }, browser);
  for (let n = 1; n <= 20; n += 1) {
    await vi.waitFor(() => expect(answers).toBeGreaterThan(n * 20), { timeout: 120_000 });
    kept.restart('booking');
  }
  await vi.waitFor(() => expect(answers).toBeGreaterThan(420), { timeout: 120_000 });
  over = true;
  await Promise.all(browsers);
  expect(wrong).toEqual([]);
});
