/**
 * Apache with our addresses, alone or behind nginx, the modules that it needs, and what each way to sign in asks for: of SAML a key and
 * metadata.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomText } from '../store/secrets.ts';
import { editPorts, editVhost, enabledHosts, LOOPBACK_SITE, portsToLeave, SITE_PART } from './apache_site.ts';
import type { Draft } from './changes.ts';
import { exists, namesIn } from './entries.ts';
import type { Found } from './found.ts';
import type { Socket } from './front.ts';
import { editNginx, NGINX_LOCATIONS } from './nginx_site.ts';
import { withoutPassword } from './options.ts';
import { PREFIX, plainDomain } from './ours.ts';
import type { Wishes } from './plan.ts';
import { LETTERS } from './plan_settings.ts';
import { AUTHS, apacheWord, includedSite, loopbackSite, nginxLocations, nginxProxy, siteBody } from './site.ts';
import { HostError, type Tree } from './tree.ts';
import { SOCKETS } from './units.ts';

/** Sites that Apache's package brings. */
const DEFAULTS: readonly string[] = ['000-default.conf', 'default-ssl.conf'].map(
  (name) => `/etc/apache2/sites-enabled/${name}`,
);
/** Beside the folder's *.conf, which Jitsi's site includes. */
const NGINX_PROXY = '/etc/jitsi/meet/jaas/jitsi-jmb.proxy';

/** Plans the web servers' files. */
export function planWebServers(to: Draft, { domain, front }: Found, wishes: Wishes): void {
  const { auth, port, stays } = wishes;
  const frontPage = wishes.frontPage === 'jmb' && !front.ownFrontPage;
  const ofApache = { sockets: stays ? SOCKETS : undefined, frontPage: frontPage && front.kind === 'apache' };
  const body = siteBody(planSignIn(to, domain, wishes), PREFIX, ofApache);
  if (front.kind === 'nginx') {
    const what = 'nginx passes our addresses on';
    to.file(NGINX_PROXY, nginxProxy(port), what);
    const leads = frontPage ? { only: severalJitsis(to.tree) ? plainDomain(domain) : undefined } : undefined;
    to.file(NGINX_LOCATIONS, nginxLocations(NGINX_PROXY, AUTHS[auth].paths, leads), what);
    for (const [file, offsets] of front.edits)
      to.edit(file, 'nginx', 'includes our addresses', (text) => editNginx(text, offsets));
    planLoopback(to, front.sockets, loopbackSite(domain, port, body));
  } else {
    to.file(SITE_PART, includedSite(body), 'what Jitsi’s site includes');
    for (const [file, offsets] of front.edits)
      to.edit(file, 'vhost', 'includes ours', (text) => editVhost(text, offsets));
  }
  planModules(to, wishes);
  sayFcgid(to.tree, to.note);
  to.away('/etc/jitsi/meet/jaas/jmb-nginx.conf', 'of the Bash version');
  to.away('/etc/apache2/sites-enabled/jmb-apache-auth_cas.conf', 'of the Bash version');
}

/** Whether Jitsi is set up for several domains here, whose sites all include the same folder. */
function severalJitsis(tree: Tree): boolean {
  return namesIn(tree, '/etc/jitsi/meet').filter((name) => name.endsWith('-config.js')).length > 1;
}

/** Apache on loopback, behind nginx, whose ports it leaves alone. */
function planLoopback(to: Draft, taken: readonly Socket[], site: string): void {
  to.file(LOOPBACK_SITE, site, 'Apache on loopback');
  to.link('/etc/apache2/sites-enabled/jitsi-jmb.conf', '../sites-available/jitsi-jmb.conf', 'Apache on loopback');
  const first = '/etc/apache2/sites-enabled/000-default.conf';
  const others = enabledHosts(to.tree).filter(({ file }) => !DEFAULTS.includes(file));
  const ports = portsToLeave(
    taken,
    others.flatMap(({ sockets }) => sockets),
  );
  if (exists(to.tree, '/etc/apache2/ports.conf'))
    to.edit('/etc/apache2/ports.conf', 'ports', 'leaves its ports to nginx', (text) => editPorts(text, ports));
  if (ports.has(80)) to.away(first, 'leaves 80 to nginx');
}

