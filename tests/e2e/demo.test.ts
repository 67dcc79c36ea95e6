/** The demo as install.sh starts it, and how it ends: `node dist/tests/demo.mjs`. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeToken } from '../../lib/jitsi/token.ts';
import { readSettings } from '../../lib/settings.ts';
import { openStore } from '../../lib/store/store.ts';
import { basic } from '../support/accounts.ts';
import { answers, freePort } from '../support/port.ts';
import { left, type Started, says, start } from '../support/started.ts';

const DIST = process.env['JMB_DIST'] ?? join(import.meta.dirname, '../../dist');

/** What it leaves when it is killed lies beside its folder. */
function startDemo(port: number, folder: string, ...words: string[]): Started {
  const program = [process.execPath, join(DIST, 'tests/demo.mjs')];
  return start('env', `TMPDIR=${dirname(folder)}`, ...program, '--port', `${port}`, '--dir', folder, ...words);
}

describe('the demo', () => {
  const above = mkdtempSync(join(tmpdir(), 'jmb demo-'));
  const folder = join(above, 'a folder');
  let port: number;
  let demo: Started;
  const ask = (path: string, as?: string, language = 'en') =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      headers: { 'accept-language': language, ...(as === undefined ? {} : { authorization: basic(as) }) },
      redirect: 'manual',
    });
  const subjects = () => {
    const store = openStore(join(folder, 'data/jmb.db'));
    try {
      return store.all<{ subject: string; begin: number }>(
        'SELECT meeting_object AS subject, meeting_begin AS begin FROM meetings ORDER BY meeting_begin',
      );
    } finally {
      store.close();
    }
  };
  const inDatabase = (sql: string) => {
    const store = openStore(join(folder, 'data/jmb.db'));
    store.transaction(() => store.run(sql));
    store.close();
  };

  beforeAll(async () => {
    port = await freePort();
    demo = startDemo(port, folder);
    await says(demo, 'Ctrl-C');
  });
  afterAll(async () => {
    demo.process.kill('SIGTERM');
    await demo.ended;
    rmSync(above, { recursive: true, force: true });
  });

  it('says where it answers and who there is', () => {
    expect(demo.said()).toContain(`http://127.0.0.1:${port}/\n`);
    expect(demo.said()).toMatch(/alice\s+alice\s+alice\.martin@example\.org\s+may book\n/);
    expect(demo.said()).toMatch(/carol\s+carol\s+carol\.petit@example\.org\s+may not book\n/);
  });

  it('shows alice her meetings: over, running, about to begin, to come', async () => {
    const list = await ask('/booking.cgi?list', 'alice');
    expect(list.status).toBe(200);
    const text = await list.text();
    for (const { subject } of subjects()) expect(text).toContain(subject);
    const now = Date.now() / 1000;
    expect(subjects().filter(({ begin }) => begin < now)).toHaveLength(2);
    const unknown = await ask('/booking.cgi?list');
    expect(unknown.status).toBe(401);
    expect(await unknown.text()).toContain('href="/sign-in?as=alice&#38;to=%2Fbooking.cgi"');
    const asks = (cookie: string, to = '/booking.cgi?list') =>
      fetch(`http://127.0.0.1:${port}${to}`, { headers: { cookie }, redirect: 'manual' });
    expect(await (await asks('a=b; jmb_demo=bob')).text()).toContain('Bob Durand');
    expect((await asks('jmb_demo=eve')).status).toBe(401);
    for (const to of ['//evil.example/', 'https://evil.example/', '/\\evil.example', '%E0%A4%A']) {
      expect((await asks('', `/sign-in?as=bob&to=${to}`)).headers.get('location'), to).toBe('/booking.cgi');
    }
    expect((await ask('/booking.cgi?new', 'bob')).status).toBe(200);
    expect((await ask('/booking.cgi?new', 'carol')).status).toBe(403);
  });

  it('shows the mails that went out', async () => {
    await says({ ...demo, said: () => readdirSync(join(folder, 'mail')).join(' ') }, 'carol.petit@example.org.eml');
    const list = await (await ask('/mail/')).text();
    const [, name] = /href="\/mail\/([^"]+carol[^"]+)"/.exec(list) ?? [];
    const mail = await (await ask(`/mail/${name}`)).text();
    expect(mail).toContain('METHOD:REQUEST');
    expect(mail).toMatch(new RegExp(`<a href="http://127.0.0.1:${port}/join.cgi\\?id=`));
    expect((await ask(`/mail/${name}?part=html`)).headers.get('content-security-policy')).toContain('sandbox');
    expect(await (await ask(`/mail/${name}?part=source`)).text()).toContain('Auto-Submitted:');
    expect((await ask('/mail/nothing')).status).toBe(404);
    expect((await ask('/mail/..%2fdemo.json')).status).toBe(404);
  });

  it('stands in for Jitsi: says whether a token holds', async () => {
    const settings = readSettings(folder, {});
    const now = Math.floor(Date.now() / 1000);
    const claims = { room: 'alice', end: null, id: 'alice', name: '<b>Alice', email: 'alice.martin@example.org' };
    const good = await makeToken(claims, settings, now);
    const page = await (await ask(`/alice?jwt=${good}`)).text();
    expect(page).toContain('The token holds');
    expect(page).toContain('&#60;b&#62;Alice');
    expect(await (await ask('/alice', undefined, 'fr')).text()).toContain('Sans jeton');
    const refused = async (path: string) => expect(await (await ask(path)).text()).toContain('Token refused');
    await refused(`/bob?jwt=${good}`);
    await refused(`/alice?jwt=${good.slice(0, -4)}AAAA`);
    await refused(`/alice?jwt=${await makeToken(claims, settings, now - 100_000)}`);
    await refused(`/alice?jwt=${await makeToken(claims, { ...settings, JMB_JWT_ISS: 'another' }, now)}`);
    await refused('/alice?jwt=rubbish');
  });

  it('runs once in a folder, and only on a port that is free', async () => {
    const second = startDemo(await freePort(), folder);
    expect(await second.ended).toBe(1);
    expect(second.said()).toMatch(/a demo already runs in .*a folder/);
    const third = startDemo(port, join(above, 'third'));
    expect(await third.ended).toBe(1);
    expect(third.said()).toContain(`port ${port} is busy`);
  });

  it('ends with everything it started, and goes on where it was', async () => {
    const before = subjects();
    demo.process.kill('SIGTERM');
    expect(await demo.ended).toBe(0);
    expect(await left(demo.process.pid)).toEqual([]);
    expect(await answers(port)).toBe(false);
    // A user deletes one meeting and changes another; time goes by for the rest.
    inDatabase("DELETE FROM meetings WHERE meeting_object LIKE 'Atelier%'");
    inDatabase(
      "UPDATE meetings SET meeting_object = 'Mine', meeting_begin = meeting_begin - 864000 WHERE meeting_object LIKE 'Soutenance%'",
    );
    inDatabase(
      "UPDATE meetings SET meeting_begin = meeting_begin - 864000, meeting_end = meeting_end - 864000 WHERE meeting_object LIKE 'Comit%'",
    );
    inDatabase(
      "UPDATE meeting_extra SET extra_version = 0 WHERE extra_meeting_id = (SELECT meeting_id FROM meetings WHERE meeting_object LIKE 'Comit%')",
    );

    demo = startDemo(port, folder);
    await says(demo, 'Ctrl-C');
    const after = subjects();
    const beginOf = (list: typeof after, name: string) => list.find(({ subject }) => subject.startsWith(name))?.begin;
    expect(after).toHaveLength(before.length - 1);
    expect(beginOf(after, 'Mine')).toBe((beginOf(before, 'Soutenance') ?? 0) - 864000);
    expect(beginOf(after, 'Comit')).toBeGreaterThan(Date.now() / 1000);
    expect(beginOf(after, 'Conseil')).toBe(beginOf(before, 'Conseil'));
  });

  it('ends at Ctrl-C, and starts anew when told to', async () => {
    process.kill(-(demo.process.pid ?? 0), 'SIGINT');
    process.kill(-(demo.process.pid ?? 0), 'SIGTERM');
    expect(await demo.ended).toBe(0);
    expect(await left(demo.process.pid)).toEqual([]);
    demo = startDemo(port, folder, '--fresh');
    await says(demo, 'Ctrl-C');
    expect(subjects()).toHaveLength(6);
  });

  it('leaves nothing behind even when it is killed', async () => {
    demo.process.kill('SIGKILL');
    await demo.ended;
    expect(await left(demo.process.pid)).toEqual([]);
  });

  it('takes no folder that holds something else', async () => {
    const other = mkdtempSync(join(tmpdir(), 'jmb-other-'));
    writeFileSync(join(other, 'bin'), 'precious');
    const refused = startDemo(await freePort(), other, '--fresh');
    expect(await refused.ended).toBe(1);
    expect(refused.said()).toContain('is not empty and not a demo');
    expect(readFileSync(join(other, 'bin'), 'utf8')).toBe('precious');
    rmSync(other, { recursive: true });
  });
});
