/** A house's own authority for certificates, and a server's certificate that comes from it: what JMB_SMTP_CA is for. */
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An address of this machine that nothing tells from another machine's: JMB asks for TLS there. */
export const ELSEWHERE = '0.0.0.0';

/** Paths of what was made, in PEM. */
export interface HouseAuthority {
  /** The authority's own certificate. */
  readonly authority: string;
  /** A certificate for `localhost` and ELSEWHERE, and its key. */
  readonly certificate: string;
  readonly key: string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes them in a folder. */
export function makeHouseAuthority(dir: string): HouseAuthority {
  const [authority, authorityKey, certificate, key, request, names] = [
    ...['house.pem', 'house.key', 'server.pem', 'server.key', 'server.csr', 'server.ext'],
  ].map((name) => join(dir, name)) as [string, string, string, string, string, string];
  const openssl = (...words: string[]) => execFileSync('openssl', words, { stdio: 'pipe' });
  openssl(
    ...['req', '-x509', ...KEY, '-subj', '/CN=House Authority', '-days', '30'],
    '-keyout',
    authorityKey,
    '-out',
    authority,
  );
  openssl(...['req', '-new', ...KEY, '-subj', '/CN=mail.univ.example', '-keyout', key, '-out', request]);
  writeFileSync(names, `subjectAltName=DNS:localhost,IP:${ELSEWHERE}\n`);
  const signed = ['-CA', authority, '-CAkey', authorityKey, '-CAcreateserial', '-days', '30', '-extfile', names];
  openssl('x509', '-req', '-in', request, '-out', certificate, ...signed);
  for (const file of [authority, certificate]) chmodSync(file, 0o644);
  return { authority, certificate, key };
}
