/** One search in a directory: connects, signs in, asks and leaves, within a time limit, by ldapts, which is loaded when first needed. */
import { readFileSync } from 'node:fs';
import { within } from '../clock.ts';
import { whyOf } from '../failure.ts';
import { Unavailable } from '../refusal.ts';
import { SettingsError } from '../settings.ts';
import type { DirectoryAddress } from './ldapsearch.ts';

type Ldapts = typeof import('ldapts');
type Filter = import('ldapts').Filter;

/** The values of an attribute of one entry, by its name in any case; empty when it has none. */
export type Attributes = (name: string) => readonly string[];

/** What is asked, apart from where. */
interface Question {
  readonly filter: Filter;
  readonly attributes: readonly string[];
  readonly most: number;
}

/** A directory whose blanks are filled from ldap.conf. */
interface Target extends DirectoryAddress {
  readonly base: string;
  readonly tls: { readonly ca?: string[]; readonly rejectUnauthorized: boolean };
}

/**
 * Asks the servers in turn until one answers.
 * @param timeLimit milliseconds that each server has
 * @param makeFilter is handed ldapts, so that only a search loads it
 * @param most at most this many entries, whichever come first; 0: all
 * @throws Unavailable when no server answers
 */
export async function search(
  address: DirectoryAddress,
  timeLimit: number,
  attributes: readonly string[],
  makeFilter: (ldapts: Ldapts) => Filter,
  most = 0,
): Promise<readonly Attributes[]> {
  const ldapts = await import('ldapts');
  const question = { filter: makeFilter(ldapts), attributes, most };
  const target = completed(address);
  const failures: string[] = [];
  for (const url of target.urls) {
    try {
      return await askServer(ldapts, url, target, timeLimit, question);
    } catch (error) {
      failures.push(`${url}: ${reasonOf(error)}`);
    }
  }
  throw new Unavailable('directory', failures.join('; '));
}

function completed(address: DirectoryAddress): Target {
  const conf = readLdapConf();
  const urls = address.urls.length > 0 ? address.urls : conf.urls;
  const base = address.base ?? conf.base;
  if (urls.length === 0) throw new SettingsError('JMB_LDAPSEARCH', 0, 'no server is named (-H)');
  if (base === null) throw new SettingsError('JMB_LDAPSEARCH', 0, 'no base is named (-b)');
  const encrypted = address.startTls || urls.some((url) => /^ldaps:/i.test(url));
  return { ...address, urls, base, tls: encrypted ? trust(conf) : { rejectUnauthorized: conf.verify } };
}

/** Naming certificates replaces those that Node trusts by itself, so its own are named along with the host's. */
function trust(conf: { certificates: string | null; verify: boolean }): Target['tls'] {
  if (conf.certificates === null) return { rejectUnauthorized: conf.verify };
  const { rootCertificates } = process.getBuiltinModule('node:tls');
  try {
    const ca = [...rootCertificates, readFileSync(conf.certificates, 'utf8')];
    return { ca, rejectUnauthorized: conf.verify };
  } catch (error) {
    throw new Unavailable('directory', `TLS_CACERT of ldap.conf: ${reasonOf(error)}`);
  }
}

async function askServer(
  { Client }: Ldapts,
  url: string,
  target: Target,
  timeLimit: number,
  question: Question,
): Promise<readonly Attributes[]> {
  const secure = /^ldaps:/i.test(url);
  const tlsOptions = secure ? { tlsOptions: target.tls } : {};
  const client = new Client({ url, timeout: timeLimit, connectTimeout: timeLimit, ...tlsOptions });
  const work = async (): Promise<readonly Attributes[]> => {
    if (target.startTls && !secure) await client.startTLS({ ...target.tls, ...serverName(url) });
    if (target.bind !== null) await client.bind(target.bind, passwordOf(target));
    const { searchEntries } = await client.search(target.base, {
      scope: target.scope,
      filter: question.filter,
      attributes: [...question.attributes],
      sizeLimit: question.most,
      timeLimit: Math.max(1, Math.ceil(timeLimit / 1000)),
    });
    // A connection that broke is opened again behind our back, then without a sign-in: its answer says nothing.
    if (target.bind !== null && !client.isBound) throw new Error('the connection broke');
    return searchEntries.map(attributesOf);
  };
  try {
    return await within(timeLimit, work());
  } finally {
    // Whether the farewell arrives does not matter any more.
    client.unbind().catch(() => undefined);
  }
}

/** What STARTTLS compares with the server's certificate. */
function serverName(url: string): { host: string; servername?: string } {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return /^[\d.]+$|:/.test(host) ? { host } : { host, servername: host };
}

/** A server takes an empty password for an anonymous sign-in, whose empty answers would read as "no". */
function passwordOf(target: Target): string {
  const password = target.passwordFile === null ? (target.password ?? '') : passwordIn(target.passwordFile);
  if (password === '') throw new Error('the password is empty');
  return password;
}

function passwordIn(file: string): string {
  return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
}

function attributesOf(entry: import('ldapts').Entry): Attributes {
  const byName = new Map(Object.entries(entry).map(([name, value]) => [name.toLowerCase(), value]));
  return (name) => {
    const value = byName.get(name.toLowerCase()) ?? [];
    return (Array.isArray(value) ? value : [value]).map((one) => one.toString());
  };
}

/** The error on one line; LDAP's error names say more than some messages. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const why = whyOf(error);
  const { name } = error;
  return /^(Aggregate)?Error$/.test(name) || why.includes(name) ? why : `${name}: ${why}`;
}

/** What the host says about directories in general. */
export interface LdapConf {
  /** Servers where a command line names none. */
  readonly urls: readonly string[];
  /** The base where a command line names none. */
  readonly base: string | null;
  /** A file of certificates that are trusted, besides those that Node trusts. */
  readonly certificates: string | null;
  /** Whether a server must prove who it is: TLS_REQCERT. */
  readonly verify: boolean;
}

/** Reads ldap.conf(5), which ldapsearch(1) reads too: the file that Debian and Ubuntu have, or the one that LDAPCONF names; one that is not there says nothing. */
export function readLdapConf(file = process.env['LDAPCONF'] ?? '/etc/ldap/ldap.conf'): LdapConf {
  const values = new Map<string, string>();
  for (const line of textOf(file).split('\n')) {
    const found = /^([A-Za-z_]+)\s+(.*?)\s*$/.exec(line);
    if (found !== null) values.set(String(found[1]).toUpperCase(), String(found[2]));
  }
  return {
    urls: (values.get('URI') ?? '').split(/\s/).filter((url) => url !== ''),
    base: values.get('BASE') ?? null,
    certificates: values.get('TLS_CACERT') ?? null,
    verify: !/^(never|allow)$/i.test(values.get('TLS_REQCERT') ?? ''),
  };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
