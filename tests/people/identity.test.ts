import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Directory, Person } from '../../lib/people/directory.ts';
import { identityOf, nameOfAddress } from '../../lib/people/identity.ts';
import type { Variables } from '../../lib/people/identity_modules.ts';
import { Unavailable } from '../../lib/refusal.ts';
import { readSettings } from '../../lib/settings.ts';

const modules = mkdtempSync(join(tmpdir(), 'jmb-modules-'));
afterAll(() => rmSync(modules, { recursive: true }));

const ALICE: Person = {
  uid: 'alice',
  email: 'alice.martin@example.org',
  name: 'Alice Martin',
  aliases: ['amartin@example.org'],
};

/** A directory that knows alice, and counts how often it is asked. */
function directoryOf(person: Person | null = ALICE): Directory & { asked: number } {
  return {
    asked: 0,
    async personOf(uid) {
      this.asked += 1;
      return person !== null && uid.toLowerCase() === person.uid ? person : null;
    },
    peopleOf: async () => new Map(),
    find: async () => [],
    matches: async () => false,
  };
}

function ask(module: string, env: Variables, directory: Directory | null = null) {
  const settings = { ...readSettings(modules, {}), JMB_MODULE_GET_AUTH_IDENTITY: module, JMB_MODULES: modules };
  return identityOf({ settings, directory }, { env });
}

describe('identity-cas', () => {
  const alice = {
    REMOTE_USER: 'alice',
    HTTP_CAS_UID: 'alice',
    HTTP_CAS_MAIL: 'Alice.Martin@example.org',
    HTTP_CAS_CN: 'Alice Martin',
  };

  it('reads the account, the address and the name', async () => {
    expect(await ask('identity-cas', alice)).toEqual({
      uid: 'alice',
      email: 'alice.martin@example.org',
      name: 'Alice Martin',
      addresses: ['alice.martin@example.org'],
    });
  });

  it('does not believe headers where nobody signed in, nor another account than the one that did', async () => {
    const { REMOTE_USER: _, ...forged } = alice;
    expect(await ask('identity-cas', forged)).toMatchObject({
      refused: true,
      status: 403,
      text: 'refused.not_signed_in',
    });
    expect(await ask('identity-cas', { ...alice, HTTP_CAS_UID: 'bob' })).toMatchObject({ uid: 'alice' });
  });

  it('spells the account as the server does', async () => {
    expect(await ask('identity-cas', { ...alice, REMOTE_USER: 'ALICE' })).toMatchObject({ uid: 'alice' });
  });

  it('takes every address, and a name of two parts', async () => {
    const env = {
      REMOTE_USER: 'alice',
      HTTP_CAS_MAIL: 'a@example.org,b@example.org',
      HTTP_CAS_GIVENNAME: 'A',
      HTTP_CAS_SN: 'M',
    };
    expect(await ask('identity-cas', env)).toMatchObject({
      name: 'A M',
      addresses: ['a@example.org', 'b@example.org'],
    });
  });
});

describe('identity-mellon', () => {
  it('reads one value, or several that are numbered', async () => {
    const one = {
      REMOTE_USER: '_transient',
      MELLON_uid: 'alice',
      MELLON_mail: 'alice.martin@example.org',
      MELLON_cn: 'Alice',
    };
    expect(await ask('identity-mellon', one)).toMatchObject({
      uid: 'alice',
      email: 'alice.martin@example.org',
      name: 'Alice',
    });
    const several = { MELLON_uid: 'alice', MELLON_mail_0: 'a@example.org', MELLON_mail_1: 'B@example.org' };
    expect(await ask('identity-mellon', { ...several, MELLON_mail: 'a@example.org' })).toMatchObject({
      addresses: ['a@example.org', 'b@example.org'],
    });
  });

  it('reads the names of federations, as Apache passes them', async () => {
    const env = {
      MELLON_urn_oid_0_9_2342_19200300_100_1_1: 'alice',
      MELLON_urn_oid_0_9_2342_19200300_100_1_3: 'alice.martin@example.org',
      MELLON_urn_oid_2_16_840_1_113730_3_1_241: 'Alice Martin',
    };
    expect(await ask('identity-mellon', env)).toMatchObject({ uid: 'alice', name: 'Alice Martin' });
  });

  it('does not read what a browser sends', async () => {
    const env = { HTTP_MELLON_UID: 'alice', HTTP_MELLON_MAIL: 'alice.martin@example.org', HTTP_REMOTE_USER: 'alice' };
    expect(await ask('identity-mellon', env)).toMatchObject({ refused: true });
  });
});

