/** One question to a web server of this machine for something of Jitsi's domain, whoever its certificate is for. */
import { type ClientRequest, request as http, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { request as https } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Address } from './front.ts';

/** An answer without its body. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** How it begins what is said of who does not answer in time. */
export const NO_ANSWER = 'it does not answer within';

/** Asks for a path; rejects with an Error when nobody answers within so many seconds. */
export function asked(address: Address, domain: string, path: string, seconds: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = sending(address, domain, { path, headers: { host: domain }, timeout: seconds * 1000 });
    sent.once('timeout', () => sent.destroy(new Error(`${NO_ANSWER} ${seconds} seconds`)));
    sent.once('error', reject);
    sent.once('response', (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers });
    });
    sent.end();
  });
}

function sending({ host, port, tls, proxied }: Address, domain: string, question: RequestOptions): ClientRequest {
  const to = { host, port };
  // The certificate is for browsers to judge.
  const secure = { servername: domain, rejectUnauthorized: false };
  if (!proxied) {
    const once = { ...question, ...to, agent: false };
    return tls ? https({ ...once, ...secure }) : http(once);
  }
  const socket = connect(to);
  // The PROXY protocol, version 1: who asks whom, before all else.
  socket.write(`PROXY TCP4 127.0.0.1 127.0.0.1 1 ${port}\r\n`);
  const sent = http({ ...question, createConnection: () => (tls ? connectTls({ socket, ...secure }) : socket) });
  socket.once('error', (error) => sent.destroy(error));
  return sent;
}
