/** The programs fitted to a Node: compiled code is kept, used, and never needed. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { openStore } from '../../lib/store/store.ts';
import { makeTree } from '../support/tree.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'jmb-prepare-test-'));
  makeTree(root, {
    settings: {
      JMB_DATA: join(root, 'data'),
      JMB_LOG: '/dev/null',
      JMB_JWT_ISS: 'jmb',
      JMB_JWT_SECRET: 'a secret of this test',
    },
    modules: {},
  });
  execFileSync(process.execPath, [join(root, 'lib/prepare.js')]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const caches = (): string[] => readdirSync(join(root, 'lib')).filter((name) => name.endsWith('.cache'));

const FLAG = '--no-rehash-snapshot';

/** Whether V8 takes what is kept of a part, with this flag or none. */
function isTaken(source: string, cache: string, flag: string): boolean {
  const script = `const { readFileSync } = require('fs');
    const { cachedDataRejected } = new (require('vm').Script)(readFileSync(process.argv[1], 'utf8'), {
      cachedData: readFileSync(process.argv[2]) });
    console.log(cachedDataRejected)`;
  const words = [...(flag === '' ? [] : [flag]), '--eval', script, join(root, 'lib', source), join(root, 'lib', cache)];
  return execFileSync(process.execPath, words, { encoding: 'utf8' }) === 'false\n';
}

/** The first line of the answer of a program to a query. */
function ask(program: string, query: string, reader: readonly string[] = []): string {
  const env = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    REQUEST_METHOD: 'GET',
    QUERY_STRING: query,
    SCRIPT_NAME: `/${program}.cgi`,
  };
  const signedIn = { REMOTE_USER: 'alice', AUTHENTICATE_MAIL: 'alice@example.org', PATH: process.env['PATH'] ?? '' };
  const file = join(root, `cgi-bin/${program}.cgi`);
  const [command = file, ...words] = reader.length > 0 ? [...reader, file] : [file];
  const { stdout, stderr } = spawnSync(command, words, { env: { ...env, ...signedIn }, encoding: 'utf8' });
  return stdout.split('\r\n', 1)[0] || stderr;
}

function answersAll(reader?: readonly string[]): void {
  expect(ask('booking', 'list', reader)).toBe('Status: 200 OK');
  expect(ask('booking', 'new', reader)).toBe('Status: 200 OK');
  expect(ask('booking', 'nothing', reader)).toBe('Status: 404 Not Found');
  expect(ask('join', 'id=0123456789abcdef', reader)).toBe('Status: 404 Not Found');
  expect(ask('token', 'room=nobody', reader)).toBe('Status: 403 Forbidden');
  expect(ask('ical', '0123456789abcdef', reader)).toBe('Status: 404 Not Found');
}

