/** Asks a server on a port of this machine for something of a domain's, as a browser does once it knows the address. */
import { request as http, type IncomingHttpHeaders } from 'node:http';
import { request as https } from 'node:https';

/** The answer, with its whole body. */
export interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks 127.0.0.1; whose certificate it is does not matter. */
export function askAt(
  where: { readonly domain: string; readonly port: number; readonly tls: boolean },
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const { domain, port, tls } = where;
  return new Promise((resolve, reject) => {
    const to = { host: '127.0.0.1', port, path, headers: { ...headers, host: domain } };
    const sent = tls ? https({ ...to, servername: domain, rejectUnauthorized: false }) : http(to);
    sent.once('error', reject);
    sent.once('response', (answer) => {
      const parts: string[] = [];
      answer.setEncoding('utf8').on('data', (part: string) => parts.push(part));
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: parts.join('') }),
      );
    });
    sent.end();
  });
}
