/** Which of Apache's variables say name, address and account, module by module, and what a refusal says in the log. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Directory, Person } from '../../lib/people/directory.ts';
import { identityOf, nameOfAddress, wayOut } from '../../lib/people/identity.ts';
import { identityModules, type Variables } from '../../lib/people/identity_modules.ts';
import { readSettings } from '../../lib/settings.ts';

const modules = mkdtempSync(join(tmpdir(), 'jmb-names-'));
afterAll(() => rmSync(modules, { recursive: true }));

const read = (module: string, env: Variables) => identityModules[`identity-${module}`]?.(env);
const A = { REMOTE_USER: 'alice' };

describe('a name', () => {
  it.each([
    ['cas', { HTTP_CAS_DISPLAYNAME: 'D', HTTP_CAS_CN: 'C', HTTP_CAS_GIVENNAME: 'G', HTTP_CAS_SN: 'S' }, 'D'],
    ['cas', { HTTP_CAS_CN: 'C', HTTP_CAS_GIVENNAME: 'G', HTTP_CAS_SN: 'S' }, 'C'],
    ['cas', { HTTP_CAS_GIVENNAME: 'G', HTTP_CAS_SN: 'S' }, 'G S'],
    ['cas', { HTTP_CAS_GIVENNAME: 'G' }, undefined],
    ['cas', { HTTP_CAS_SN: 'S' }, undefined],
    ['cas', { HTTP_CAS_DISPLAYNAME: ' ', HTTP_CAS_CN: ' C\n\t D ' }, 'C D'],
    ['mellon', { MELLON_displayName: 'D', MELLON_cn: 'C' }, 'D'],
    ['mellon', { MELLON_cn_0: 'C', MELLON_cn_1: 'E', MELLON_givenName: 'G', MELLON_sn: 'S' }, 'C'],
    ['mellon', { MELLON_givenName: 'G', MELLON_sn_0: 'S' }, 'G S'],
    ['mellon', { MELLON_urn_oid_2_5_4_42: 'G', MELLON_urn_oid_2_5_4_4: 'S' }, 'G S'],
    ['mellon', { MELLON_urn_oid_2_5_4_3: 'C' }, 'C'],
    ['mellon', { MELLON_givenName: 'G' }, undefined],
    ['shibboleth', { displayName: 'D', cn: 'C' }, 'D'],
    ['shibboleth', { cn: 'C;E', givenName: 'G', sn: 'S' }, 'C'],
    ['shibboleth', { givenName: 'G;H', sn: 'S;T' }, 'G S'],
    ['oidc', { OIDC_CLAIM_name: 'N', OIDC_CLAIM_given_name: 'G', OIDC_CLAIM_family_name: 'F' }, 'N'],
    ['oidc', { OIDC_CLAIM_given_name: 'G', OIDC_CLAIM_family_name: 'F' }, 'G F'],
    ['remote_user', { AUTHENTICATE_DISPLAYNAME: 'D', AUTHENTICATE_CN: 'C' }, 'D'],
    ['remote_user', { AUTHENTICATE_displayName: 'D', AUTHENTICATE_CN: 'C' }, 'D'],
    ['remote_user', { AUTHENTICATE_CN: 'C', AUTHENTICATE_NAME: 'N' }, 'C'],
    ['remote_user', { AUTHENTICATE_name: 'N', AUTHENTICATE_GIVENNAME: 'G', AUTHENTICATE_SN: 'S' }, 'N'],
    ['remote_user', { AUTHENTICATE_GIVENNAME: 'G', AUTHENTICATE_sn: 'S' }, 'G S'],
  ])('by %s of %j is %j', (module, env, name) => {
    expect(read(module, { ...A, ...env })?.name).toBe(name);
  });
});

describe('addresses', () => {
  it.each([
    ['cas', { HTTP_CAS_EMAIL: 'b@x.org', HTTP_CAS_MAIL: 'a@x.org' }, ['a@x.org', 'b@x.org']],
    ['mellon', { MELLON_mail: 'a@x.org', MELLON_urn_oid_0_9_2342_19200300_100_1_3: 'b@x.org' }, ['a@x.org', 'b@x.org']],
    ['shibboleth', { mail: 'A@x.org' }, ['a@x.org']],
    ['oidc', { OIDC_CLAIM_email: 'a@x.org', OIDC_CLAIM_email_verified: ' TRUE ' }, ['a@x.org']],
    ['oidc', { OIDC_CLAIM_email: 'a@x.org', OIDC_CLAIM_email_verified: '' }, ['a@x.org']],
    ['oidc', { OIDC_CLAIM_email: 'a@x.org', OIDC_CLAIM_email_verified: 'untrue' }, []],
    ['oidc', {}, []],
    [
      'remote_user',
      { AUTHENTICATE_MAIL: 'a@x.org', AUTHENTICATE_email: 'b@x.org', AUTHENTICATE_mailAlternateAddress: 'c@x.org' },
      ['a@x.org', 'b@x.org', 'c@x.org'],
    ],
  ])('by %s of %j are %j', (module, env, addresses) => {
    expect(read(module, { ...A, ...env })?.addresses).toEqual(addresses);
  });
});

describe('an account', () => {
  it.each([
    ['mellon', { MELLON_uid_0: 'a', MELLON_uid_1: 'b', REMOTE_USER: 'c' }, 'a'],
    ['mellon', { REMOTE_USER: ' c ' }, 'c'],
    ['shibboleth', { uid: 'a;b', REMOTE_USER: 'c' }, 'a'],
    ['shibboleth', { uid: '', REMOTE_USER: 'c' }, 'c'],
    ['cas', { REMOTE_USER: 'Alice', HTTP_CAS_UID: 'ALICE' }, 'ALICE'],
    ['remote_user', { REMOTE_USER: 'Alice', AUTHENTICATE_uid: 'aLice' }, 'aLice'],
    ['remote_user', { REMOTE_USER: 'Alice', AUTHENTICATE_UID: 'bob' }, 'Alice'],
  ])('by %s of %j is %s', (module, env, uid) => {
    expect(read(module, env)?.uid).toBe(uid);
  });
});

describe('who is asking', () => {
  const person = (more: Partial<Person>): Person => ({
    ...{ uid: 'alice', email: 'a.martin@x.org', name: 'Alice of the Directory', aliases: ['b@x.org'], ...more },
  });
  function ask(env: Variables, known: Person | null | undefined, module = 'identity-remote_user') {
    const directory: Directory | null =
      known === undefined
        ? null
        : {
            personOf: async () => known,
            peopleOf: async () => new Map(),
            find: async () => [],
            matches: async () => false,
          };
    const settings = { ...readSettings(modules, {}), JMB_MODULE_GET_AUTH_IDENTITY: module, JMB_MODULES: modules };
    return identityOf({ settings, directory }, { env });
  }

  it('is called as Apache says, else as the directory does, else by the address', async () => {
    expect(await ask({ ...A, AUTHENTICATE_CN: 'Alice of Apache' }, person({}))).toMatchObject({
      name: 'Alice of Apache',
    });
    expect(await ask(A, person({}))).toMatchObject({ name: 'Alice of the Directory' });
    expect(await ask(A, person({ name: null }))).toMatchObject({
      name: 'A Martin',
      addresses: ['a.martin@x.org', 'b@x.org'],
    });
  });

  it('has each address once', async () => {
    expect(await ask(A, person({ aliases: ['b@x.org', 'a.martin@x.org'] }))).toMatchObject({
      addresses: ['a.martin@x.org', 'b@x.org'],
    });
  });

  it.each([
    [{}, undefined, 'identity-remote_user: nobody signed in'],
    [A, undefined, 'identity-remote_user: gives no address of alice, no directory is set'],
    [A, null, 'identity-remote_user: gives no address of alice, nor does the directory'],
  ])('is refused by %j with a word in the log', async (env, known, log) => {
    expect(await ask(env, known)).toMatchObject({ status: 403, log });
  });

  const says = (result: string) =>
    writeFileSync(join(modules, 'says.mjs'), `export const identity = () => (${result}); // ${Math.random()}`);

  it.each([
    ['undefined', { text: 'refused.not_signed_in' }],
    ['null', { text: 'refused.not_signed_in' }],
    ['{ uid: "a" }', { text: 'refused.no_address' }],
    ['{ uid: "a", email: null }', { text: 'refused.no_address' }],
    ['{ uid: "a", email: "a@x.org", name: "Dan" }', { uid: 'a', name: 'Dan', addresses: ['a@x.org'] }],
    ['{ uid: "a", email: "a@x.org", name: 7 }', { uid: 'a', name: 'A' }],
    ['{ uid: "a", email: "c@x.org", addresses: ["a@x.org", "b@x.org"] }', { addresses: ['a@x.org', 'b@x.org'] }],
  ])('may be %s by a module of the administrator', async (result, expected) => {
    says(result);
    expect(await ask({}, undefined, 'says')).toMatchObject(expected);
  });

  it.each([
    '{ uid: "", email: "a@x.org" }',
    '{ email: "a@x.org" }',
    '{ uid: "a", addresses: [1, "a@x.org"] }',
    '{ uid: "a", email: 7 }',
  ])('is not %s', async (result) => {
    says(result);
    await expect(ask({}, undefined, 'says')).rejects.toMatchObject({
      detail: 'says: gives neither null nor {uid, email, name}',
    });
  });
});

it.each([
  ['a__b..c@x.org', 'A B C'],
  ['o_neil+visio+x@x.org', 'O Neil'],
  ['nobody', 'Nobody'],
  ['+x@x.org', '+x'],
])('%s is called %s', (address, name) => {
  expect(nameOfAddress(address)).toBe(name);
});

it('the way out is Apache’s word', () => {
  expect(wayOut({ env: { JMB_LOGOUT: '/bye?to=' } })).toBe('/bye?to=');
  for (const env of [{}, { JMB_LOGOUT: '' }, { HTTP_JMB_LOGOUT: '/evil' }]) expect(wayOut({ env })).toBeUndefined();
});
