/**
 * Jitsi's site in Apache: which virtual hosts answer for the domain, how they come to lead to us, and what Apache listens on
 * beside nginx.
 */
import { basename } from 'node:path';
import { type Directive, readApache } from './apache_conf.ts';
import { exists, globFits, namesIn } from './entries.ts';
import { type Address, type Front, reachable, type Socket, socketOf } from './front.ts';
import { endOfLine } from './ours.ts';
import type { Tree } from './tree.ts';

/** The file that Jitsi's virtual host in Apache includes. */
export const SITE_PART = '/etc/apache2/jitsi-jmb/site.conf';
/** Our own site on loopback, behind nginx. */
export const LOOPBACK_SITE = '/etc/apache2/sites-available/jitsi-jmb.conf';

/** In Apache's files a comment has a line of its own, so that this line stands without a mark. */
const INCLUDE = `    Include ${SITE_PART}`;

/** A path or pattern that stands for every address. */
const EVERYTHING = /^(?:\^|\^?\/\??|\^?(?:\/\??)?\(?\.\*\)?\$?)$/;

/** A virtual host. */
export interface VirtualHost {
  readonly sockets: readonly Socket[];
  /** Its `ServerName` and `ServerAlias`es, which may hold `*` and `?`; lower case. */
  readonly names: readonly string[];
  readonly tls: boolean;
  /** Whether it only sends browsers to https. */
  readonly sendsOn: boolean;
  /** Whether it serves Jitsi's files. */
  readonly servesJitsi: boolean;
  /** Whether it says itself what its front page is. */
  readonly ownFrontPage: boolean;
  readonly file: string;
  /** Offset of the line before which our include goes. */
  readonly at: number;
}

/** Whether Apache answers for the domain by its name (`sure`), or only since nobody else does; undefined: it does not. */
export function apacheFront(tree: Tree, domain: string): { readonly front: Front; readonly sure: boolean } | undefined {
  const hosts = virtualHosts(tree, domain);
  const named = answering(hosts, (host) => isNamed(host, domain));
  const secure = hosts.filter(({ tls }) => tls);
  const chosen = named.length > 0 ? named : answering(secure, () => true).filter((host) => isJitsis(host, domain));
  if (chosen.length === 0) return undefined;
  const edits = new Map<string, number[]>();
  for (const { file, at } of chosen) edits.set(file, [...(edits.get(file) ?? []), at]);
  const ownFrontPage = chosen.some((host) => host.ownFrontPage);
  const front = { kind: 'apache' as const, address: addressOf(chosen), edits, ownFrontPage, sockets: [] };
  return { front, sure: named.length > 0 };
}

/** Every virtual host that Apache serves, but ours. */
export function enabledHosts(tree: Tree): readonly VirtualHost[] {
  return apacheDirectives(tree).flatMap(hostOf);
}

/** The same, with the site of Jitsi's package where that is not enabled (yet) and no other names the domain. */
function virtualHosts(tree: Tree, domain: string): readonly VirtualHost[] {
  const enabled = enabledHosts(tree);
  const site = `/etc/apache2/sites-available/${domain}.conf`;
  const known = enabled.some((host) => isNamed(host, domain) || tree.real(host.file) === site);
  return known || !exists(tree, site)
    ? enabled
    : [...readApache(tree, theirs(tree), [site]).flatMap(hostOf), ...enabled];
}

/** Whether a host that does not name the domain is Jitsi's all the same: by what it serves, or by its file. */
function isJitsis({ names, servesJitsi, file }: VirtualHost, domain: string): boolean {
  return servesJitsi || (names.length === 0 && basename(file).startsWith(domain));
}

/** All that Apache reads, but ours. */
function apacheDirectives(tree: Tree): readonly Directive[] {
  const main = '/etc/apache2/apache2.conf';
  const folder = '/etc/apache2/sites-enabled';
  const sites = namesIn(tree, folder).filter((name) => name.endsWith('.conf'));
  return readApache(tree, theirs(tree), exists(tree, main) ? [main] : sites.map((name) => `${folder}/${name}`));
}

/** The text of a file as the administrator has it. */
function theirs(tree: Tree): (path: string) => string | undefined {
  return (path) => {
    if (path === SITE_PART || tree.real(path) === LOOPBACK_SITE) return undefined;
    const text = tree.read(path);
    return text === undefined ? undefined : undoVhost(text);
  };
}

