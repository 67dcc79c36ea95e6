/** Jitsi's site in nginx: which server blocks answer for the domain, whether they lead to us, and how they come to. */
import { basename } from 'node:path';
import { exists, globFits, namesIn } from './entries.ts';
import { type Address, type Front, reachable, type Socket, socketOf } from './front.ts';
import { absolute, type Directive, rank, readNginx } from './nginx_conf.ts';
import { insertLines, takeOutLines } from './ours.ts';
import type { Tree } from './tree.ts';

/** Our locations, in the folder that Jitsi's own template includes. */
export const NGINX_LOCATIONS = '/etc/jitsi/meet/jaas/jitsi-jmb.conf';

interface Listen extends Socket {
  readonly tls: boolean;
  readonly byDefault: boolean;
  readonly proxied: boolean;
}

interface Server {
  readonly listens: readonly Listen[];
  readonly names: readonly string[];
  readonly block: readonly Directive[];
  readonly file: string;
  readonly end: number;
}

/** Whether nginx answers for the domain by its name (`sure`), or only since nobody else does; undefined: it does not. */
export function nginxFront(tree: Tree, domain: string): { readonly front: Front; readonly sure: boolean } | undefined {
  const all = effective(tree);
  const servers = serversOf(tree, all, domain);
  const named = answering(servers, domain, true);
  const chosen = named.length > 0 ? named : answering(servers, domain, false);
  if (chosen.length === 0) return undefined;
  const edits = new Map<string, number[]>();
  for (const { file, end, block } of chosen) {
    if (!leadsToUs(block)) edits.set(file, [...(edits.get(file) ?? []), end]);
  }
  const front = {
    kind: 'nginx' as const,
    address: addressOf(chosen),
    edits,
    ownFrontPage: chosen.some(({ block }) => block.some(isFrontPage)),
    // A multiplexer of nginx's may have 443, and hand what is for Jitsi to another port.
    sockets: [...servers, ...serversIn(all, 'stream')].flatMap(({ listens }) => listens),
  };
  return { front, sure: named.length > 0 };
}

/** All that nginx reads; of a tree without nginx's own files the sites in it. */
function effective(tree: Tree): readonly Directive[] {
  const main = '/etc/nginx/nginx.conf';
  if (exists(tree, main)) return readNginx(tree, theirs(tree), [main]);
  const folders = ['/etc/nginx/conf.d', '/etc/nginx/sites-enabled'];
  const sites = folders.flatMap((folder) => namesIn(tree, folder).map((name) => `${folder}/${name}`));
  return readNginx(tree, theirs(tree), sites);
}

/** The text of a file as the administrator has it: what an earlier run put in must not pass for theirs. */
function theirs(tree: Tree): (path: string) => string | undefined {
  return (path) => {
    const text = path === NGINX_LOCATIONS ? undefined : tree.read(path);
    return text === undefined ? undefined : undoNginx(text);
  };
}

/** The server blocks, with the site of Jitsi's package where that is not enabled (yet) and no other names the domain. */
function serversOf(tree: Tree, all: readonly Directive[], domain: string): readonly Server[] {
  const enabled = serversIn(all, 'http');
  const site = `/etc/nginx/sites-available/${domain}.conf`;
  const known =
    answering(enabled, domain, true).length > 0 || enabled.some(({ file }) => tree.real(file) === tree.real(site));
  return known || !exists(tree, site)
    ? enabled
    : [...serversIn(readNginx(tree, theirs(tree), [site]), 'http'), ...enabled];
}

function serversIn(all: readonly Directive[], kind: 'http' | 'stream'): readonly Server[] {
  return all.flatMap((one) => {
    if (one.name === kind) return (one.block ?? []).filter(({ name }) => name === 'server').map(serverOf);
    // A site that is read by itself.
    return one.name === 'server' && kind === 'http' ? [serverOf(one)] : [];
  });
}

function serverOf({ block = [], file, end }: Directive): Server {
  const tls = block.some(({ name, words }) => name === 'ssl' && words[0] === 'on');
  const said = block.filter(
    ({ name, words }) => name === 'listen' && !words[0]?.startsWith('unix:') && !words.includes('quic'),
  );
  const listens = said.map(({ words: [where = '', ...flags] }) => ({
    ...socketOf(where, 80),
    tls: tls || flags.includes('ssl'),
    byDefault: flags.includes('default_server') || flags.includes('default'),
    proxied: flags.includes('proxy_protocol'),
  }));
  return {
    listens: listens.length > 0 ? listens : [{ host: '*', port: 80, tls, byDefault: false, proxied: false }],
    names: block.filter(({ name }) => name === 'server_name').flatMap(({ words }) => words),
    block,
    file,
    end,
  };
}

