/** Reads ldap.conf(5), which ldapsearch(1) reads too: servers, base and trusted certificates of the host. */
import { readFileSync } from 'node:fs';

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

/** Reads the file that Debian and Ubuntu have, or the one that LDAPCONF names; one that is not there says nothing. */
export function readLdapConf(file = process.env['LDAPCONF'] ?? '/etc/ldap/ldap.conf'): LdapConf {
  const values = new Map<string, string>();
  for (const line of textOf(file).split('\n')) {
    const [, name, value] = /^([A-Za-z_]+)\s+(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) values.set(name.toUpperCase(), value);
  }
  return {
    urls: (values.get('URI') ?? '').split(/\s+/).filter((url) => url !== ''),
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
