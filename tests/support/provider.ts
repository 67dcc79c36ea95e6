/** A real identity provider on loopback: Debian's LemonLDAP::NG with its demo accounts (dwho, rtyler, msmith; password = name), for CAS, SAML and OpenID Connect. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyPair } from '../../lib/install/plan_web.ts';
import { startApache } from './apache.ts';
import { freePort } from './port.ts';
import { giveToWebUser } from './web_user.ts';

/** A running provider. */
export interface Provider {
  readonly url: string;
  /** Its SAML metadata. */
  readonly metadata: string;
  stop(): Promise<void>;
}

/** Who may ask it: the metadata of SAML services, and where OpenID Connect may send people back. */
export interface Clients {
  readonly saml: Readonly<Record<string, string>>;
  /** Those of them that get attributes by the names that federations use (`urn:oid:…`). */
  readonly byOid: readonly string[];
  readonly redirect: string;
}

const PORTAL = '/usr/share/lemonldap-ng/portal/htdocs/';
const BASIC = 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic';
const FOLDERS = 'sessions sessions/lock psessions psessions/lock cache notifications conf fcgi'.split(' ');
/** The names of the same attributes in federations. */
const OIDS: Readonly<Record<string, string>> = {
  uid: 'urn:oid:0.9.2342.19200300.100.1.1',
  mail: 'urn:oid:0.9.2342.19200300.100.1.3',
  cn: 'urn:oid:2.5.4.3',
};
const URI = 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri';
/** The demo accounts have these only. */
const ATTRIBUTES: Readonly<Record<string, string>> = { uid: 'uid', mail: 'mail', cn: 'cn' };

/** Starts it. The client of OpenID Connect is `jmb` with the secret `jmbsecret`. */
export async function startProvider(clients: Clients): Promise<Provider> {
  const root = mkdtempSync(join(tmpdir(), 'jmb-idp-'));
  chmodSync(root, 0o755);
  for (const name of FOLDERS) {
    mkdirSync(join(root, name));
    giveToWebUser(join(root, name));
  }
  const port = await freePort();
  const url = `http://auth.localhost:${port}`;
  writeFileSync(join(root, 'conf/lmConf-1.json'), JSON.stringify(configuration(root, url, clients)));
  giveToWebUser(join(root, 'conf/lmConf-1.json'));
  const ini = readFileSync('/etc/lemonldap-ng/lemonldap-ng.ini', 'utf8').replaceAll(
    '/var/lib/lemonldap-ng/',
    `${root}/`,
  );
  writeFileSync(join(root, 'lemonldap-ng.ini'), ini);
  giveToWebUser(join(root, 'lemonldap-ng.ini'));
  const apache = await startApache({
    port,
    way: 'fcgid',
    logs: join(root, 'log'),
    modules: ['rewrite', 'dir'],
    needs: [root],
    env: { PATH: '/usr/bin:/bin' },
    conf: `FcgidInitialEnv LLNG_DEFAULTCONFFILE ${root}/lemonldap-ng.ini
DocumentRoot ${PORTAL}
<Directory ${PORTAL}>
    Options +ExecCGI +FollowSymLinks
    Require all granted
</Directory>
<Directory /usr/share>
    Options +FollowSymLinks
    Require all granted
</Directory>
RewriteEngine On
RewriteCond "%{REQUEST_URI}" "!^/(?:(?:static|javascript|favicon).*|.*\\.fcgi(?:/.*)?)$"
RewriteRule "^/(.*)$" "/index.fcgi/$1" [PT]
<Files *.fcgi>
    SetHandler fcgid-script
    CGIPassAuth On
</Files>
`,
  });
  const stop = async () => {
    await apache.stop();
    rmSync(root, { recursive: true, force: true });
  };
  const metadata = await text(port, '/saml/metadata');
  if (!metadata.includes('EntityDescriptor')) {
    const log = readFileSync(join(root, 'log/apache.log'), 'utf8');
    await stop();
    throw new Error(`the provider gives no metadata: ${metadata.slice(0, 200)}\n${log.slice(-2000)}`);
  }
  return { url, metadata, stop };
}

function text(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers: { host: `auth.localhost:${port}` } }, (answer) => {
      let all = '';
      answer.on('data', (piece) => {
        all += piece;
      });
      answer.once('end', () => resolve(all));
    }).once('error', reject);
  });
}

