/** Sign-in by a directory and by a database, through the shipped files, to a token. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { basic } from '../support/accounts.ts';
import { FORGED, type Guarded, ownFile, startGuarded, userOf } from '../support/guarded.ts';
import { startSlapd } from '../support/slapd.ts';
import { visitor } from '../support/visitor.ts';
import { giveToWebUser } from '../support/web_user.ts';

const ends: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

async function holds(jmb: Guarded, name: string): Promise<void> {
  const as = (headers: Record<string, string>) => visitor(headers)(`${jmb.url}/token.cgi?room=alice`, 'alice');
  const entered = await as({ authorization: basic('alice'), ...FORGED });
  expect(`${entered.status} ${jmb.log()}`).toMatch(/^302/);
  expect(userOf(entered.location)).toMatchObject({ id: 'alice', name, email: 'alice.martin@example.org' });
  expect((await as({ authorization: basic('alice', 'wrong') })).status).toBe(401);
  for (const path of [
    '/token.cgi?room=alice',
    '/cgi-bin/token.cgi?room=alice',
    '/booking.cgi',
    '/cgi-bin/booking.cgi',
  ]) {
    expect((await visitor(FORGED)(jmb.url + path, 'alice')).status).toBe(401);
  }
  expect((await visitor(FORGED)(`${jmb.url}/join.cgi?id=nobodyknowsthis1`, 'alice')).status).toBe(404);
  await countsFailures(jmb);
}

/** fail2ban's filter finds each failure once, with the address of who failed, whatever is typed for a name. */
async function countsFailures(jmb: Guarded): Promise<void> {
  const forged = 'x\n[Thu Nov 26 06:00:00.000000 2026] [auth_basic:error] [pid 1] [client 6.6.6.6:1] AH01617: user y';
  const tries = [
    ['alice', 'wrong'],
    ['nobody', 'x'],
    ['a b', 'x'],
    [forged, 'x'],
    [forged.slice(2), 'x'],
  ] as const;
  const before = failuresIn(jmb.log()).length;
  for (const [name, password] of tries) {
    const headers = { authorization: basic(name, password) };
    expect((await visitor(headers)(`${jmb.url}/booking.cgi?list`, 'alice')).status).toBe(401);
  }
  await visitor({ authorization: basic('alice') })(`${jmb.url}/booking.cgi?list`, 'alice');
  await visitor()(`${jmb.url}/booking.cgi?list`, 'alice');
  // A browser forgets a password when it is closed, and not before.
  const list = await visitor({ authorization: basic('alice') })(`${jmb.url}/booking.cgi?list`, 'alice');
  expect(list.body).not.toContain('logout');
  expect(failuresIn(jmb.log()).slice(before), jmb.log()).toEqual(tries.map(() => '127.0.0.1'));
}

/** The addresses that the shipped filter finds in a log, as fail2ban looks for them: each line without its time. */
function failuresIn(log: string): string[] {
  const filter = readFileSync(new URL('../../apache/fail2ban.conf', import.meta.url), 'utf8');
  const pattern = /^failregex = (.*)$/m.exec(filter)?.[1] ?? '';
  const regex = new RegExp(pattern.replace('<HOST>', String.raw`(?<host>[\d.]+)`));
  return log.split('\n').flatMap((line) => regex.exec(line.replace(/^\[[^\]]*\]/, '[]'))?.groups?.['host'] ?? []);
}

describe('signing in', () => {
  it('by a directory', async () => {
    const slapd = await startSlapd();
    ends.push(() => slapd.stop());
    const jmb = await startGuarded({
      auth: 'ldap',
      identity: 'identity-remote_user',
      modules: ['ldap', 'authnz_ldap'],
      conf: (folder) => {
        const bind = `AuthLDAPBindDN "${slapd.bind}"\nAuthLDAPBindPassword "${slapd.password.replace(/"/g, '\\"')}"\n`;
        return `Define JMB_LDAP_URL "${slapd.url}"
Define JMB_LDAP_BASE "${slapd.base}"
Define JMB_LDAP_BIND "${ownFile(folder, 'ldap.conf', bind)}"`;
      },
    });
    ends.push(() => jmb.stop());
    await holds(jmb, 'Alice Martin');
  });

  it('by a database', async () => {
    const jmb = await startGuarded({
      auth: 'sql',
      identity: 'identity-remote_user',
      modules: ['dbd', 'authn_dbd'],
      conf: (folder) => {
        const file = join(folder, 'users.db');
        const db = new Database(file);
        db.exec('CREATE TABLE users (uid TEXT PRIMARY KEY, password TEXT, mail TEXT, cn TEXT)');
        const password = `{SHA}${createHash('sha1').update('alice').digest('base64')}`;
        db.prepare('INSERT INTO users VALUES (?, ?, ?, ?)').run(
          'alice',
          password,
          'alice.martin@example.org',
          'Alice Élodie',
        );
        db.close();
        giveToWebUser(file);
        return `Define JMB_SQL "${ownFile(folder, 'sql.conf', `DBDriver sqlite3\nDBDParams "${file}"\n`)}"`;
      },
    });
    ends.push(() => jmb.stop());
    await holds(jmb, 'Alice Élodie');
  });
});