describe('identity-shibboleth', () => {
  it('reads attributes, and splits joined values', async () => {
    const env = {
      REMOTE_USER: 'alice@example.org',
      uid: 'alice',
      mail: 'alice.martin@example.org;amartin@example.org',
      displayName: 'Alice\\; la seule;Alice Martin',
    };
    expect(await ask('identity-shibboleth', env)).toEqual({
      uid: 'alice',
      email: 'alice.martin@example.org',
      name: 'Alice; la seule',
      addresses: ['alice.martin@example.org', 'amartin@example.org'],
    });
  });

  it('takes REMOTE_USER without uid, and no header', async () => {
    const env = { REMOTE_USER: 'alice', mail: 'a@example.org', HTTP_UID: 'bob', HTTP_DISPLAYNAME: 'Bob' };
    expect(await ask('identity-shibboleth', env)).toMatchObject({ uid: 'alice', name: 'A' });
  });
});

describe('identity-oidc', () => {
  const env = { REMOTE_USER: 'alice', OIDC_CLAIM_email: 'alice.martin@example.org', OIDC_CLAIM_name: 'Alice Martin' };

  it('reads the claims', async () => {
    expect(await ask('identity-oidc', env)).toMatchObject({
      uid: 'alice',
      email: 'alice.martin@example.org',
      name: 'Alice Martin',
    });
    expect(await ask('identity-oidc', { ...env, OIDC_CLAIM_email_verified: '1' })).toMatchObject({ uid: 'alice' });
  });

  it.each(['0', 'false', ' False ', 'no', 'null'])(
    'does not take an address that the provider holds for unproven (%s)',
    async (verified) => {
      expect(await ask('identity-oidc', { ...env, OIDC_CLAIM_email_verified: verified })).toMatchObject({
        text: 'refused.no_address',
      });
    },
  );

  it.each([
    'mallory@evil.test alice.martin@example.org',
    'mallory@evil.test,alice.martin@example.org',
    'mallory@evil.test;alice.martin@example.org',
    'mallory@evil.test\nalice.martin@example.org',
    '"mallory@evil.test", <alice.martin@example.org>',
    'mallory@evil.test <alice.martin@example.org>',
    'mallory alice.martin@example.org',
  ])('takes one address, never a list: %j', async (email) => {
    expect(await ask('identity-oidc', { ...env, OIDC_CLAIM_email: email })).toMatchObject({
      text: 'refused.no_address',
    });
  });

  it('does not read headers', async () => {
    expect(
      await ask('identity-oidc', { HTTP_OIDC_CLAIM_EMAIL: 'a@example.org', HTTP_OIDC_CLAIM_SUB: 'x' }),
    ).toMatchObject({
      refused: true,
    });
  });
});

