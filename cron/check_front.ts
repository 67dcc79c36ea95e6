/** What `jmb check` asks about the front: whether the web server of this machine leads each public address to JMB. */
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Answer } from './finding.ts';
import { ask, type Told } from './stranger.ts';

/** How long a port may take to be there, in milliseconds. */
const PATIENCE = 2_000;

/** A hash that nobody has. */
const NOBODY = 'jmbcheckjmbcheck';

/** What each address answers to a stranger, or why that is wrong. */
const ADDRESSES: Readonly<Record<string, (told: Told) => string | null>> = {
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
    const told = await ask(`${base}${path}`, at);
    const why = fault(told);
    if (why !== null) return { verdict: 'wrong', detail: `${at}:${number}: ${path} answers ${told.status}: ${why}` };
    distrust ||= told.distrust;
  }
  const detail = `${at}:${number} leads all four programs to JMB`;
  if (distrust !== '') return { verdict: 'warning', detail: `${detail}, but browsers do not trust it: ${distrust}` };
  return { verdict: 'ok', detail };
}

function guarded({ status }: Told): string | null {
  if (status === 401 || (status >= 300 && status < 400)) return null;
  return notOurs(status);
}

/** Too many strangers who guess are sent away by ours, too. */
function unknownHash({ status, ours }: Told): string | null {
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