/** Programs that stayed were started by mod_fcgid before, a package of its own that may have come with JMB. */
function sayFcgid(tree: Tree, note: Draft['note']): void {
  const before = [LOOPBACK_SITE, SITE_PART].some((path) => tree.read(path)?.includes('Define JMB_FASTCGI'));
  if (!before || !exists(tree, '/etc/apache2/mods-available/fcgid.load')) return;
  note('JMB needs mod_fcgid no more: unless another site does, apt-get purge libapache2-mod-fcgid');
}

/** What every way to sign in needs, besides what Debian's Apache never is without. */
const SHARED = ['headers', 'remoteip', 'allowmethods', 'reqtimeout', 'rewrite', 'filter', 'deflate'];

/** The links that a2enmod would make. What comes with a package can only be announced before it has come. */
function planModules(to: Draft, { auth, stays, ahead }: Wishes): void {
  const plain = exists(to.tree, '/etc/apache2/mods-enabled/mpm_prefork.load') ? 'cgi' : 'cgid';
  const missing: string[] = [];
  const ours = [...SHARED, ...(stays ? ['proxy', 'proxy_fcgi'] : [plain])];
  for (const name of [...ours, ...AUTHS[auth].modules]) {
    // deflate.conf would compress other sites' pages; ours says itself what it compresses.
    for (const ending of name === 'deflate' ? ['load'] : ['load', 'conf']) {
      const file = `${name}.${ending}`;
      if (exists(to.tree, `/etc/apache2/mods-available/${file}`))
        to.link(`/etc/apache2/mods-enabled/${file}`, `../mods-available/${file}`, 'Apache module');
      else if (ending === 'load') missing.push(name);
    }
  }
  if (missing.length === 0) return;
  if (!ahead) {
    to.note(`Apache lacks ${missing.join(', ')} here: a2enmod ${missing.join(' ')} once it has come`);
    return;
  }
  const files = missing.map((name) => `/etc/apache2/mods-enabled/${name}.load`);
  if (!exists(to.tree, '/etc/apache2/ports.conf'))
    files.push('/etc/apache2/ports.conf', '/etc/apache2/sites-enabled/000-default.conf');
  to.note(`with the packages these come, and change: ${files.join(', ')}`);
}

const OWN = '/etc/apache2/jitsi-jmb';
const SECRET = { mode: 0o640 } as const;

/** Plans those files; gives the names that auth-*.conf reads, with their values. Throws HostError where an option is missing. */
export function planSignIn(to: Draft, domain: string, { auth, given, dist }: Wishes): Record<string, string> {
  const want = (name: string): string => {
    const value = given[name];
    if (value === undefined || value === '') throw new HostError(`--auth ${auth} needs --${name}`);
    return value;
  };
  const address = (name: string): string => want(name).replace(/\/+$/, '');
  const url = `https://${domain}`;
  const common = { JMB_PREFIX: PREFIX, JMB_AUTH: `${PREFIX}/apache/auth-${auth}.conf`, JMB_URL: url };
  if (!readdirSync(join(dist, 'apache')).includes(`auth-${auth}.conf`))
    throw new HostError(`there is no way to sign in called ${auth}`);
  switch (auth) {
    case 'cas':
      return { ...common, JMB_CAS_URL: address('cas-url') };
    case 'ldap':
      return { ...common, JMB_LDAP_URL: address('ldap-url'), JMB_LDAP_BASE: want('ldap-base') };
    case 'sql':
      fromFile(to, `${OWN}/sql.conf`, given['sql-file'], () => want('sql-file'), 'the database of accounts');
      return { ...common, JMB_SQL: `${OWN}/sql.conf` };
    case 'oidc': {
      const file = `${OWN}/oidc.conf`;
      // Sessions are sealed with it: a new one would have everybody sign in again.
      const seal = /^OIDCCryptoPassphrase "(\w+)"$/m.exec(to.tree.read(file) ?? '')?.[1] ?? randomText(LETTERS, 32);
      const lines = (secret: string) =>
        `OIDCClientSecret ${apacheWord(secret.replace(/\r?\n$/, ''), 'the secret of --oidc-secret-file')}\nOIDCCryptoPassphrase "${seal}"\n`;
      const wanted = () => want('oidc-secret-file');
      fromFile(to, file, given['oidc-secret-file'], wanted, "the provider's secret", lines);
      const [issuer, client] = [address('oidc-issuer'), want('oidc-client')];
      return { ...common, JMB_OIDC_ISSUER: issuer, JMB_OIDC_CLIENT: client, JMB_OIDC_SECRET: file };
    }
    case 'mellon':
      planSaml(to, url, domain, given['idp-metadata'] ?? null, () => want('idp-metadata'));
      return { ...common, JMB_SAML: `${OWN}/saml` };
    case 'shib':
      return common;
  }
}

