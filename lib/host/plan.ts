/** Everything that an installation changes on a host, as states of paths. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { randomText } from '../store/secrets.ts';
import { editConfigJs } from './config_js.ts';
import { BASH_KEPT, DATA, exists, type Found, PREFIX } from './found.ts';
import { editJicofo, editJvb } from './hocon.ts';
import type { Change } from './ledger.ts';
import { editProsody } from './prosody.ts';
import {
  AUTHS,
  type Auth,
  apacheWord,
  includedSite,
  loopbackSite,
  nginxLocations,
  settingLine,
  siteBody,
} from './site.ts';
import { HostError, type State, type Tree, textOf, withText } from './tree.ts';
import { editPorts, editVhost, SITE_PART, type Undo } from './undo.ts';

/** What the administrator wants. */
export interface Wishes {
  readonly auth: Auth;
  /** What each way to sign in needs, by option name. */
  readonly given: Readonly<Record<string, string | undefined>>;
  readonly port: number;
  readonly fastcgi: boolean;
  /** The built tree. */
  readonly dist: string;
  /** The Node that the programs are to run by. */
  readonly node: string;
}

/** Changes, and what the administrator should know besides. */
export interface Plan {
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const OWN = '/etc/apache2/jitsi-jmb';

/** Plans an installation, or its renewal. */
export function plan(tree: Tree, found: Found, wishes: Wishes): Plan {
  const changes: Change[] = [];
  const notes: string[] = [];
  const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const web = tree.number('group', 'www-data') ?? 33;
  const owned = (uid = 0, gid = 0) => (me.uid === 0 ? { uid, gid } : me);

  const file = (
    path: string,
    text: string | Buffer,
    what: string,
    mode = 0o644,
    gid = 0,
    keeps = false,
    uid = 0,
  ): void => {
    const content = Buffer.from(text).toString('base64');
    changes.push({ path, what, undo: 'own', keeps, next: { kind: 'file', content, mode, ...owned(uid, gid) } });
  };
  const once = (
    path: string,
    make: () => string,
    what: string,
    mode: number,
    gid = 0,
    keeps = false,
    uid = 0,
  ): void => {
    if (!exists(tree, path)) file(path, make(), what, mode, gid, keeps, uid);
  };
  const edit = (path: string, undo: Undo, what: string, make: (text: string) => string): void => {
    const real = tree.real(path);
    const state = tree.state(real);
    if (state.kind !== 'file') {
      notes.push(`${path} is not there: not changed (${what})`);
      return;
    }
    let text: string;
    try {
      text = make(textOf(state));
    } catch (error) {
      throw new HostError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (text !== textOf(state)) changes.push({ path: real, what, undo, next: withText(state, text) });
  };
  const link = (path: string, target: string, what: string): void => {
    changes.push({ path, what, undo: 'own', next: { kind: 'link', target } });
  };
  const away = (path: string, what: string): void => {
    if (exists(tree, path) || tree.state(path).kind === 'link')
      changes.push({ path, what, undo: 'own', next: { kind: 'none' } });
  };

  // The program
  program(tree, wishes, file);

  // Settings and the account that speaks in rooms
  const jwt = `${PREFIX}/etc/jmb_jwt.cf`;
  const password = /^JMB_XMPP_PASSWORD="(\w+)"$/m.exec(tree.read(jwt) ?? '')?.[1] ?? randomText(LETTERS, 24);
  const identity = AUTHS[wishes.auth].identity;
  const settings: Readonly<Record<string, string>> = {
    JMB_SERVER_NAME: found.domain,
    JMB_JWT_ISS: found.token.appId,
    JMB_JWT_SECRET: found.token.appSecret,
    JMB_MODULE_GET_AUTH_IDENTITY: identity,
    JMB_DATA: DATA,
    JMB_DB: found.oldDatabase ?? `${DATA}/jmb.db`,
    JMB_XMPP_USER: 'jmb',
    JMB_XMPP_PASSWORD: password,
  };
  const lines = Object.entries(settings).map(([name, value]) => settingLine(name, value));
  file(
    jwt,
    `# Written by install.sh, anew at each run: your own settings go into jmb_local.cf.\n${lines.join('')}`,
    'settings from Jitsi',
    0o640,
    web,
    true,
  );
  const local = found.bash ? tree.read(`${PREFIX}/etc/jmb_local.cf`) : tree.read(`${BASH_KEPT}/etc/jmb_local.cf`);
  // A Bash version moves away before anything is written, and its settings come along.
  const mine = `${PREFIX}/etc/jmb_local.cf`;
  if (found.bash || !exists(tree, mine)) file(mine, local ?? LOCAL, 'your settings', 0o640, web, true);
  const speaker = tree.number('passwd', 'prosody') ?? 0;
  const speakers = tree.number('group', 'prosody') ?? 0;
  once(
    '/var/lib/prosody/localhost/accounts/jmb.dat',
    () => `return {\n\t["password"] = "${password}";\n};\n`,
    'the account of messages into rooms',
    0o640,
    speakers,
    false,
    speaker,
  );
  if (!/^\s*VirtualHost\s*\(?\s*["']localhost["']/m.test(tree.read('/etc/prosody/prosody.cfg.lua') ?? '')) {
    file(
      '/etc/prosody/conf.d/jitsi-jmb.cfg.lua',
      `VirtualHost "localhost"\n    authentication = "internal_hashed"\n`,
      "that account's host",
    );
  }

  // Jitsi
  const { domain, recipe, hasTokenAffiliation } = found;
  edit(found.prosody, 'prosody', 'guests without an account', (text) =>
    editProsody(text, { domain, recipe, hasTokenAffiliation }),
  );
  edit('/etc/jitsi/jicofo/jicofo.conf', 'hocon', 'who opens a room', (text) => editJicofo(text, { domain, recipe }));
  edit('/etc/jitsi/videobridge/jvb.conf', 'hocon', 'statistics for Munin', editJvb);
  edit(`/etc/jitsi/meet/${domain}-config.js`, 'config.js', 'sign-in and guests in the browser', (text) =>
    editConfigJs(text, { domain, recipe }),
  );

  // Web servers
  const body = siteBody(defines(tree, domain, wishes, once), PREFIX, wishes.fastcgi);
  if (found.front === 'nginx') {
    file(
      `/etc/jitsi/meet/jaas/jitsi-jmb.conf`,
      nginxLocations(wishes.port, AUTHS[wishes.auth].path),
      'nginx passes our addresses on',
    );
    file('/etc/apache2/sites-available/jitsi-jmb.conf', loopbackSite(domain, wishes.port, body), 'Apache on loopback');
    link('/etc/apache2/sites-enabled/jitsi-jmb.conf', '../sites-available/jitsi-jmb.conf', 'Apache on loopback');
    if (exists(tree, '/etc/apache2/ports.conf'))
      edit('/etc/apache2/ports.conf', 'ports', 'leaves 80 and 443 to nginx', editPorts);
    away('/etc/apache2/sites-enabled/000-default.conf', 'leaves 80 to nginx');
  } else {
    file(SITE_PART, includedSite(body), 'what Jitsi’s site includes');
    edit(`/etc/apache2/sites-available/${domain}.conf`, 'vhost', 'includes ours', editVhost);
  }
  const run = wishes.fastcgi ? 'fcgid' : exists(tree, '/etc/apache2/mods-enabled/mpm_prefork.load') ? 'cgi' : 'cgid';
  for (const name of ['headers', 'remoteip', 'allowmethods', run, ...AUTHS[wishes.auth].modules]) {
    for (const ending of ['load', 'conf']) {
      const available = exists(tree, `/etc/apache2/mods-available/${name}.${ending}`);
      if (available)
        link(`/etc/apache2/mods-enabled/${name}.${ending}`, `../mods-available/${name}.${ending}`, 'Apache module');
      else if (ending === 'load')
        notes.push(`Apache's module ${name} is not installed here: a2enmod ${name} once it is`);
    }
  }
  away('/etc/jitsi/meet/jaas/jmb-nginx.conf', 'of the Bash version');
  away('/etc/apache2/sites-enabled/jmb-apache-auth_cas.conf', 'of the Bash version');

  // Cron
  const cron = readFileSync(join(wishes.dist, 'cron/jitsi-jmb.cron'), 'utf8').replaceAll('@JMB_PREFIX@', PREFIX);
  file('/etc/cron.d/jitsi-jmb', cron, 'reminders, each minute');
  return {
    changes: changes.filter((change, at) => changes.findLastIndex(({ path }) => path === change.path) === at),
    notes,
  };
}

type Put = (path: string, text: string | Buffer, what: string, mode?: number) => void;
type Once = (path: string, make: () => string, what: string, mode: number) => void;

/** The built tree, but for what only a clone needs. The first line of a program names a Node, perhaps with flags since. */
function program(tree: Tree, { dist, node }: Wishes, file: Put): void {
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' }).sort()) {
    const from = join(dist, name);
    if (/^(?:tests|cron)(?:\/|$)|\.cache$/.test(name) || !statSync(from).isFile()) continue;
    const path = `${PREFIX}/${name}`;
    const mode = statSync(from).mode & 0o111 ? 0o755 : 0o644;
    let content: Buffer = readFileSync(from);
    if (/^(?:cgi-bin|bin)\//.test(name)) {
      const text = content.toString('latin1');
      const there = tree.read(path)?.split('\n', 1)[0] ?? '';
      const first = there.split(' ')[0] === `#!${node}` ? there : `#!${node}`;
      content = Buffer.from(
        text.replace(/^#!.*/, () => first),
        'latin1',
      );
    }
    file(path, content, 'the program', mode);
  }
}

const LOCAL = `# Your settings; install.sh made this file once and never touches it again. The README lists them all.
#JMB_NAME="Visio Example"
#JMB_MAIL_FROM_NOTIFICATION="noreply@example.org"
`;

/** What the auth-*.conf files ask for, and the files that hold it. */
function defines(tree: Tree, domain: string, { auth, given, dist }: Wishes, once: Once): Record<string, string> {
  const want = (name: string): string => {
    const value = given[name];
    if (value === undefined || value === '') throw new HostError(`--auth ${auth} needs --${name}`);
    return value;
  };
  const url = `https://${domain}`;
  const common = { JMB_PREFIX: PREFIX, JMB_AUTH: `${PREFIX}/apache/auth-${auth}.conf`, JMB_URL: url };
  if (!readdirSync(join(dist, 'apache')).includes(`auth-${auth}.conf`))
    throw new HostError(`there is no way to sign in called ${auth}`);
  switch (auth) {
    case 'cas':
      return { ...common, JMB_CAS_URL: want('cas-url').replace(/\/+$/, '') };
    case 'ldap':
      return { ...common, JMB_LDAP_URL: want('ldap-url').replace(/\/+$/, ''), JMB_LDAP_BASE: want('ldap-base') };
    case 'sql':
      once(`${OWN}/sql.conf`, () => readFileSync(want('sql-file'), 'utf8'), 'the database of accounts', 0o640);
      return { ...common, JMB_SQL: `${OWN}/sql.conf` };
    case 'oidc': {
      const secret = () =>
        `OIDCClientSecret ${apacheWord(readFileSync(want('oidc-secret-file'), 'utf8').replace(/\r?\n$/, ''))}\nOIDCCryptoPassphrase "${randomText(LETTERS, 32)}"\n`;
      once(`${OWN}/oidc.conf`, secret, "the provider's secret", 0o640);
      const issuer = want('oidc-issuer').replace(/\/+$/, '');
      return {
        ...common,
        JMB_OIDC_ISSUER: issuer,
        JMB_OIDC_CLIENT: want('oidc-client'),
        JMB_OIDC_SECRET: `${OWN}/oidc.conf`,
      };
    }
    case 'mellon': {
      const folder = `${OWN}/saml`;
      once(`${folder}/idp.xml`, () => want('idp-metadata'), "the provider's metadata", 0o644);
      if (!exists(tree, `${folder}/sp.key`)) {
        const made = keyPair(domain);
        once(`${folder}/sp.key`, () => made.key, 'our SAML key', 0o640);
        once(`${folder}/sp.cert`, () => made.cert, 'our SAML certificate', 0o644);
        once(`${folder}/sp.xml`, () => samlMetadata(url, made.cert), 'our SAML metadata', 0o644);
      }
      return { ...common, JMB_SAML: folder };
    }
    case 'shib':
      return common;
  }
}

/** A key of our own for SAML, and its certificate, as PEM. */
export function keyPair(domain: string): { key: string; cert: string } {
  const words = [
    'req',
    '-x509',
    '-newkey',
    'rsa:3072',
    '-nodes',
    '-days',
    '3650',
    '-subj',
    `/CN=${domain}`,
    '-keyout',
    '-',
    '-out',
    '-',
  ];
  const both = execFileSync('openssl', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const cut = both.indexOf('-----BEGIN CERTIFICATE');
  return { key: both.slice(0, cut), cert: both.slice(cut) };
}

/** Our metadata as mod_auth_mellon reads it. */
export function samlMetadata(url: string, cert: string): string {
  const body = cert.replace(/-----.*-----|\s/g, '');
  return `<EntityDescriptor entityID="${url}/mellon/metadata" xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
  <SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>
    <AssertionConsumerService index="0" isDefault="true" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${url}/mellon/postResponse"/>
  </SPSSODescriptor>
</EntityDescriptor>
`;
}

/** A state's mode as ls shows it in octal, for what is shown before it happens. */
export function modeOf(state: State): string {
  return state.kind === 'file' ? state.mode.toString(8) : state.kind;
}
