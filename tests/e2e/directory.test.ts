/** The programs as they are installed, and a real directory that goes away: its last word counts for a day. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Slapd, startSlapd } from '../support/slapd.ts';
import { makeTree, readLog } from '../support/tree.ts';

let slapd: Slapd;
let root: string;
beforeAll(async () => {
  slapd = await startSlapd();
  root = mkdtempSync(join(tmpdir(), 'jmb-directory-'));
  const settings = {
    JMB_SERVER_NAME: 'meet.example.org',
    JMB_DATA: join(root, 'data'),
    JMB_LOG: join(root, 'log/jmb.log'),
    JMB_JWT_ISS: 'jmb',
    JMB_JWT_SECRET: 'a secret of the tests, 32 characters and more',
    JMB_LDAPSEARCH: slapd.ldapsearch,
    JMB_MODULE_CHECK_EDITOR: 'editor_role-ldap',
    JMB_MODULE_CHECK_EDITOR_LDAP_FILTER: '(eduPersonAffiliation=employee)',
    JMB_MODULE_CHECK_MODERATOR: 'ldap-filter booking private-room',
  };
  makeTree(root, { settings, modules: {} });
});
afterAll(async () => {
  await slapd?.stop();
  rmSync(root, { recursive: true, force: true });
});

/** The answer of a program to somebody of whom Apache knows the account alone. */
function ask(program: string, query: string, uid: string): string {
  const env = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    REQUEST_METHOD: 'GET',
    QUERY_STRING: query,
    SCRIPT_NAME: `/${program}.cgi`,
    REMOTE_USER: uid,
    PATH: process.env['PATH'] ?? '',
  };
  return spawnSync(join(root, `cgi-bin/${program}.cgi`), { env, encoding: 'utf8' }).stdout;
}

const silences = (): string[] => readLog(root, 'jmb.log').match(/.*directory-silent.*/g) ?? [];

/** Makes all that is kept older, by seconds. */
function age(seconds: number): void {
  const database = new Database(join(root, 'data/jmb.db'));
  database.prepare('UPDATE directory_answer SET answer_at = answer_at - ?').run(seconds);
  database.close();
}

it('keeps who may book and enter, and says once a request that the directory is silent', async () => {
  const list = ask('booking', 'list', 'alice');
  expect(list).toContain('Status: 200');
  expect(list).toContain('booking.cgi?new');
  expect(ask('booking', 'list', 'carol')).not.toContain('booking.cgi?new');
  expect(ask('token', 'room=alice', 'alice')).toContain('Status: 302');
  await slapd.pause();
  try {
    expect(ask('booking', 'list', 'alice')).toContain('booking.cgi?new');
    expect(silences()).toEqual([]);
    age(3600);
    expect(ask('booking', 'list', 'alice')).toContain('booking.cgi?new');
    expect(silences()).toHaveLength(1);
    expect(ask('token', 'room=alice', 'alice')).toContain('Status: 302');
    expect(silences()).toHaveLength(2);
    expect(ask('booking', 'list', 'carol')).not.toContain('booking.cgi?new');
    expect(ask('booking', 'list', 'bob')).toContain('Status: 503');
    age(86_400);
    expect(ask('booking', 'list', 'alice')).toContain('Status: 503');
  } finally {
    await slapd.resume();
  }
});

it('tells editors who may be meant, and nobody else', () => {
  const body = (answer: string) => answer.split('\r\n\r\n')[1] ?? '';
  expect(JSON.parse(body(ask('booking', 'people=dur%20bob', 'alice')))).toEqual([
    { name: 'Bob « Bobby » Durand', email: 'bob.durand@example.org', source: 'directory' },
  ]);
  const refused = ask('booking', 'people=dur%20bob', 'carol');
  expect(refused).toContain('Status: 403');
  expect(refused).not.toMatch(/durand/i);
  const began = performance.now();
  for (const sign of ['*', '(', ')', '\\', '\0', '*)(mail=*', '|&!~<>=']) {
    const text = encodeURIComponent(sign.repeat(300).slice(0, 300));
    expect(body(ask('booking', `people=${text}`, 'alice'))).toBe('[]');
  }
  expect(performance.now() - began).toBeLessThan(10_000);
});

it('asks the directory itself where an administrator wants to know how it is', async () => {
  ask('booking', 'list', 'alice');
  const check = () => spawnSync(join(root, 'bin/jmb'), ['check', 'directory'], { encoding: 'utf8' }).stdout;
  expect(check()).toContain('answers in');
  await slapd.pause();
  try {
    expect(check()).not.toContain('answers in');
  } finally {
    await slapd.resume();
  }
});