/** A file made from one of the administrator's: anew where that is given, else as it was left by an earlier run. */
function fromFile(
  to: Draft,
  path: string,
  source: string | undefined,
  want: () => string,
  what: string,
  make: (text: string) => string = (text) => text,
): void {
  if (source === undefined && exists(to.tree, path)) {
    to.keep(path);
    return;
  }
  const from = want();
  if (!existsSync(from)) {
    // What is no path may be the secret itself.
    const named = /^\.{0,2}\//.test(from) ? from : 'the file that is named for it';
    throw new HostError(`${named} is not there: it should hold ${what}`);
  }
  to.file(path, make(readFileSync(from, 'utf8')), what, SECRET);
}

/** Our key, certificate and metadata (once: the provider knows them), and the provider's metadata (anew where given). */
function planSaml(to: Draft, url: string, domain: string, metadata: string | null, want: () => string): void {
  const folder = `${OWN}/saml`;
  for (const name of ['idp.xml', 'sp.key', 'sp.cert', 'sp.xml']) to.keep(`${folder}/${name}`);
  if (metadata !== null || !exists(to.tree, `${folder}/idp.xml`))
    to.file(`${folder}/idp.xml`, metadata ?? want(), "the provider's metadata");
  if (exists(to.tree, `${folder}/sp.key`)) return;
  const made = keyPair(domain);
  to.file(`${folder}/sp.key`, made.key, 'our SAML key', SECRET);
  to.file(`${folder}/sp.cert`, made.cert, 'our SAML certificate');
  to.file(`${folder}/sp.xml`, samlMetadata(url, made.cert), 'our SAML metadata');
}

/** A key of our own for SAML, and its certificate, as PEM; ten years long, since partners copy it by hand. */
export function keyPair(domain: string): { key: string; cert: string } {
  const kind = ['-x509', '-newkey', 'rsa:3072', '-nodes', '-days', '3650'];
  const words = ['req', ...kind, '-subj', `/CN=${domain}`, '-keyout', '-', '-out', '-'];
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

/** Reads it from a file or an address; throws HostError that says why it cannot be had, or that it is none. */
export async function metadata(from: string): Promise<string> {
  const shown = withoutPassword(from);
  let xml: string;
  try {
    xml = /^https?:/i.test(from) ? await fetched(from) : readFileSync(from, 'utf8');
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HostError(`--idp-metadata ${shown}: ${why.replaceAll(from, shown)}`);
  }
  if (!xml.includes('EntityDescriptor'))
    throw new HostError(`${shown} is no SAML metadata: it has no EntityDescriptor`);
  return xml;
}

async function fetched(address: string): Promise<string> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(20_000) });
  if (!answer.ok) throw new Error(`it answers ${answer.status}`);
  return answer.text();
}
