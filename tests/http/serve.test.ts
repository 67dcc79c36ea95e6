/** A door as plain CGI and as FastCGI, run as web servers run it. */
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Answers, requestBytes } from './records.ts';
import { buildDoor, type Door, runCgi, type Standing, startFastcgi } from './run_door.ts';

let door: Door;
beforeAll(async () => {
  door = await buildDoor();
});
afterAll(() => door.remove());

const FORM = { REQUEST_METHOD: 'POST', CONTENT_TYPE: 'application/x-www-form-urlencoded' };

describe('a door as plain CGI', () => {
  it('always begins with a Status line, and gives length and charset', async () => {
    const { head, body, code } = await runCgi(door, { QUERY_STRING: 'hello' });
    expect(head.split('\r\n')[0]).toBe('Status: 200 OK');
    expect(head).toContain('Content-Type: text/html; charset=utf-8');
    expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`);
    expect(body).toBe('hello, héhé');
    expect(code).toBe(0);
  });

  it('leaves its line with syslog though it ends at once', async () => {
    const logger = join(door.root, 'logger');
    writeFileSync(logger, `#!/bin/sh\ncat > ${logger}.got\nmv ${logger}.got ${logger}.line\n`, { mode: 0o755 });
    door.settings('JMB_LOG="syslog"\n');
    const env = { QUERY_STRING: 'refuse', PATH: `${door.root}:${process.env['PATH']}` };
    expect((await runCgi(door, env)).head).toContain('403');
    await expect.poll(() => existsSync(`${logger}.line`)).toBe(true);
    expect(readFileSync(`${logger}.line`, 'utf8')).toMatch(/^refused status=403 .*\n$/);
    door.settings('');
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    const { head, body } = await runCgi(door, { QUERY_STRING: 'hello', REQUEST_METHOD: 'HEAD' });
    expect(head).toContain('Content-Length: 13');
    expect(body).toBe('');
  });

  it.each([
    ['', 'default '],
    ['id=a%2Bb+c', 'default a+b c'],
    ['AbCdEf0123456789', 'other AbCdEf0123456789'],
    ['hello=', 'hello, héhé'],
    ['hello&x=1', 'hello, héhé'],
    ['constructor', 'other constructor'],
    ['*', 'other *'],
    ['/alias.cgi', 'other /alias.cgi'],
  ])('takes the action from the query %j', async (query, body) => {
    expect((await runCgi(door, { QUERY_STRING: query })).body).toBe(body);
  });

  it('knows the addresses that Apache maps to it', async () => {
    expect((await runCgi(door, { SCRIPT_NAME: '/cgi-bin/alias.cgi', QUERY_STRING: 'hello' })).body).toBe('alias');
  });

  it('reads a form, whatever its length and characters', async () => {
    const long = 'é'.repeat(20_000);
    const form = new URLSearchParams({ a: '1 +%&=', b: long, c: '' }).toString();
    const { body } = await runCgi(door, { ...FORM, QUERY_STRING: 'echo', CONTENT_LENGTH: String(form.length) }, form);
    expect(JSON.parse(body)).toEqual([
      ['a', '1 +%&='],
      ['b', long],
      ['c', ''],
    ]);
  });

  it.each([
    ['a wrong method', { QUERY_STRING: 'hello', REQUEST_METHOD: 'DELETE' }, '', 405],
    ['GET where only POST is', { QUERY_STRING: 'echo' }, '', 405],
    ['bad percent-encoding', { QUERY_STRING: 'id=%zz' }, '', 400],
    ['bytes that are no UTF-8', { QUERY_STRING: 'id=%ff' }, '', 400],
    [
      'another type of body',
      { ...FORM, CONTENT_TYPE: 'application/json', QUERY_STRING: 'echo', CONTENT_LENGTH: '2' },
      '{}',
      415,
    ],
    ['a body that stops early', { ...FORM, QUERY_STRING: 'echo', CONTENT_LENGTH: '20' }, 'a=1', 400],
    ['a length that is none', { ...FORM, QUERY_STRING: 'echo', CONTENT_LENGTH: 'many' }, 'a=1', 400],
    ['a body that is too long', { ...FORM, QUERY_STRING: 'echo', CONTENT_LENGTH: '262145' }, 'a=1', 413],
  ])('refuses %s', async (_, env, input, status) => {
    const { head } = await runCgi(door, env, input);
    expect(head).toContain(`Status: ${status} `);
    expect(head.includes('Allow: ')).toBe(status === 405);
  });

  it('makes a page of a refusal', async () => {
    const { head, body, log } = await runCgi(door, { QUERY_STRING: 'refuse' });
    expect(head).toContain('Status: 403 ');
    expect(body).toContain('autorisé');
    expect(log).toContain('status=403');
  });

  it('keeps a bug from the user, and gives the administrator one line', async () => {
    const { head, body, log } = await runCgi(door, { QUERY_STRING: 'bug' });
    expect(head).toContain('Status: 500 ');
    expect(body).not.toContain('TypeError');
    expect(log.trim().split('\n')).toHaveLength(1);
    expect(log).toContain('TypeError: a bug');
  });

  it.each(['down', 'full'])('says that the environment is broken (%s)', async (query) => {
    const { head } = await runCgi(door, { QUERY_STRING: query });
    expect(head).toContain('Status: 503 ');
    expect(head).toContain('Retry-After: ');
  });

  it('names file and line of a mistake in the settings', async () => {
    door.settings('JMB_MAX_GUESTS="3"\nJMB_NAME="$(cat /etc/passwd)"\n');
    const { head, body, log } = await runCgi(door, { QUERY_STRING: 'zone' });
    door.settings('');
    expect(head).toContain('Status: 500 ');
    expect(body).not.toContain('passwd');
    expect(log).toMatch(/jmb_local\.cf.{0,12}2/);
  });

  it('takes a body without a length, up to the same limit', async () => {
    const chunked = { ...FORM, HTTP_TRANSFER_ENCODING: 'chunked', QUERY_STRING: 'echo' };
    expect(JSON.parse((await runCgi(door, chunked, 'a=1&b=2')).body)).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
    const long = await runCgi(door, chunked, `a=${'x'.repeat(300_000)}`);
    expect(long.head).toContain('Status: 413 ');
  });

  it('logs what it refuses where the settings say', async () => {
    const log = join(door.root, 'jmb.log');
    door.settings(`JMB_LOG="${log}"\n`);
    const { log: stderr } = await runCgi(door, { QUERY_STRING: '%zz' });
    door.settings('');
    expect(stderr).toBe('');
    expect(readFileSync(log, 'utf8')).toMatch(/refused status=400/);
    rmSync(log);
  });

  it('lets no header begin another', async () => {
    const { head } = await runCgi(door, { QUERY_STRING: 'header' });
    expect(head).not.toMatch(/^Set-Cookie/m);
  });

  it('writes all of a big page', async () => {
    expect((await runCgi(door, { QUERY_STRING: 'big' })).body).toHaveLength(3_000_000);
  });
});

