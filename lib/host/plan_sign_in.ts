/** What each way to sign in asks for in Apache's files, and the files that hold what is secret. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomText } from '../store/secrets.ts';
import type { Draft } from './changes.ts';
import { exists } from './entries.ts';
import { PREFIX } from './paths.ts';
import type { Wishes } from './plan.ts';
import { LETTERS } from './plan_settings.ts';
import { keyPair, samlMetadata } from './saml.ts';
import { apacheWord } from './site.ts';
import { HostError } from './tree.ts';

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
