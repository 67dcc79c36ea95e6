/** What mod_authnz_ldap and mod_authn_dbd hand to a CGI, through to an identity: a real Apache, slapd and SQLite. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '../../lib/meetings/meeting.ts';
import { identityOf } from '../../lib/people/identity.ts';
import type { Refusal } from '../../lib/refusal.ts';
import { readSettings } from '../../lib/settings.ts';
import { basic } from '../support/accounts.ts';
import { type Apache, startApache } from '../support/apache.ts';
import { freePort } from '../support/port.ts';
import { type Slapd, startSlapd } from '../support/slapd.ts';

const dir = mkdtempSync(join(tmpdir(), 'jmb-identity-'));
let slapd: Slapd;
let apache: Apache;

beforeAll(async () => {
  slapd = await startSlapd();
  makeUsers(join(dir, 'users.db'));
  mkdirSync(join(dir, 'cgi'));
  writeFileSync(join(dir, 'cgi', 'env.cgi'), "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'; env -0\n");
  chmodSync(join(dir, 'cgi', 'env.cgi'), 0o755);
  apache = await startApache({
    port: await freePort(),
    way: 'cgid',
    logs: join(dir, 'logs'),
    modules: ['ldap', 'authnz_ldap', 'dbd', 'authn_dbd'],
    needs: [dir],
    env: { PATH: '/usr/bin:/bin' },
    conf: configuration(),
  });
});
afterAll(async () => {
  await apache.stop();
  await slapd.stop();
  rmSync(dir, { recursive: true });
});

function makeUsers(file: string): void {
  const database = new Database(file);
  database.exec('CREATE TABLE users (uid TEXT, password TEXT, mail TEXT, cn TEXT)');
  const password = `{SHA}${createHash('sha1').update('alice').digest('base64')}`;
  const row = ['alice', password, 'alice.martin@example.org', 'Élodie « Alice » Martin'];
  database.prepare('INSERT INTO users VALUES (?, ?, ?, ?)').run(row);
  database.close();
  execFileSync('chmod', ['a+r', file]);
}

function configuration(): string {
  const basicAuth = (provider: string) =>
    `AuthType Basic\nAuthName x\nAuthBasicProvider ${provider}\nRequire valid-user`;
  return `ScriptAlias /ldap ${dir}/cgi/env.cgi
ScriptAlias /sql ${dir}/cgi/env.cgi
ScriptAlias /free ${dir}/cgi/env.cgi
DBDriver sqlite3
DBDParams ${dir}/users.db
<Directory ${dir}/cgi>
Require all granted
</Directory>
<Location /ldap>
${basicAuth('ldap')}
AuthLDAPURL "${slapd.url}/${slapd.base}?uid,mail,cn,displayName,mailAlternateAddress?sub?(objectClass=inetOrgPerson)"
AuthLDAPBindDN "${slapd.bind}"
AuthLDAPBindPassword "${slapd.password.replace(/"/g, '\\"')}"
</Location>
<Location /sql>
${basicAuth('dbd')}
AuthDBDUserPWQuery "SELECT password, mail, cn FROM users WHERE uid = %s"
</Location>
`;
}

/** Signs in, and asks identity-remote_user about the variables that the program got. */
async function signIn(path: string, headers: Record<string, string>): Promise<Identity | Refusal> {
  const response = await fetch(`${apache.url}${path}`, { headers });
  expect(response.status).toBe(200);
  const lines = (await response.text()).split('\0').filter((line) => line !== '');
  const env = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const settings = { ...readSettings(dir, {}), JMB_MODULE_GET_AUTH_IDENTITY: 'identity-remote_user' };
  return identityOf({ settings, directory: null }, { env });
}

/** What a browser may send to be taken for somebody else. */
const FORGED = {
  'Remote-User': 'bob',
  'Authenticate-Mail': 'bob.durand@example.org',
  Authenticate_Mail: 'bob.durand@example.org',
  'Authenticate-Uid': 'bob',
};

describe('mod_authnz_ldap', () => {
  it('gives account, every address and name of the directory', async () => {
    expect(await signIn('/ldap', { Authorization: basic('ALICE', 'alice'), ...FORGED })).toEqual({
      uid: 'alice',
      email: 'alice.martin@example.org',
      name: 'Alice Martin',
      addresses: ['alice.martin@example.org', 'amartin@example.org', 'alice@example.org'],
    });
    expect(await signIn('/ldap', { Authorization: basic('bob') })).toMatchObject({
      email: 'bob.durand@example.org',
      name: 'Bob « Bobby » Durand',
    });
  });

  it('gives no address where the directory has none, whatever the browser says', async () => {
    expect(await signIn('/ldap', { Authorization: basic('nomail'), ...FORGED })).toMatchObject({
      text: 'refused.no_address',
    });
  });
});

describe('mod_authn_dbd', () => {
  it('gives the columns after the password', async () => {
    expect(await signIn('/sql', { Authorization: basic('alice'), ...FORGED })).toEqual({
      uid: 'alice',
      email: 'alice.martin@example.org',
      name: 'Élodie « Alice » Martin',
      addresses: ['alice.martin@example.org'],
    });
  });
});

describe('an address that nobody guards', () => {
  it('knows nobody, whatever the browser says', async () => {
    expect(await signIn('/free', { Authorization: basic('alice'), ...FORGED })).toMatchObject({
      status: 403,
      text: 'refused.not_signed_in',
    });
  });
});
