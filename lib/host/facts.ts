/** Facts read out of a Jitsi host's files: its domain and its token settings. Texts come in, nothing is opened here. */
import { type Assignment, lastOf, type Section, sectionsFor, sectionsOf, textOf, textsOf } from './prosody_sections.ts';

/** Identity of the token issuer and the secret shared with it, as Prosody has them. */
export interface TokenSettings {
  readonly appId: string;
  readonly appSecret: string;
}

const CONFIG_FILE = /^([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)-config\.js$/;

/** The domains that Jitsi Meet is set up for, from the names of the files in `/etc/jitsi/meet`: those of `DOMAIN-config.js`. */
export function jitsiDomains(fileNames: readonly string[]): readonly string[] {
  return fileNames.flatMap((name) => CONFIG_FILE.exec(name)?.[1] ?? []).sort();
}

/** What stands in Prosody's files, one or several in the order in which it reads them. */
type Texts = string | readonly string[];

function sectionsIn(texts: Texts): readonly Section[] {
  return typeof texts === 'string' ? sectionsOf(texts) : texts.flatMap(sectionsOf);
}

/** What Prosody takes for an option of the host: its own, then the global one. */
function assigned(sections: readonly Section[], domain: string, name: string): Assignment | null {
  return (
    lastOf(sectionsFor(sections, 'VirtualHost', domain), name) ?? lastOf(sectionsFor(sections, 'global', ''), name)
  );
}

function option(sections: readonly Section[], domain: string, name: string): string | null {
  return textOf(assigned(sections, domain, name));
}

/** `app_id` and `app_secret` that hold for the domain's VirtualHost in a Prosody configuration; null unless both are there and not empty. */
export function tokenSettings(texts: Texts, domain: string): TokenSettings | null {
  const sections = sectionsIn(texts);
  if (sectionsFor(sections, 'VirtualHost', domain).length === 0) return null;
  const appId = option(sections, domain, 'app_id');
  const appSecret = option(sections, domain, 'app_secret');
  return appId && appSecret ? { appId, appSecret } : null;
}

/** Which tokens Prosody lets in, as far as its files say so in plain text. */
export interface TokenRules {
  /** null where it is no plain text, or not set. */
  readonly appId: string | null;
  /** null where it is no plain text, or not set. */
  readonly appSecret: string | null;
  /** Whom it lets sign; `*` is anybody; null where the list is no plain text. */
  readonly issuers: readonly string[] | null;
  /** For whom tokens may be; `*` is anybody; null where the list is no plain text. */
  readonly audiences: readonly string[] | null;
  /** As JWS names it (RFC 7518 section 3.1); null where it is no plain text. */
  readonly algorithm: string | null;
  /** Whether public keys from a server take the place of the secret. */
  readonly keyServer: boolean;
}

/** What JMB signs its tokens with, to hold against the rules. */
export interface TokenClaim {
  readonly issuer: string;
  readonly audience: string;
  readonly secret: string;
}

/** The algorithm of our tokens (RFC 7518 section 3.2). */
const ALGORITHM = 'HS256';

/** Prosody's own file, which includes the others. */
export const PROSODY_MAIN = '/etc/prosody/prosody.cfg.lua';

/** Where Jitsi's packages keep a host's options: as Prosody reads it, and where that is a link to. */
export function prosodyFiles(domain: string): readonly [string, string] {
  return [`/etc/prosody/conf.d/${domain}.cfg.lua`, `/etc/prosody/conf.avail/${domain}.cfg.lua`];
}

/** The rules of a domain's VirtualHost; null where the texts have no such host. */
export function tokenRules(texts: Texts, domain: string): TokenRules | null {
  const sections = sectionsIn(texts);
  if (sectionsFor(sections, 'VirtualHost', domain).length === 0) return null;
  const list = (name: string, fallback: readonly string[] | null): readonly string[] | null => {
    const found = assigned(sections, domain, name);
    return found === null ? fallback : textsOf(found);
  };
  const appId = option(sections, domain, 'app_id');
  const algorithm = assigned(sections, domain, 'signature_algorithm');
  return {
    appId,
    appSecret: option(sections, domain, 'app_secret'),
    // What Jitsi takes where nothing is set.
    issuers: list('asap_accepted_issuers', appId === null ? null : [appId]),
    audiences: list('asap_accepted_audiences', ['*']),
    algorithm: algorithm === null ? ALGORITHM : textOf(algorithm),
    keyServer: assigned(sections, domain, 'asap_key_server') !== null,
  };
}

/** The audience to put into tokens: the usual one where it is let in, otherwise the first that is. */
export function audienceFor({ audiences }: TokenRules, usual: string): string {
  if (audiences === null || accepts(audiences, usual)) return usual;
  return audiences[0] ?? usual;
}

/** Why Prosody refuses every token of ours, a sentence each that says what to change; none where it lets them in. */
export function tokenFaults(rules: TokenRules, ours: TokenClaim): string[] {
  const { appSecret, issuers, audiences, algorithm, keyServer } = rules;
  const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ') || 'nobody';
  return [
    keyServer && 'asap_key_server makes Prosody take no token signed with app_secret: take that line out',
    algorithm !== null && algorithm !== ALGORITHM && `signature_algorithm is "${algorithm}": set it to "${ALGORITHM}"`,
    appSecret !== null && appSecret !== ours.secret && 'app_secret is not JMB_JWT_SECRET: install.sh copies it anew',
    issuers !== null &&
      !accepts(issuers, ours.issuer) &&
      `asap_accepted_issuers lets in ${quoted(issuers)}: add "${ours.issuer}", which is JMB_JWT_ISS`,
    audiences !== null &&
      !accepts(audiences, ours.audience) &&
      `asap_accepted_audiences lets in ${quoted(audiences)}: add "${ours.audience}", or set JMB_JWT_AUD to one of them`,
  ].filter((one) => one !== false);
}

/** What stands in the rules as something other than plain text, such as `os.getenv("KEY")`, so that nobody can tell. */
export function unreadRules({ appSecret, issuers, audiences, algorithm }: TokenRules): string[] {
  const read = {
    app_secret: appSecret,
    asap_accepted_issuers: issuers,
    asap_accepted_audiences: audiences,
    signature_algorithm: algorithm,
  };
  return Object.entries(read).flatMap(([name, value]) => (value === null ? [name] : []));
}

function accepts(list: readonly string[], one: string): boolean {
  return list.includes('*') || list.includes(one);
}