describe('a prepared installation', () => {
  it.each([
    { part: 'list', of: 'booking', not: 'conf_repeat', asked: ['list', ''], other: 'new', status: '200 OK' },
    {
      part: 'enter',
      of: 'join',
      not: 'meeting.ics',
      asked: ['id=0123456789abcdef'],
      other: 'accept&id=0123456789abcdef',
      status: '404 Not Found',
    },
  ])('answers by $part what $of is asked for most', ({ part, of, not, asked, other, status }) => {
    const source = (name: string): string => readFileSync(join(root, `lib/${name}.js`), 'utf8');
    expect(source(of).includes(not)).toBe(true);
    expect(source(part).includes(not)).toBe(false);
    expect(source(part).length).toBeLessThan(0.7 * source(of).length);
    expect(caches().filter((name) => name.startsWith(`${part}-`))).toHaveLength(1);
    const without = join(root, `lib/${part}.js.away`);
    renameSync(join(root, `lib/${part}.js`), without);
    try {
      for (const query of asked) expect(ask(of, query), query).not.toContain(status);
      expect(ask(of, other)).toBe(`Status: ${status}`);
    } finally {
      renameSync(without, join(root, `lib/${part}.js`));
    }
  });

  it('names its Node, and has compiled code for each program', () => {
    for (const program of ['booking', 'token', 'join', 'ical']) {
      expect(readFileSync(join(root, `cgi-bin/${program}.cgi`), 'utf8')).toContain(`#!${process.execPath}`);
      expect(caches().some((name) => name.startsWith(`${program}-`))).toBe(true);
    }
    answersAll();
  });

  it('gives Node a flag where that is quicker: not where Node’s own code for signing is needed, which V8 then compiles anew', () => {
    const flags = (program: string) =>
      /^#!\S+(.*)\n/.exec(readFileSync(join(root, `cgi-bin/${program}.cgi`), 'utf8'))?.[1];
    expect(['booking', 'join', 'ical', 'token'].map(flags)).toEqual([...Array(3).fill(' --no-rehash-snapshot'), '']);
    const state = (...words: string[]) =>
      JSON.parse(
        execFileSync(process.execPath, [...words, join(root, 'lib/prepare.js'), 'state'], { encoding: 'utf8' }),
      );
    expect([state('--no-rehash-snapshot').compiled, state().compiled]).toEqual([true, true]);
    const [cache = ''] = caches().filter((name) => name.startsWith('token-'));
    const kept = readFileSync(join(root, 'lib', cache));
    writeFileSync(join(root, 'lib', cache), 'not compiled code at all, but text'.repeat(50));
    expect([state('--no-rehash-snapshot').compiled, state().compiled]).toEqual([true, false]);
    rmSync(join(root, 'lib', cache));
    expect(state('--no-rehash-snapshot').compiled).toBe(false);
    writeFileSync(join(root, 'lib', cache), kept);
  });

  // Half of it is what these requests run of them.
  it.each([
    ['asks a directory', 'ldapts', 80_000, ['', FLAG]],
    ['signs a token', 'jose', 25_000, ['', FLAG]],
    ['writes a calendar', 'ics', 100_000, [FLAG]],
  ])('has what %s compiled, too, for those with and without the flag', (_, name, size, flags) => {
    for (const flag of flags) {
      const [cache = ''] = caches().filter((file) => new RegExp(`^${name}-[0-9a-f]{16}${flag}\\.`).test(file));
      expect(statSync(join(root, 'lib', cache)).size, flag).toBeGreaterThan(size);
      expect(isTaken(`${name}.js`, cache, flag), flag).toBe(true);
    }
  });

  it('keeps for its guests what join.cgi runs for them, although it gives the flag back to sign', () => {
    const [cache = ''] = caches().filter((file) => file.startsWith('join-'));
    expect(isTaken('join.js', cache, FLAG)).toBe(true);
  });

  it('lets a moderator from outside in by join.cgi with a token, and says nothing of how', () => {
    const store = openStore(join(root, 'data/jmb.db'));
    const { attendees } = insertMeeting(store, systemClock, 'alice@example.org', {
      subject: 'Now',
      begin: systemClock.now() - 60,
      duration: 3600,
      moderators: ['moderator@elsewhere.org'],
      guests: ['guest@elsewhere.org'],
    });
    store.close();
    const hash = attendees.find(({ role }) => role === 'moderator')?.hash;
    const env = {
      GATEWAY_INTERFACE: 'CGI/1.1',
      REQUEST_METHOD: 'GET',
      QUERY_STRING: `id=${hash}`,
      SCRIPT_NAME: '/join.cgi',
    };
    const { stdout, stderr } = spawnSync(join(root, 'cgi-bin/join.cgi'), { env, encoding: 'utf8' });
    expect(stdout).toMatch(/^Status: 302 Found\r\nLocation: \S+jwt=/);
    expect(stderr).toBe('');
  });

  it('can be prepared again', () => {
    const before = caches();
    execFileSync(process.execPath, [join(root, 'lib/prepare.js')]);
    expect(caches()).toEqual(before);
  });

  it('answers where V8 refuses the compiled code: other flags, a broken file, none', () => {
    answersAll([process.execPath, '--no-opt']);
    for (const name of caches()) truncateSync(join(root, 'lib', name), 1000);
    answersAll();
    for (const name of caches())
      writeFileSync(join(root, 'lib', name), 'not compiled code at all, but text'.repeat(50));
    answersAll();
    for (const name of caches()) rmSync(join(root, 'lib', name));
    answersAll();
  });

  it('never runs the compiled code of another version, even of equal length', () => {
    execFileSync(process.execPath, [join(root, 'lib/prepare.js')]);
    const dist = fileURLToPath(new URL('../../dist', import.meta.url));
    cpSync(join(dist, 'cgi-bin/ical.cgi'), join(root, 'cgi-bin/ical.cgi'));
    const starter = readFileSync(join(root, 'cgi-bin/ical.cgi'), 'utf8');
    const digest = /[{,"]ical"?:"([0-9a-f]{16})"/.exec(starter)?.[1] ?? '';
    expect(caches()).toContain(`ical-${digest}--no-rehash-snapshot.${process.versions.modules}.cache`);
    // A new version brings a new digest, and so looks for another file.
    writeFileSync(join(root, 'cgi-bin/ical.cgi'), starter.replace(digest, '0'.repeat(16)));
    appendFileSync(join(root, 'lib/ical.js'), '');
    expect(ask('ical', '0123456789abcdef')).toBe('Status: 404 Not Found');
  });
});