describe('a door that stays', () => {
  const open: Socket[] = [];
  const standing: Standing[] = [];
  afterEach(async () => {
    for (const socket of open.splice(0)) socket.destroy();
    for (const one of standing.splice(0)) {
      one.child.kill('SIGKILL');
      await one.ended;
    }
    door.settings('');
  });

  async function start(): Promise<Standing> {
    const one = await startFastcgi(door);
    standing.push(one);
    return one;
  }

  function ask(one: Standing, query: string, env: Record<string, string> = {}, body?: string): Promise<string> {
    const socket = connect(one.path);
    open.push(socket);
    const answers = new Answers();
    const variables = { REQUEST_METHOD: 'GET', SCRIPT_NAME: '/door.cgi', QUERY_STRING: query, ...env };
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('data', (piece: Buffer) => answers.push(piece));
      socket.on('close', () => resolve(answers.output.get(1) ?? ''));
      socket.write(requestBytes(1, variables, body === undefined ? undefined : Buffer.from(body), { keep: false }));
    });
  }

  it('gives what the plain CGI gives', async () => {
    const one = await start();
    for (const query of ['hello', 'refuse', 'id=%ff', 'big']) {
      const plain = await runCgi(door, { QUERY_STRING: query });
      expect(await ask(one, query)).toBe(`${plain.head}\r\n\r\n${plain.body}`);
    }
  });

  it('names variables as Apache does for a plain CGI', async () => {
    expect(await ask(await start(), 'slow&ms=0', { 'HTTP:X.SECRET': 'named' })).toContain('named');
  });

  it('shows no request what another brought', async () => {
    const one = await start();
    const asked = Array.from({ length: 60 }, (_, number) => {
      const secret = number % 3 === 0 ? undefined : `secret${number}`;
      const env = secret === undefined ? {} : { HTTP_X_SECRET: secret };
      return ask(one, `slow&ms=${(number * 13) % 50}`, env).then((text) => ({ secret: secret ?? '', text }));
    });
    for (const { secret, text } of await Promise.all(asked)) {
      expect(text.split('\r\n\r\n')[1]).toBe(`${secret} ${secret}`);
    }
  });

  it('loses nothing but the request to an error', async () => {
    const one = await start();
    const slow = ask(one, 'slow&ms=100');
    expect(await ask(one, 'bug')).toContain('Status: 500 ');
    expect(await ask(one, 'later')).toContain('survived');
    expect(await slow).toContain('Status: 200 ');
    expect(one.log()).toContain('a bug outside');
    expect(await ask(one, 'hello')).toContain('héhé');
  });

  it('notices new settings, the time zone too', async () => {
    door.settings('JMB_NAME="One"\nJMB_ICAL_TZID="Europe/Paris"\n');
    const one = await start();
    expect(await ask(one, 'zone')).toContain('One 6');
    door.settings('JMB_NAME="Another"\nJMB_ICAL_TZID="Asia/Kolkata"\n');
    expect(await ask(one, 'zone')).toContain('Another 11');
    door.settings('JMB_NAME=$(x)\n');
    expect(await ask(one, 'zone')).toContain('Status: 500 ');
    door.settings('JMB_NAME="Again"\n');
    expect(await ask(one, 'zone')).toContain('Again 6');
  });

  it('notices that the database was replaced', async () => {
    door.settings(`JMB_DB="${join(door.root, 'jmb.db')}"\n`);
    const one = await start();
    expect(await ask(one, 'count')).toContain('count 1');
    expect(await ask(one, 'count')).toContain('count 2');
    for (const ending of ['', '-wal', '-shm']) rmSync(join(door.root, `jmb.db${ending}`), { force: true });
    expect(await ask(one, 'count')).toContain('count 1');
    expect(await ask(one, 'count')).toContain('count 2');
  });

  it('books into the file that has taken the place of its own after one request', async () => {
    door.settings(`JMB_DB="${join(door.root, 'restored.db')}"\n`);
    const one = await start();
    expect(await ask(one, 'count')).toContain('count 1');
    // A restore: another file, with three rows, under the same name.
    const copy = new Database(join(door.root, 'copy.db'));
    copy.exec('CREATE TABLE counted (n INTEGER); INSERT INTO counted VALUES (1), (2), (3); PRAGMA user_version = 99');
    copy.close();
    for (const ending of ['-wal', '-shm']) rmSync(join(door.root, `restored.db${ending}`), { force: true });
    renameSync(join(door.root, 'copy.db'), join(door.root, 'restored.db'));
    expect(await ask(one, 'count')).toContain('count 4');
    const now = new Database(join(door.root, 'restored.db'), { readonly: true });
    expect(now.prepare('SELECT count(*) AS n FROM counted').get()).toEqual({ n: 4 });
    now.close();
  });

  it('logs where the settings say, also when its first request is refused', async () => {
    const log = join(door.root, 'jmb.log');
    door.settings(`JMB_LOG="${log}"\n`);
    const one = await start();
    expect(await ask(one, '%zz')).toContain('Status: 400 ');
    expect(await ask(one, 'refuse')).toContain('Status: 403 ');
    expect(one.log()).toBe('');
    expect(readFileSync(log, 'utf8').match(/refused status=/g)).toHaveLength(2);
    rmSync(log);
  });

  it('takes a body without a length', async () => {
    const one = await start();
    const chunked = { ...FORM, HTTP_TRANSFER_ENCODING: 'chunked' };
    expect(await ask(one, 'echo', chunked, 'a=1')).toContain('[["a","1"]]');
    expect(await ask(one, 'echo', chunked, `a=${'x'.repeat(300_000)}`)).toContain('Status: 413 ');
  });

  it('answers at once where the settings cannot be read, and says why', async () => {
    const one = await start();
    expect(await ask(one, 'zone')).toContain('Status: 200 ');
    const [etc, aside] = [join(door.root, 'etc'), join(door.root, 'etc.aside')];
    renameSync(etc, aside);
    symlinkSync('etc', etc);
    const began = performance.now();
    expect(await ask(one, 'zone')).toContain('Status: 500 ');
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(one.log()).toMatch(/refused status=500 .*ELOOP/);
    rmSync(etc);
    renameSync(aside, etc);
    expect(await ask(one, 'zone')).toContain('Status: 200 ');
  });

  it('finishes what runs when it is told to end, and takes nothing more', async () => {
    const one = await start();
    const slow = ask(one, 'slow&ms=300', { HTTP_X_SECRET: 'done' });
    await ask(one, 'hello');
    await wait(30);
    one.child.kill('SIGTERM');
    expect(await slow).toContain('done');
    expect(await one.ended).toBe(0);
  });

  it('answers whom it has taken before it was told to end, also where nothing has come yet', async () => {
    const one = await start();
    await ask(one, 'hello');
    const early = connect(one.path);
    const spare = connect(one.path);
    open.push(early, spare);
    const variables = { REQUEST_METHOD: 'GET', SCRIPT_NAME: '/door.cgi', QUERY_STRING: 'hello' };
    const said = new Answers();
    spare.on('data', (piece: Buffer) => said.push(piece));
    spare.write(requestBytes(1, variables));
    await vi.waitFor(() => expect(said.ended.size).toBe(1));
    one.child.kill('SIGTERM');
    // One that is only kept ends; one that has had no answer yet does not.
    await once(spare, 'close');
    await wait(100);
    const answers = new Answers();
    early.on('data', (piece: Buffer) => answers.push(piece));
    early.write(requestBytes(1, variables));
    await once(early, 'close');
    expect(answers.output.get(1)).toContain('héhé');
    expect(await one.ended).toBe(0);
  });

  it('answers what came while it stood still for longer than it waits', async () => {
    const one = await start();
    await ask(one, 'hello');
    const late = connect(one.path);
    open.push(late);
    await once(late, 'connect');
    one.child.kill('SIGTERM');
    await wait(100);
    one.child.kill('SIGSTOP');
    const answers = new Answers();
    late.on('data', (piece: Buffer) => answers.push(piece));
    late.write(requestBytes(1, { REQUEST_METHOD: 'GET', SCRIPT_NAME: '/door.cgi', QUERY_STRING: 'hello' }));
    await wait(5_500);
    one.child.kill('SIGCONT');
    await once(late, 'close');
    expect(answers.output.get(1)).toContain('héhé');
    expect(await one.ended).toBe(0);
  });

  it('waits no longer than some seconds for a body that does not come', async () => {
    const one = await start();
    await ask(one, 'hello');
    const slow = connect(one.path);
    open.push(slow);
    const form = requestBytes(1, { REQUEST_METHOD: 'POST', CONTENT_LENGTH: '100' }, Buffer.alloc(100));
    slow.write(form.subarray(0, form.length - 40));
    await wait(50);
    one.child.kill('SIGTERM');
    expect(await Promise.race([one.ended, wait(8_000)])).toBe(0);
  });
});