/**
 * The blocks that people reach when they ask for the domain: with TLS, else (where another server in front of nginx has
 * the certificate) without, but for those that only send on to https.
 * @param named only those that know its name; else also those that nginx takes where no name fits
 */
function answering(servers: readonly Server[], domain: string, named: boolean): readonly Server[] {
  const sockets = new Map<string, { listen: Listen; server: Server }[]>();
  for (const server of servers) {
    for (const listen of server.listens) {
      const key = `${listen.host} ${listen.port}`;
      sockets.set(key, [...(sockets.get(key) ?? []), { listen, server }]);
    }
  }
  const found = [...sockets.values()].flatMap((there) => {
    const best = there.reduce((one, other) =>
      rank(other.server.names, domain) > rank(one.server.names, domain) ? other : one,
    );
    if (rank(best.server.names, domain) > 0) return [best];
    if (named) return [];
    const [taken] = there.filter(({ listen }) => listen.byDefault).concat(there);
    return taken !== undefined && isJitsis(taken.server, domain) ? [taken] : [];
  });
  const serves = found.filter(({ server, listen }) => listen.tls || !sendsOn(server.block));
  const secure = serves.filter(({ listen }) => listen.tls);
  if (secure.length > 0) return [...new Set(secure.map(({ server }) => server))];
  return [...new Set(serves.map(({ server }) => server))];
}

/** Whether a block does nothing but send browsers to https. */
function sendsOn(all: readonly Directive[]): boolean {
  return all.some(
    ({ name, words, block }) =>
      (name === 'return' && /^30\d$|^https:/.test(words[0] ?? '')) ||
      (name === 'rewrite' && /^\^/.test(words[0] ?? '') && /^https:/.test(words[1] ?? '')) ||
      (name === 'location' && words.join(' ') === '/' && sendsOn(block ?? [])),
  );
}

/** Whether a block that does not name the domain is Jitsi's all the same: by what it serves, or by its file. */
function isJitsis({ names, file, block }: Server, domain: string): boolean {
  if (block.some(({ words }) => words.some((word) => /jitsi-meet|^\/etc\/jitsi\//.test(word)))) return true;
  return names.every((name) => name === '_' || name === '') && [domain, `${domain}.conf`].includes(basename(file));
}

function leadsToUs(all: readonly Directive[]): boolean {
  return all.some(({ name, words }) => name === 'include' && globFits(absolute(words[0] ?? ''), NGINX_LOCATIONS));
}

/** Whether a line sends browsers elsewhere from the front page alone; one that only serves it does not. */
function isFrontPage({ name, words, block = [] }: Directive): boolean {
  if (name === 'rewrite') return /^\^\/\??\$$/.test(words[0] ?? '');
  const about = words.join(' ').replace(/["']/g, '');
  if (!(name === 'location' ? /^= ?\/$/ : /^\(\s*\$(?:request_)?uri\s*=\s*\/\s*\)$/).test(about)) return false;
  return block.some((line) => ['return', 'rewrite', 'proxy_pass'].includes(line.name));
}

/** Where to ask: by TLS before plain, 443 before other ports, any address before one. */
function addressOf(servers: readonly Server[]): Address | undefined {
  const weight = ({ tls, port, host, proxied }: Listen): number =>
    (tls ? 8 : 0) + (port === 443 ? 4 : 0) + (host === '*' ? 2 : 0) + (proxied ? 0 : 1);
  const [best] = servers.flatMap(({ listens }) => listens).sort((one, other) => weight(other) - weight(one));
  return best && { host: reachable(best.host), port: best.port, tls: best.tls, proxied: best.proxied };
}

/** A file of nginx's with our include at these offsets of the text without it, each a brace that closes a server block. */
export function editNginx(text: string, offsets: readonly number[]): string {
  let made = undoNginx(text);
  for (const end of [...offsets].sort((one, other) => other - one)) {
    const begin = made.lastIndexOf('\n', end - 1) + 1;
    const indent = made.slice(begin, end);
    const alone = indent.trim() === '';
    const line = `${alone ? indent : ''}    include ${NGINX_LOCATIONS};`;
    made = insertLines(made, alone ? begin : end, [line], '#');
  }
  return made;
}

/** The file without our lines, also where it changed elsewhere since. */
export function undoNginx(text: string): string {
  return takeOutLines(text, '#').text;
}