describe('identity-remote_user', () => {
  it('reads what LDAP and SQL modules hand over, in either case', async () => {
    const ldap = {
      REMOTE_USER: 'alice',
      AUTHENTICATE_MAIL: 'alice.martin@example.org',
      AUTHENTICATE_CN: 'Alice Martin',
    };
    expect(await ask('identity-remote_user', ldap)).toMatchObject({
      email: 'alice.martin@example.org',
      name: 'Alice Martin',
    });
    const sql = { REMOTE_USER: 'alice', AUTHENTICATE_mail: 'a@example.org; b@example.org', AUTHENTICATE_cn: 'A; B' };
    expect(await ask('identity-remote_user', sql)).toMatchObject({
      addresses: ['a@example.org', 'b@example.org'],
      name: 'A',
    });
  });

  it('spells the account as the directory does, and takes the other addresses that it hands over', async () => {
    const env = {
      REMOTE_USER: 'ALICE',
      AUTHENTICATE_UID: 'alice',
      AUTHENTICATE_MAIL: 'Alice.Martin@example.org',
      AUTHENTICATE_DISPLAYNAME: '',
      AUTHENTICATE_MAILALTERNATEADDRESS: 'amartin@example.org; Alice@Example.org',
    };
    expect(await ask('identity-remote_user', env)).toEqual({
      uid: 'alice',
      email: 'alice.martin@example.org',
      name: 'Alice Martin',
      addresses: ['alice.martin@example.org', 'amartin@example.org', 'alice@example.org'],
    });
  });

  it('asks the directory when Apache hands over no address', async () => {
    expect(await ask('identity-remote_user', { REMOTE_USER: 'ALICE' }, directoryOf())).toEqual({
      uid: 'alice',
      email: 'alice.martin@example.org',
      name: 'Alice Martin',
      addresses: ['alice.martin@example.org', 'amartin@example.org'],
    });
  });

  it('does not ask it otherwise, so that a page works without it', async () => {
    const directory = directoryOf();
    await ask('identity-remote_user', { REMOTE_USER: 'alice', AUTHENTICATE_MAIL: 'a@example.org' }, directory);
    expect(directory.asked).toBe(0);
  });

  it('lets the directory’s silence through', async () => {
    const down: Directory = { ...directoryOf(), personOf: () => Promise.reject(new Unavailable('directory', 'down')) };
    await expect(ask('identity-remote_user', { REMOTE_USER: 'alice' }, down)).rejects.toBeInstanceOf(Unavailable);
  });

  it.each([
    ['no directory', null],
    ['a directory that does not know the account', directoryOf(null)],
    ['a directory that knows no address', directoryOf({ ...ALICE, email: null })],
  ])('refuses without an address: %s', async (_, directory) => {
    expect(await ask('identity-remote_user', { REMOTE_USER: 'alice' }, directory)).toMatchObject({
      status: 403,
      text: 'refused.no_address',
      log: expect.stringContaining('alice'),
    });
  });

  it.each([undefined, '', ' '])('refuses nobody (%j)', async (user) => {
    const env = { REMOTE_USER: user, HTTP_REMOTE_USER: 'alice', HTTP_AUTHENTICATE_MAIL: 'a@example.org' };
    expect(await ask('identity-remote_user', env, directoryOf())).toMatchObject({
      status: 403,
      text: 'refused.not_signed_in',
    });
  });

  it('shows no name with holes or line breaks, and no address that is none', async () => {
    const env = {
      REMOTE_USER: 'x',
      AUTHENTICATE_MAIL: 'nonsense;a.b@example.org;@x.y',
      AUTHENTICATE_CN: 'El\uFFFDdie',
    };
    expect(await ask('identity-remote_user', env)).toMatchObject({ name: 'A B', addresses: ['a.b@example.org'] });
    expect(await ask('identity-remote_user', { ...env, AUTHENTICATE_CN: 'A\r\n  B' })).toMatchObject({ name: 'A B' });
  });
});

