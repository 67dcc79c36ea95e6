/** The directories of the settings and of Apache, with a real slapd. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { directory, directoryOfApache } from '../../cron/check_directory.ts';
import { apacheWord, loopbackSite, siteBody } from '../../lib/install/site.ts';
import { type Slapd, startSlapd } from '../support/slapd.ts';

let slapd: Slapd;
let apache: string;
beforeAll(async () => {
  slapd = await startSlapd();
});
afterAll(() => slapd.stop());
beforeEach(() => {
  apache = mkdtempSync(join(tmpdir(), 'jmb-apache2-'));
  for (const name of ['sites-enabled', 'jitsi-jmb']) mkdirSync(join(apache, name));
});
afterEach(() => rmSync(apache, { recursive: true, force: true }));

/** The account that searches, where the directory shows strangers nothing. */
function account(password = slapd.password): string {
  const file = join(apache, 'ldap.conf');
  const lines = `AuthLDAPBindDN "${slapd.bind}"\nAuthLDAPBindPassword ${apacheWord(password, 'the password')}\n`;
  writeFileSync(file, password.startsWith('exec:') ? lines.replaceAll('"', '') : lines);
  return file;
}

/** What install.sh --auth ldap writes. */
function site(url: string, more: Record<string, string> = { JMB_LDAP_BIND: account() }): void {
  const body = siteBody({ JMB_LDAP_URL: url, JMB_LDAP_BASE: slapd.base, ...more }, '/opt/jitsi-jmb', {
    sockets: undefined,
    frontPage: true,
  });
  writeFileSync(join(apache, 'sites-enabled/jitsi-jmb.conf'), loopbackSite('meet.example.org', 8181, body));
}

const asked = async (setting = ''): Promise<string> => {
  const { verdict, detail } = await directory(setting, apache);
  return `${verdict}: ${detail}`;
};

test('none is set up', async () => {
  expect(await asked()).toBe('off: JMB_LDAPSEARCH is not set');
  writeFileSync(join(apache, 'sites-enabled/other.conf'), 'ServerName example.org\n');
  expect(await asked()).toMatch(/^off/);
});

test('the one that Apache alone knows is asked', async () => {
  site(slapd.url);
  expect(await asked()).toMatch(/^ok: Apache: answers in \d+ ms$/);
  site('ldap://127.0.0.1:1');
  expect(await asked()).toBe('wrong: Apache: directory: ldap://127.0.0.1:1: connection refused');
  // As a part of Jitsi's own site, where Apache is the front.
  rmSync(join(apache, 'sites-enabled/jitsi-jmb.conf'));
  const defines = { JMB_LDAP_URL: slapd.url, JMB_LDAP_BASE: slapd.base, JMB_LDAP_BIND: account() };
  writeFileSync(
    join(apache, 'jitsi-jmb/site.conf'),
    siteBody(defines, '/opt/jitsi-jmb', { sockets: '/run/jitsi-jmb', frontPage: true }),
  );
  expect(await asked()).toMatch(/^ok: Apache/);
});

test('a stranger whom it shows nothing, a wrong password, one that a program tells, and a file that is not there', async () => {
  site(slapd.url, {});
  expect(await asked()).toMatch(/^wrong: Apache: .*NoSuchObject.*: it shows strangers nothing, or has no such base$/);
  site(slapd.url, { JMB_LDAP_BIND: account('wrong') });
  expect(await asked()).toMatch(/^wrong: Apache: .*credentials/i);
  site(slapd.url, { JMB_LDAP_BIND: account('exec:/usr/local/bin/password') });
  expect(await asked()).toMatch(
    /^unknown: Apache: the password comes from \/usr\/local\/bin\/password, which is not run here$/,
  );
  rmSync(join(apache, 'ldap.conf'));
  expect(await asked()).toMatch(/^wrong: Apache: .*ldap\.conf: no such file$/);
});

test('both: the worse of two answers, each said', async () => {
  site('ldap://127.0.0.1:1');
  expect(await asked(slapd.ldapsearch)).toMatch(
    /^wrong: JMB_LDAPSEARCH: answers in \d+ ms; Apache: .*connection refused$/,
  );
});

test('a directive by hand, and several servers', () => {
  writeFileSync(
    join(apache, 'jitsi-jmb/own.conf'),
    '  AuthLDAPURL "ldap://one.example.org two.example.org:390/ou=people,dc=example,dc=org?uid?sub?(objectClass=*)"\n',
  );
  expect(directoryOfApache(apache)).toMatchObject({
    urls: ['ldap://one.example.org', 'ldap://two.example.org:390'],
    base: 'ou=people,dc=example,dc=org',
    bind: null,
  });
});