function hostOf({ name, words, block = [], file, at }: Directive): readonly VirtualHost[] {
  if (name !== 'virtualhost') return [];
  const sockets = words.map((word) => socketOf(word, 443));
  const said = (one: string): readonly string[] =>
    block.filter((each) => each.name === one).flatMap((each) => each.words);
  const bare = (given: string): string =>
    given
      .toLowerCase()
      .replace(/^https?:\/\//, '')
      .replace(/:\d+$/, '');
  const engine = said('sslengine').at(-1)?.toLowerCase();
  return [
    {
      sockets,
      names: [...said('servername').slice(-1), ...said('serveralias')].map(bare),
      tls: engine === undefined ? sockets.some(({ port }) => port === 443) : engine !== 'off',
      sendsOn: block.some(sendsOn),
      servesJitsi: block.some(({ words: all }) => all.some((word) => /jitsi-meet|^\/etc\/jitsi\//.test(word))),
      ownFrontPage: block.some(isFrontPage),
      file,
      at: placeOf(block, file, at),
    },
  ];
}

/** Where our include goes: the end, or before the rules for names where one of them would take our addresses for rooms. */
function placeOf(block: readonly Directive[], file: string, end: number): number {
  const rules = block.filter((one) => one.name.startsWith('rewrite') && one.file === file);
  const takesOurs = rules.some(
    ({ name, words: [pattern = ''] }) => name === 'rewriterule' && fits(pattern, '/booking.cgi'),
  );
  return takesOurs ? (rules[0]?.at ?? end) : end;
}

/** Whether a line sends browsers elsewhere from the front page alone. */
function isFrontPage({ name, words: [one = '', two = '', flags = ''] }: Directive): boolean {
  const pattern = name === 'redirectmatch' ? [one, two].find((word) => word.includes('/')) : one;
  const sends = name === 'redirectmatch' || (name === 'rewriterule' && (/^https?:/.test(two) || /\bR\b/.test(flags)));
  return sends && pattern !== undefined && fits(pattern, '/') && !fits(pattern, '/room');
}

/** Whether a pattern of Apache's fits a path; not where JavaScript cannot read it. */
function fits(pattern: string, path: string): boolean {
  try {
    const found = new RegExp(pattern.replace(/^!/, '')).test(path);
    return pattern.startsWith('!') ? !found : found;
  } catch {
    return false;
  }
}

function sendsOn({ name, words }: Directive): boolean {
  const all = /^redirect/.test(name) && words.some((word) => EVERYTHING.test(word));
  const every = name === 'rewriterule' && EVERYTHING.test(words[0] ?? '');
  return (all || every) && words.some((word) => word.startsWith('https:'));
}

function isNamed({ names }: VirtualHost, domain: string): boolean {
  return names.some((name) => globFits(name, domain.toLowerCase()));
}

/**
 * Of the virtual hosts that fit, those that people reach: on each address the first; with TLS, else (where another
 * server in front of Apache has the certificate) without, but for those that only send on to https.
 */
function answering(hosts: readonly VirtualHost[], fits: (host: VirtualHost) => boolean): readonly VirtualHost[] {
  const first = new Map<string, VirtualHost>();
  for (const host of hosts.filter(fits)) {
    for (const { host: name, port } of host.sockets)
      if (!first.has(`${name} ${port}`)) first.set(`${name} ${port}`, host);
  }
  const found = [...new Set(first.values())];
  const secure = found.filter(({ tls }) => tls);
  return secure.length > 0 ? secure : found.filter((host) => !host.sendsOn);
}

/** Where to ask: 443 before other ports, any address before one. */
function addressOf(hosts: readonly VirtualHost[]): Address | undefined {
  const all = hosts.flatMap(({ sockets, tls }) => sockets.map((socket) => ({ ...socket, tls })));
  const weight = ({ port, host }: Socket): number => (port === 443 ? 2 : 0) + (host === '*' ? 1 : 0);
  const [best] = all.sort((one, other) => weight(other) - weight(one));
  return best && { host: reachable(best.host), port: best.port, tls: best.tls, proxied: false };
}

/** A site of Apache's with our include at these offsets of the text without it, each the line that closes a virtual host. */
export function editVhost(text: string, offsets: readonly number[]): string {
  let made = undoVhost(text);
  for (const at of [...offsets].sort((one, other) => other - one))
    made = `${made.slice(0, at)}${INCLUDE}${endOfLine(made)}${made.slice(at)}`;
  return made;
}

/** The file without our lines, also where it changed elsewhere since. */
export function undoVhost(text: string): string {
  return text.replaceAll(new RegExp(`^${INCLUDE}\\r?\\n`, 'gm'), '');
}

const OFF = '# jmb install: ';

/** Apache's ports.conf without these ports on every address; what listens on one address of its own stays. */
export function editPorts(text: string, ports: ReadonlySet<number>): string {
  return undoPorts(text).replace(/^(?=[ \t]*Listen[ \t]+(\S+))/gim, (_, where: string) => {
    const { host, port } = socketOf(where, 0);
    return (host === '*' || host === '::') && ports.has(port) ? OFF : '';
  });
}

/** The file as it was, also where it changed elsewhere since. */
export function undoPorts(text: string): string {
  return text.replaceAll(OFF, '');
}

/**
 * The ports that Apache leaves to nginx: what nginx listens on, and 80 and 443 unless sites of Apache's own are there.
 * @param taken what nginx listens on
 * @param used what the virtual hosts of others in Apache listen on
 */
export function portsToLeave(taken: readonly Socket[], used: readonly Socket[]): ReadonlySet<number> {
  const nginx = new Set(taken.map(({ port }) => port));
  const others = new Set(used.map(({ port }) => port));
  return new Set([...nginx, ...[80, 443].filter((port) => !others.has(port))]);
}