/** Seen in real Apaches (Debian 12), signed in at LemonLDAP::NG with CAS, SAML and OpenID Connect, while the browser sent FORGED. */
describe('what real modules handed over, forged headers beside it', () => {
  const FORGED = {
    HTTP_CAS_EXTRA: 'e',
    HTTP_MAIL: 'evil@x.org',
    HTTP_MELLON_MAIL: 'evil@x.org',
    HTTP_OIDC_CLAIM_EMAIL: 'evil@x.org',
    HTTP_REMOTE_USER: 'evil',
    HTTP_UID: 'evil',
  };
  const WHO = 'Doctor Who';
  const MAIL = 'dwho@badwolf.org';
  const seen: Record<string, Variables> = {
    'identity-cas': {
      REMOTE_USER: 'dwho',
      HTTP_CAS_CN: WHO,
      HTTP_CAS_GIVENNAME: WHO,
      HTTP_CAS_MAIL: MAIL,
      HTTP_CAS_SN: WHO,
      HTTP_CAS_UID: 'dwho',
    },
    'identity-mellon': {
      AUTH_TYPE: 'Mellon',
      HTTP_CAS_MAIL: 'x@evil.org',
      HTTP_CAS_UID: 'evil',
      MELLON_NAME_ID: '_A090A550A56DFC61832E12AF3D851591',
      MELLON_NAME_ID_0: '_A090A550A56DFC61832E12AF3D851591',
      MELLON_cn: WHO,
      MELLON_cn_0: WHO,
      MELLON_mail: MAIL,
      MELLON_mail_0: MAIL,
      MELLON_uid: 'dwho',
      MELLON_uid_0: 'dwho',
      REMOTE_USER: 'dwho',
    },
    'identity-shibboleth': {
      AUTH_TYPE: 'shibboleth',
      HTTP_CAS_MAIL: 'x@evil.org',
      HTTP_CAS_UID: 'evil',
      REMOTE_USER: 'dwho',
      cn: WHO,
      givenName: WHO,
      mail: MAIL,
      sn: WHO,
      uid: 'dwho',
    },
    'identity-oidc': {
      AUTH_TYPE: 'openid-connect',
      HTTP_CAS_MAIL: 'x@evil.org',
      HTTP_CAS_UID: 'evil',
      OIDC_CLAIM_email: MAIL,
      OIDC_CLAIM_family_name: WHO,
      OIDC_CLAIM_given_name: WHO,
      OIDC_CLAIM_name: WHO,
      OIDC_CLAIM_preferred_username: 'dwho',
      OIDC_CLAIM_sub: 'dwho',
      REMOTE_USER: 'dwho',
    },
  };
  it.each(Object.entries(seen))('%s', async (module, env) => {
    expect(await ask(module, { ...FORGED, ...env })).toEqual({
      uid: 'dwho',
      email: MAIL,
      name: WHO,
      addresses: [MAIL],
    });
  });
});

describe('a module of the administrator', () => {
  it('is asked with Apache’s variables', async () => {
    writeFileSync(
      join(modules, 'my_own-1.mjs'),
      'export const identity = async (env) => env.WHO ? { uid: env.WHO, email: env.WHO + "@Example.org", name: "" } : null;',
    );
    expect(await ask('my_own-1', { WHO: 'dan.ash' })).toMatchObject({
      uid: 'dan.ash',
      email: 'dan.ash@example.org',
      name: 'Dan Ash',
    });
    expect(await ask('my_own-1', {})).toMatchObject({ text: 'refused.not_signed_in' });
  });

  it.each(['({})', '({ uid: 3 })', '({ uid: "a", addresses: [1] })', '"alice"'])(
    'cannot give back %s',
    async (result) => {
      writeFileSync(join(modules, 'odd.mjs'), `export const identity = () => ${result};`);
      await expect(ask('odd', {})).rejects.toMatchObject({ what: 'module', detail: expect.stringContaining('odd: ') });
      rmSync(join(modules, 'odd.mjs'));
    },
  );
});

describe('a name made of an address', () => {
  it.each([
    ['alice.martin@example.org', 'Alice Martin'],
    ['jean-pierre.dupont@example.org', 'Jean-Pierre Dupont'],
    ['bob@example.org', 'Bob'],
    ['o_neil+visio@example.org', 'O Neil'],
    ['élodie.d@example.org', 'Élodie D'],
    ['...@example.org', '...'],
  ])('%s is %s', (address, name) => {
    expect(nameOfAddress(address)).toBe(name);
  });
});
