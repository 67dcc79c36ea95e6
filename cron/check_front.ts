/**
 * What `jmb check` asks the web server, as a stranger: whether each public address leads to JMB, and whether booking and token
 * are guarded.
 */
import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { TLSSocket } from 'node:tls';
import { whyOf } from '../lib/failure.ts';
import type { Answer } from './check.ts';

/** How long a port may take to be there, in milliseconds. */
const PATIENCE = 2_000;

/** A hash that nobody has. */
const NOBODY = 'jmbcheckjmbcheck';

/** What each address answers to a stranger, or why that is wrong. */
const ADDRESSES: Readonly<Record<string, (reply: Reply) => string | null>> = {
  '/booking.cgi?list': guarded,
  '/token.cgi?room=jmb-check': guarded,
  [`/join.cgi?id=${NOBODY}`]: unknownHash,
  [`/ical.cgi?id=${NOBODY}`]: unknownHash,
  '/jmb/style.css': ({ status }) => (status === 200 ? null : 'pages have no style'),
};

/**
 * Asks at this machine's own addresses, whatever the name stands for.
 * @param base the public address, such as `https://meet.example.org`
 */
export async function front(base: string): Promise<Answer> {
  const { hostname, port, protocol } = new URL(base);
  const number = Number(port) || (protocol === 'https:' ? 443 : 80);
  const own = ownAddresses();
  const at = await firstListening(own, number);
  if (at === null) {
    const here = (await addressesOf(hostname)).some((address) => own.includes(address));
    const detail = `nothing of this machine listens on port ${number}`;
    if (here) return { verdict: 'wrong', detail: `${detail}, where ${hostname} leads: systemctl status nginx apache2` };
    return { verdict: 'unknown', detail: `${detail}: ${hostname} is elsewhere, and guard asks there` };
  }
  let distrust = '';
  for (const [path, fault] of Object.entries(ADDRESSES)) {
    const reply = await ask(`${base}${path}`, at);
    const why = fault(reply);
    if (why !== null) return { verdict: 'wrong', detail: `${at}:${number}: ${path} answers ${reply.status}: ${why}` };
    distrust ||= reply.distrust;
  }
  const detail = `${at}:${number} leads all four programs to JMB`;
  if (distrust !== '') return { verdict: 'warning', detail: `${detail}, but browsers do not trust it: ${distrust}` };
  return { verdict: 'ok', detail };
}

function guarded({ status }: Reply): string | null {
  if (status === 401 || (status >= 300 && status < 400)) return null;
  return notOurs(status);
}

/** Too many strangers who guess are sent away by ours, too. */
function unknownHash({ status, ours }: Reply): string | null {
  return ours && (status === 404 || status === 429) ? null : notOurs(status);
}

function notOurs(status: number): string {
  if (status === 502 || status === 504) return 'Apache does not run (systemctl status apache2)';
  if (status >= 500) return 'the program does not run (its log says why)';
  if (status === 403) return 'Apache refuses it';
  return 'the front does not lead it to JMB; is that Jitsi’s page? (install.sh again)';
}

/** Loopback first: it is there without a network. */
function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
  const others = all.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'));
  return ['127.0.0.1', '::1', ...others.map(({ address }) => address)];
}

async function firstListening(addresses: readonly string[], port: number): Promise<string | null> {
  const listen = await Promise.all(addresses.map((address) => listens(address, port)));
  return addresses.find((_, index) => listen[index]) ?? null;
}

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PATIENCE });
    const end = (is: boolean) => () => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}

async function addressesOf(name: string): Promise<string[]> {
  try {
    return (await lookup(name.replace(/^\[|\]$/g, ''), { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}

const PREFIXES = ['', '/cgi-bin'];

/**
 * Asks both addresses of each door.
 * @param base the public address, such as `https://meet.example.org`
 */
export async function probeGuard(base: string): Promise<Answer> {
  for (const prefix of PREFIXES) {
    for (const path of [`${prefix}/booking.cgi`, `${prefix}/token.cgi?room=jmb-check`]) {
      const answer = await ask(`${base}${path}`);
      const fault = openDoor(answer, path, base);
      if (fault !== null) return { verdict: 'wrong', detail: fault };
    }
    const free = `${prefix}/join.cgi?id=jmbcheckjmbcheck`;
    const { status, ours } = await ask(`${base}${free}`);
    // Who has asked too often is sent away by ours, too.
    if (status !== 404 && !(ours && status === 429))
      return { verdict: 'wrong', detail: `${free} answers ${status}, not 404: guests cannot enter` };
  }
  return { verdict: 'ok', detail: `${base}: strangers must sign in for booking and token, and reach join` };
}

/** A guard answers 401, or sends the stranger to a page that is not ours. */
function openDoor(answer: { status: number; location: string }, path: string, base: string): string | null {
  if (answer.status === 401) return null;
  const { status, location } = answer;
  if (status >= 300 && status < 400 && !location.includes('jwt=') && !ownPage(location, base)) return null;
  if (status === 403) return `${path} answers 403: refused, but by whom? No guard asked the stranger to sign in`;
  if (status >= 500) return `${path} answers ${status}: nobody is there to ask the stranger to sign in; see front`;
  if (status === 404) return `${path} answers 404: the web server does not pass it to JMB`;
  return `${path} answers ${status} to a stranger: nothing guards it`;
}

/** A redirect from http to https, or to the list, is no guard. */
function ownPage(location: string, base: string): boolean {
  return /(^|\/)(booking|token)\.cgi(\?|$)/.test(location.split('service=')[0] ?? '') && location.startsWith(base);
}

/** An answer, without its body. */
export interface Reply {
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
const ANSWERS_WITHIN = 10_000;

/**
 * Asks for a page; redirects are not followed. A certificate that nobody trusts is for browsers to judge.
 * @param address the public one
 * @param at the address of this machine that is asked instead of what the name stands for
 * @throws Error where there is no answer, with the address
 */
export async function ask(address: string, at?: string): Promise<Reply> {
  const { get } = address.startsWith('https:') ? await import('node:https') : await import('node:http');
  const { host, hostname } = new URL(address);
  const elsewhere = at === undefined ? {} : { hostname: at, servername: hostname };
  const headers = { ...FORGED, Accept: 'text/html', Host: host };
  return new Promise((resolve, reject) => {
    const options = { ...elsewhere, headers, timeout: ANSWERS_WITHIN, rejectUnauthorized: false };
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
    request.on('timeout', () => request.destroy(new Error(`no answer within ${ANSWERS_WITHIN / 1000} s`)));
    request.on('error', (error) => reject(new Error(`${address}: ${whyOf(error)}`)));
  });
}
