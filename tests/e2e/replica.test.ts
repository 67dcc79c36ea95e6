/** Two hosts with one replica: the second takes over what the first has written, and the first keeps quiet from then on. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeRole } from '../../lib/role.ts';
import { jmbCommand } from '../support/command.ts';
import { book } from '../support/forms.ts';
import { type Copying, copy, haveLitestream, ready } from '../support/litestream.ts';
import { type Stage, stage } from '../support/stage.ts';
import { giveToWebUser } from '../support/web_user.ts';

const shared = mkdtempSync(join(tmpdir(), 'jmb-replica-'));
const settings = { JMB_REPLICA: `file://${shared}`, JMB_LANG: 'en' };
let first: Stage;
let second: Stage;
let forgetLitestream: () => void = () => undefined;
const copying: Copying[] = [];

beforeAll(async () => {
  forgetLitestream = haveLitestream();
  giveToWebUser(shared);
  [first, second] = await Promise.all([stage({ settings, way: 'proxy_fcgi' }), stage({ settings })]);
  takeRole(second.db, 'standby');
});

afterAll(async () => {
  for (const one of copying) await one.end('SIGKILL');
  await Promise.all([first?.stop(), second?.stop()]);
  rmSync(shared, { recursive: true, force: true });
  forgetLitestream();
});

async function copyOf(host: Stage): Promise<Copying> {
  const one = await copy(host);
  copying.push(one);
  return one;
}

/** The link that a mail holds. */
function linkIn(host: Stage): string {
  const mail = [...host.mails].reverse().find(({ to }) => to.includes('bob.durand@example.org'));
  return (
    /\/join\.cgi\?id=3D(\w+)|\/join\.cgi\?id=(\w+)/
      .exec(mail?.raw.toString() ?? '')
      ?.slice(1)
      .find(Boolean) ?? ''
  );
}

