/**
 * What a Jitsi host's files say of its domain and its tokens, read as Prosody reads them together; why JMB cannot sign tokens
 * for it as it is set up.
 */

import { namesIn } from './entries.ts';
import { type Assignment, lastOf, type Section, sectionsFor, sectionsOf, textOf, textsOf } from './prosody_sections.ts';
import type { Tree } from './tree.ts';

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

const INCLUDED = '/etc/prosody/conf.d';

/** A file with what stands in it. */
export interface ProsodyFile {
  readonly path: string;
  readonly text: string;
}

/** Prosody as it is set up for a domain. */
export interface ProsodySetup {
  /** The file that holds the domain's VirtualHost: the one to edit. */
  readonly path: string;
  /** All files, in the order in which they are read: what stands above all hosts holds for each. */
  readonly files: readonly ProsodyFile[];
}

/** The files of a domain; undefined where none of them has its VirtualHost. */
export function prosodySetup(tree: Tree, domain: string): ProsodySetup | undefined {
  const included = namesIn(tree, INCLUDED).filter((name) => name.endsWith('.cfg.lua'));
  const paths = [PROSODY_MAIN, ...included.map((name) => `${INCLUDED}/${name}`)];
  const files = new Map<string, string>();
  const [first, ...laidAside] = prosodyFiles(domain);
  // What Prosody reads goes before what lies ready for it.
  for (const path of [first, ...paths, ...laidAside]) {
    const text = tree.read(path);
    if (text !== undefined) files.set(path, text);
  }
  const ours = [...files].find(([, text]) => sectionsFor(sectionsOf(text), 'VirtualHost', domain).length > 0);
  if (ours === undefined) return undefined;
  const [path] = ours;
  const read = paths.includes(path) ? paths : [...paths, path];
  return { path, files: read.flatMap((one) => ({ path: one, text: files.get(one) ?? '' })) };
}

/** An option with its place, such as `/etc/prosody/conf.d/meet.example.org.cfg.lua:12`. */
interface Placed {
  readonly assignment: Assignment;
  readonly place: string;
}

/** Ways to sign in by nothing: what Jitsi's packages leave where nobody asked for more. */
const ANONYMOUS = ['anonymous', 'jitsi-anonymous'];
const START_AGAIN = 'and start again';
const SECRET_LINES = 'app_id = "NAME" and app_secret = "32 CHARACTERS OR MORE"';

/** A sentence that says what to change; undefined where tokens are taken and their key can be read. */
export function tokenTrouble(setup: ProsodySetup, domain: string): string | undefined {
  const option = (name: string): Placed | undefined => optionOf(setup, domain, name);
  return authenticationTrouble(option('authentication'), setup.path, domain) ?? keyTrouble(option, setup.path, domain);
}

function authenticationTrouble(found: Placed | undefined, path: string, domain: string): string | undefined {
  const off = 'Tokens are not enabled';
  if (found === undefined) {
    return `${off} in ${path}: VirtualHost "${domain}" has no authentication. apt-get install jitsi-meet-tokens, answer its questions, ${START_AGAIN}.`;
  }
  const said = textOf(found.assignment);
  if (said === 'token') return undefined;
  if (said === null)
    return `${found.place}: authentication is no plain text: write "token" there in quotes, ${START_AGAIN}.`;
  const line = `${off}: ${found.place} says authentication = "${said}"`;
  if (ANONYMOUS.includes(said)) {
    return `${line}, so nobody signs in. apt-get install jitsi-meet-tokens, answer its questions, ${START_AGAIN}.`;
  }
  return `${line}, another way to sign in than tokens. With JMB people sign in by --auth, and Prosody takes its tokens: write authentication = "token" on that line, with ${SECRET_LINES} below it, ${START_AGAIN}.`;
}

function keyTrouble(option: (name: string) => Placed | undefined, path: string, domain: string): string | undefined {
  for (const name of ['app_id', 'app_secret']) {
    const found = option(name);
    if (found !== undefined && textOf(found.assignment) === null) {
      return `${name} in ${found.place} is no plain text: JMB needs the same value as Prosody, so write it there in quotes, ${START_AGAIN}.`;
    }
  }
  const missing = ['app_id', 'app_secret'].filter((name) => !textOf(option(name)?.assignment ?? null));
  if (missing.length === 0) return undefined;
  const keyServer = option('asap_key_server');
  if (keyServer !== undefined) {
    return `${keyServer.place}: asap_key_server has Prosody take tokens that are signed by a key of that server. JMB signs by a secret that it shares with Prosody: take that line out, write ${SECRET_LINES} in its place, ${START_AGAIN}.`;
  }
  return `Tokens are not enabled in ${path}: authentication is "token", but ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing or empty. Write ${SECRET_LINES} under VirtualHost "${domain}", ${START_AGAIN}.`;
}

/** What Prosody takes for an option: the host's, else what stands above all hosts; of several the last. */
function optionOf({ files }: ProsodySetup, domain: string, name: string): Placed | undefined {
  for (const [kind, host] of [
    ['VirtualHost', domain],
    ['global', ''],
  ] as const) {
    const found = files.flatMap(({ path, text }) => {
      const assignment = lastOf(sectionsFor(sectionsOf(text), kind, host), name);
      if (assignment === null) return [];
      const line = text.slice(0, assignment.value[0]?.start).split('\n').length;
      return [{ assignment, place: `${path}:${line}` }];
    });
    const last = found.at(-1);
    if (last !== undefined) return last;
  }
  return undefined;
}