/** Debian's first configuration, with the three protocols on. */
function configuration(root: string, url: string, { saml, byOid, redirect }: Clients): Record<string, unknown> {
  const first = JSON.parse(readFileSync('/var/lib/lemonldap-ng/conf/lmConf-1.json', 'utf8')) as Record<string, object>;
  const { key, cert } = keyPair('idp.localhost');
  const pub = execFileSync('openssl', ['rsa', '-pubout'], {
    input: key,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const each = <Value>(make: (name: string) => Value) =>
    Object.fromEntries(Object.keys(saml).map((name) => [name, make(name)]));
  return {
    ...first,
    portal: `${url}/`,
    domain: 'localhost',
    requireToken: 0,
    locationRules: { 'auth.localhost': { default: 'accept' } },
    exportedHeaders: {},
    globalStorageOptions: {
      ...first['globalStorageOptions'],
      Directory: `${root}/sessions`,
      LockDirectory: `${root}/sessions/lock`,
    },
    persistentStorageOptions: {
      ...first['persistentStorageOptions'],
      Directory: `${root}/psessions`,
      LockDirectory: `${root}/psessions/lock`,
    },
    localSessionStorageOptions: { ...first['localSessionStorageOptions'], cache_root: `${root}/cache` },
    notificationStorageOptions: { ...first['notificationStorageOptions'], dirName: `${root}/notifications` },
    demoExportedVars: ATTRIBUTES,
    issuerDBCASActivation: 1,
    issuerDBCASPath: '^/cas/',
    casAttr: 'uid',
    casAccessControlPolicy: 'none',
    casAttributes: ATTRIBUTES,
    issuerDBSAMLActivation: 1,
    issuerDBSAMLPath: '^/saml/',
    samlEntityID: '#PORTAL#/saml/metadata',
    samlServicePrivateKeySig: key,
    samlServicePublicKeySig: cert,
    samlServicePrivateKeyEnc: key,
    samlServicePublicKeyEnc: cert,
    samlOrganizationName: 'Test',
    samlOrganizationDisplayName: 'Test',
    samlOrganizationURL: url,
    samlServiceSignatureMethod: 'RSA_SHA256',
    samlSPMetaDataXML: each((name) => ({ samlSPMetaDataXML: saml[name] })),
    samlSPMetaDataExportedAttributes: each((client) => {
      const attribute = (name: string) =>
        byOid.includes(client) ? `0;${OIDS[name]};${URI};${name}` : `0;${name};${BASIC};${name}`;
      return Object.fromEntries(Object.keys(ATTRIBUTES).map((name) => [name, attribute(name)]));
    }),
    samlSPMetaDataOptions: each((name) => ({
      samlSPMetaDataOptionsNameIDFormat: 'transient',
      samlSPMetaDataOptionsSignSSOMessage: 1,
      samlSPMetaDataOptionsCheckSSOMessageSignature: name === 'shib' ? 0 : 1,
      samlSPMetaDataOptionsSessionNotOnOrAfterTimeout: 7200,
      samlSPMetaDataOptionsNotOnOrAfterTimeout: 7200,
      samlSPMetaDataOptionsEncryptionMode: 'none',
    })),
    issuerDBOpenIDConnectActivation: 1,
    issuerDBOpenIDConnectPath: '^/oauth2/',
    oidcServiceMetaDataIssuer: url,
    oidcServicePrivateKeySig: key,
    oidcServicePublicKeySig: pub,
    oidcServiceKeyIdSig: 'k1',
    oidcServiceAllowAuthorizationCodeFlow: 1,
    oidcRPMetaDataOptions: {
      jmb: {
        oidcRPMetaDataOptionsClientID: 'jmb',
        oidcRPMetaDataOptionsClientSecret: 'jmbsecret',
        oidcRPMetaDataOptionsRedirectUris: redirect,
        oidcRPMetaDataOptionsPostLogoutRedirectUris: new URL('/', redirect).href,
        oidcRPMetaDataOptionsLogoutBypassConfirm: 1,
        oidcRPMetaDataOptionsIDTokenSignAlg: 'RS256',
        oidcRPMetaDataOptionsBypassConsent: 1,
        oidcRPMetaDataOptionsUserIDAttr: 'uid',
        oidcRPMetaDataOptionsIDTokenForceClaims: 1,
      },
    },
    oidcRPMetaDataExportedVars: { jmb: { email: 'mail', name: 'cn', preferred_username: 'uid' } },
  };
}