/** Tries until it holds; the last try's failure is the test's. */
async function soon(holds: () => Promise<void>): Promise<void> {
  for (const until = Date.now() + 5000; ; ) {
    try {
      return await holds();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

test('one that stands by answers nothing, sends nothing and changes nothing', async () => {
  const page = await second.ask('/booking.cgi?list', { as: 'alice' });
  expect([page.status, page.headers.get('retry-after')]).toEqual([503, '60']);
  expect(await page.text()).toContain('This server stands by');
  const french = await second.ask('/join.cgi?id=abc', { headers: { cookie: 'jmb_lang=fr' } });
  expect([french.status, await french.text()]).toEqual([503, expect.stringContaining('Ce serveur est en attente')]);
  const health = await second.ask('/join.cgi?health');
  expect([health.status, await health.text()]).toEqual([503, 'role standby\n']);
  expect(await jmbCommand(second, 'remind')).toMatchObject({ status: 0, stdout: 'this host is standby\n' });
  const removal = await jmbCommand(second, 'remove', '1');
  expect([removal.status, removal.stderr]).toEqual([1, expect.stringContaining('this host is standby')]);
  const copied = await ready(second);
  expect([copied.status, copied.stdout]).toEqual([1, 'this host is standby: nothing is copied\n']);
  // No database was made, which would have to be taken aside.
  expect(readdirSync(join(second.root, 'data')).filter((name) => /\.db(-wal|-shm)?$/.test(name))).toEqual([]);
  const none = await jmbCommand(second, 'promote', '--yes');
  expect([none.status, none.stderr]).toEqual([1, expect.stringContaining('no host has copied anything there')]);
});

test('takes over what was written; the one of before keeps quiet; and back', async () => {
  const one = await copyOf(first);
  expect(statSync(join(first.root, 'data/litestream.yml')).mode & 0o777).toBe(0o600);
  expect((await book(first, 'alice', { object: 'Before the fire' })).status).toBe(303);
  await jmbCommand(first, 'remind');
  await first.mailsOnceThereAre(2);
  const link = linkIn(first);
  expect(link).not.toBe('');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await one.end('SIGKILL');
  // What comes now is on the first host's disk alone.
  expect((await book(first, 'alice', { object: 'Never copied' })).status).toBe(303);

  // As keepalived 2.2.7 does: by this mask nobody could enter a folder of their own.
  const mask = process.umask(0o177);
  const promoting = jmbCommand(second, 'promote', '--yes');
  process.umask(mask);
  const taken = await promoting;
  expect(taken).toMatchObject({ status: 0, stderr: '' });
  expect(taken.stdout).toMatch(/^newest booking {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d, \d+ s ago$/m);
  expect(taken.stdout).toMatch(/this host is the active one: turn 2, after [\d.]+ s\n/);
  const list = await (await second.ask('/booking.cgi?list', { as: 'alice' })).text();
  expect(list).toContain('Before the fire');
  expect(list).not.toContain('Never copied');
  expect((await second.ask(`/join.cgi?id=${link}`)).status).toBe(200);
  const again = await jmbCommand(second, 'promote', '--yes');
  expect([again.status, again.stdout]).toEqual([0, expect.stringContaining('this host is the active one already')]);

  // Root took over; the service of the other host reads the marks as the web server's user.
  const owner = statSync(first.db).uid;
  const files = readdirSync(shared, { recursive: true, encoding: 'utf8' }).filter((name) => name.startsWith('marks/'));
  expect(files.filter((name) => statSync(join(shared, name)).uid !== owner)).toEqual([]);

  // The first comes back: its service does not start, and its doors are shut from then on.
  expect((await first.ask('/booking.cgi?list', { as: 'alice' })).status).toBe(200);
  const back = await ready(first);
  expect([back.status, back.stdout]).toEqual([1, expect.stringContaining('this host answers and sends nothing')]);
  expect((await first.ask('/booking.cgi?list', { as: 'alice' })).status).toBe(503);
  expect(await jmbCommand(first, 'remind')).toMatchObject({ status: 0, stdout: 'this host is fenced\n' });

  // Planned: the second hands back, and nothing is lost. FastCGI's processes let go of the old database by themselves.
  const other = await copyOf(second);
  expect((await book(second, 'alice', { object: 'After the fire' })).status).toBe(303);
  expect((await jmbCommand(second, 'demote')).status).toBe(0);
  await other.end('SIGTERM');
  const returned = await jmbCommand(first, 'promote', '--yes');
  expect(returned).toMatchObject({ status: 0, stderr: '' });
  const aside = /what was there is (\S+)\n/.exec(returned.stdout)?.[1] ?? '';
  expect(readFileSync(aside).includes('Never copied')).toBe(true);
  const now = await (await first.ask('/booking.cgi?list', { as: 'alice' })).text();
  expect(now).toContain('After the fire');
  expect(now).not.toContain('Never copied');
});

test('one that goes on while another took over learns it by cron within a minute', async () => {
  const one = await copyOf(first);
  const marks = await jmbCommand(first, 'replica');
  expect(marks.stdout).toMatch(/^role {5}active\nreplica {2}file:\/\/\S+: this host is the active one\nturn {5}\d+, /);
  expect((await book(first, 'alice', { object: 'Still here' })).status).toBe(303);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(await jmbCommand(second, 'promote', '--yes')).toMatchObject({ status: 0, stderr: '' });
  const said = await jmbCommand(first, 'remind', '--quiet');
  expect(said.stderr).toContain('took over at');
  expect((await first.ask('/join.cgi?health')).status).toBe(503);
  await one.end('SIGTERM');

  // A replica that cannot be reached is no reason to stop: which host people reach is decided elsewhere.
  writeFileSync(join(second.root, 'etc/jmb_local.cf'), `JMB_REPLICA="sftp://nobody@127.0.0.1:1/nowhere"\n`);
  await soon(async () => expect((await jmbCommand(second, 'remind')).stdout).toContain('reminders: '));
  expect((await second.ask('/booking.cgi?list', { as: 'alice' })).status).toBe(200);
});

test('a copy whose last file was cut off in the middle is taken as it was a second before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'jmb-replica-'));
  giveToWebUser(folder);
  const pair = await Promise.all([0, 1].map(() => stage({ settings: { JMB_REPLICA: `file://${folder}` } })));
  const [third, fourth] = pair as [Stage, Stage];
  try {
    takeRole(fourth.db, 'standby');
    await book(third, 'alice', { object: 'Whole' });
    const one = await copyOf(third);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const written = (): string[] =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.startsWith('1-') && name.endsWith('.wal.lz4'))
        .sort();
    const before = written();
    await book(third, 'alice', { object: 'Half' });
    while (written().length === before.length) await new Promise((resolve) => setTimeout(resolve, 50));
    await one.end('SIGKILL');
    // The first that came since is half there; those after it, of a mail that was sent, say, never came.
    const [last = '', ...later] = written().slice(before.length);
    truncateSync(join(folder, last), Math.floor(statSync(join(folder, last)).size / 2));
    for (const name of later) rmSync(join(folder, name));
    const taken = await jmbCommand(fourth, 'promote', '--yes');
    expect(taken).toMatchObject({ status: 0, stderr: '' });
    expect(taken.stdout).toMatch(/^as of {11}20\S+Z: the last file of the copy was cut off in the middle$/m);
    const list = await (await fourth.ask('/booking.cgi?list', { as: 'alice' })).text();
    expect([list.includes('Whole'), list.includes('Half')]).toEqual([true, false]);
  } finally {
    await Promise.all(pair.map((host) => host.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
});
