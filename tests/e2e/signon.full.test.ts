/** Sign-in by CAS, SAML (mod_auth_mellon, mod_shib) and OpenID Connect against a real provider, through the shipped files, to a token. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyPair, samlMetadata } from '../../lib/install/plan_web.ts';
import { FORGED, type Guarded, type GuardOptions, ownFile, startGuarded, userOf } from '../support/guarded.ts';
import { freePort } from '../support/port.ts';
import { type Provider, startProvider } from '../support/provider.ts';
import { stranger, visitor } from '../support/visitor.ts';
import { asWebUser, giveToWebUser } from '../support/web_user.ts';

let provider: Provider;
const ports = { mellon: 0, 'mellon-oid': 0, shib: 0, oidc: 0 };
const pair = keyPair('sp.localhost');
const site = (name: keyof typeof ports) => `http://sp.localhost:${ports[name]}`;

beforeAll(async () => {
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort();
  const shib = samlMetadata(site('shib'), pair.cert)
    .replace('/mellon/metadata', '/shibboleth')
    .replace('/mellon/postResponse', '/Shibboleth.sso/SAML2/POST')
    .replace('AuthnRequestsSigned="true"', 'AuthnRequestsSigned="false"');
  provider = await startProvider({
    saml: {
      mellon: samlMetadata(site('mellon'), pair.cert),
      'mellon-oid': samlMetadata(site('mellon-oid'), pair.cert),
      shib,
    },
    byOid: ['mellon-oid'],
    redirect: `${site('oidc')}/jmb-oidc/callback`,
  });
});

afterAll(() => provider?.stop());

async function signsIn(options: GuardOptions, after: (jmb: Guarded) => void = () => {}): Promise<void> {
  const jmb = await startGuarded(options);
  after(jmb);
  try {
    // Before anybody signs in, a browser's word for who it is opens nothing.
    for (const path of ['/booking.cgi', '/cgi-bin/booking.cgi?new', '/token.cgi?room=eve', '/token.cgi?room=dwho']) {
      const first = await stranger(jmb.url + path, FORGED);
      expect([302, 303, 401], `${first.status} ${first.location}`).toContain(first.status);
      expect(first.location).not.toContain('jwt=');
    }
    for (const path of ['/token.cgi?room=dwho', '/cgi-bin/token.cgi?room=dwho']) {
      for (const headers of [{}, FORGED]) {
        const arrival = await visitor(headers)(jmb.url + path, 'dwho');
        expect(
          arrival.location,
          `${arrival.status} ${arrival.url}\n${arrival.body.slice(0, 300)}\n${jmb.log()}`,
        ).toContain('jwt=');
        expect(userOf(arrival.location)).toMatchObject({ id: 'dwho', name: 'Doctor Who', email: 'dwho@badwolf.org' });
      }
    }
    // A query without a `=`, which gets one on its way (apache/jitsi-jmb.conf).
    const browser = visitor();
    const list = await browser(`${jmb.url}/booking.cgi?list`, 'dwho');
    expect(list.status, list.url).toBe(200);
    expect(list.body).toContain('Doctor Who');
    // Signed in it stays so, until it signs out: here and at the provider.
    expect((await browser(`${jmb.url}/booking.cgi?list`, null)).body).toContain('Doctor Who');
    expect(list.body).toContain('href="booking.cgi?logout"');
    const out = await browser(`${jmb.url}/booking.cgi?logout`, null);
    const again = await browser(`${jmb.url}/booking.cgi?list`, null);
    expect(again.body, `${out.status} ${out.url}\n${out.body.slice(0, 2000)}`).toMatch(/name="password"/);
    expect(again.url.startsWith(provider.url), again.url).toBe(true);
    const unknown = await visitor(FORGED)(`${jmb.url}/join.cgi?id=nobodyknowsthis1`, 'dwho');
    expect(unknown.status).toBe(404);
  } finally {
    await jmb.stop();
  }
}

describe('signing in', () => {
  it('by CAS', () =>
    signsIn({
      auth: 'cas',
      identity: 'identity-cas',
      modules: ['auth_cas'],
      conf: (folder) => {
        mkdirSync(join(folder, 'cookies'));
        giveToWebUser(join(folder, 'cookies'));
        return `Define JMB_CAS_URL "${provider.url}/cas"\nDefine JMB_CAS_COOKIES "${folder}/cookies/"`;
      },
    }));

  it.each(['mellon', 'mellon-oid'] as const)('by SAML with mod_auth_mellon: %s', (name) =>
    signsIn({
      auth: 'mellon',
      identity: 'identity-mellon',
      modules: ['auth_mellon'],
      port: ports[name],
      conf: (folder, url) => {
        ownFile(folder, 'sp.key', pair.key);
        ownFile(folder, 'sp.cert', pair.cert);
        ownFile(folder, 'sp.xml', samlMetadata(url, pair.cert));
        ownFile(folder, 'idp.xml', provider.metadata);
        return `Define JMB_SAML "${folder}"\nDefine JMB_SECURE_COOKIE Off`;
      },
    }),
  );

  it('by OpenID Connect', () =>
    signsIn({
      auth: 'oidc',
      identity: 'identity-oidc',
      modules: ['auth_openidc'],
      port: ports.oidc,
      conf: (folder) => `Define JMB_OIDC_ISSUER "${provider.url}"
Define JMB_OIDC_CLIENT jmb
Define JMB_OIDC_SECRET "${ownFile(folder, 'oidc.conf', 'OIDCClientSecret jmbsecret\nOIDCCryptoPassphrase only-for-tests\n')}"`,
    }));

  it('by SAML with mod_shib', async () => {
    let daemon: ChildProcess | undefined;
    const modules = ['shib'];
    try {
      await signsIn({
        auth: 'shib',
        identity: 'identity-shibboleth',
        modules: [],
        port: ports.shib,
        conf: (folder, url) => {
          daemon = shibd(folder, url);
          return `LoadModule mod_${modules[0]} /usr/lib/apache2/modules/mod_shib.so\nShibConfig ${folder}/shibboleth2.xml`;
        },
      });
    } finally {
      daemon?.kill('SIGTERM');
    }
  });
});

/** Shibboleth's daemon with a configuration of its own. */
function shibd(folder: string, url: string): ChildProcess {
  const logs = readFileSync('/etc/shibboleth/shibd.logger', 'utf8').replaceAll('/var/log/shibboleth', folder);
  const logger = ownFile(folder, 'shibd.logger', logs);
  const key = ownFile(folder, 'sp.key', pair.key);
  const cert = ownFile(folder, 'sp.cert', pair.cert);
  const idp = ownFile(folder, 'idp.xml', provider.metadata);
  const basic = 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic';
  const attributes = ['uid', 'mail', 'cn'].map(
    (name) => `<Attribute name="${name}" nameFormat="${basic}" id="${name}"/>`,
  );
  const map = ownFile(
    folder,
    'map.xml',
    `<Attributes xmlns="urn:mace:shibboleth:2.0:attribute-map">${attributes.join('')}</Attributes>`,
  );
  const conf = ownFile(
    folder,
    'shibboleth2.xml',
    `<SPConfig xmlns="urn:mace:shibboleth:3.0:native:sp:config" clockSkew="180">
  <OutOfProcess logger="${logger}" tranLogFormat="%u"/><UnixListener address="${folder}/shibd.sock"/>
  <StorageService type="Memory" id="mem" cleanupInterval="900"/>
  <SessionCache type="StorageService" StorageService="mem" cacheTimeout="3600" inprocTimeout="900"/><ReplayCache StorageService="mem"/>
  <ApplicationDefaults entityID="${url}/shibboleth" REMOTE_USER="uid" signing="false" encryption="false">
    <Sessions lifetime="28800" timeout="3600" relayState="ss:mem" checkAddress="false" handlerSSL="false" cookieProps="http" handlerURL="/Shibboleth.sso">
      <SSO entityID="${provider.url}/saml/metadata">SAML2</SSO><Logout>SAML2 Local</Logout></Sessions>
    <Errors supportContact="root@localhost"/><MetadataProvider type="XML" validate="false" path="${idp}"/>
    <AttributeExtractor type="XML" validate="false" path="${map}"/>
    <CredentialResolver type="File" key="${key}" certificate="${cert}"/>
  </ApplicationDefaults>
  <SecurityPolicyProvider type="XML" validate="false" path="/etc/shibboleth/security-policy.xml"/>
  <ProtocolProvider type="XML" validate="false" path="/etc/shibboleth/protocols.xml"/>
</SPConfig>`,
  );
  rmSync(join(folder, 'shibd.sock'), { force: true });
  const [program = '', ...words] = asWebUser(
    [folder],
    ['/usr/sbin/shibd', '-F', '-f', '-c', conf, '-p', join(folder, 'shibd.pid')],
  );
  return spawn(program, words, { stdio: 'ignore' });
}
