/** The people of the demo and of the tests: HTTP Basic accounts, password = name. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An account of the demo and of the tests. */
export interface Account {
  readonly uid: string;
  readonly email: string;
  readonly name: string;
  /** Whether this person may book. */
  readonly editor: boolean;
}

/** Alice and bob may book, carol may not. */
export const ACCOUNTS: readonly Account[] = [
  { uid: 'alice', email: 'alice.martin@example.org', name: 'Alice Martin', editor: true },
  { uid: 'bob', email: 'bob.durand@example.org', name: 'Bob Durand', editor: true },
  { uid: 'carol', email: 'carol.petit@example.org', name: 'Carol Petit', editor: false },
];

/** The value of an Authorization header (RFC 7617) for an account. */
export function basic(uid: string, password = uid): string {
  return `Basic ${Buffer.from(`${uid}:${password}`).toString('base64')}`;
}

/** Writes what Apache asks people for, as an administrator would, and gives the file for JMB_AUTH. */
export function writeBasicAuth(folder: string, accounts: readonly Account[]): string {
  const passwords = join(folder, 'passwords');
  writeFileSync(passwords, accounts.map(({ uid }) => `${uid}:{SHA}${sha1(uid)}\n`).join(''));
  const conf = join(folder, 'auth-basic.conf');
  writeFileSync(
    conf,
    `<LocationMatch "\${JMB_GUARDED}">
    AuthType Basic
    AuthName "JMB"
    AuthBasicProvider file
    AuthUserFile "${passwords}"
</LocationMatch>
`,
  );
  return conf;
}

/** The digest of a {SHA} line: the one kind of password line that needs no tool of Apache's. */
function sha1(password: string): string {
  return createHash('sha1').update(password).digest('base64');
}

/** Modules as an administrator would drop them into modules/: the accounts' addresses and names, and who may book. */
export function identityModule(accounts: readonly Account[]): Record<string, string> {
  const table = JSON.stringify(Object.fromEntries(accounts.map((account) => [account.uid, account])));
  return {
    'identity-accounts.mjs': `const people = ${table};
export const identity = (env) => people[env.REMOTE_USER] ?? null;
`,
    'editor-accounts.mjs': `const people = ${table};
export const editor = (identity) => people[identity.uid]?.editor === true;
`,
  };
}
