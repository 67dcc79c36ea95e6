/** Asks the web server as a stranger does, by the public name or at an address of this machine. */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { whyOf } from '../lib/failure.ts';

/** An answer, without its body. */
export interface Told {
  readonly status: number;
  readonly location: string;
  /** Whether it is a page of ours: each forbids everything that is not its own. */
  readonly ours: boolean;
  /** Why browsers would not trust the certificate; empty where they would, or where there is none. */
  readonly distrust: string;
}

/** A stranger's forged identity: no answer may depend on it. */
const FORGED = { 'Remote-User': 'jmb-check', 'Cas-Uid': 'jmb-check', 'Cas-Mail': 'jmb-check@example.invalid' };

/** How long an answer may take, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Asks for a page; redirects are not followed. A certificate that nobody trusts is for browsers to judge.
 * @param address the public one
 * @param at the address of this machine that is asked instead of what the name stands for
 * @throws Error where there is no answer, with the address
 */
export async function ask(address: string, at?: string): Promise<Told> {
  const { get } = address.startsWith('https:') ? await import('node:https') : await import('node:http');
  const { host, hostname } = new URL(address);
  const elsewhere = at === undefined ? {} : { hostname: at, servername: hostname };
  const headers = { ...FORGED, Accept: 'text/html', Host: host };
  return new Promise((resolve, reject) => {
    const options = { ...elsewhere, headers, timeout: PATIENCE, rejectUnauthorized: false };
    const request = get(address, options, (response: IncomingMessage) => {
      response.resume();
      const { authorized, authorizationError } = response.socket as Partial<TLSSocket>;
      resolve({
        status: response.statusCode ?? 0,
        location: response.headers.location ?? '',
        ours: String(response.headers['content-security-policy']).startsWith("default-src 'none'"),
        distrust: authorized === false ? String(authorizationError) : '',
      });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${PATIENCE / 1000} s`)));
    request.on('error', (error) => reject(new Error(`${address}: ${whyOf(error)}`)));
  });
}
