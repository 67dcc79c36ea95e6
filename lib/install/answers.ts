/**
 * Whether JMB answers at its addresses, through the server that people reach: the last look before a run is held to be good.
 */

import { type ClientRequest, request as http, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { request as https } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { messageOf } from '../failure.ts';
import type { Address, Front } from './front.ts';
import { HostError } from './tree.ts';

/** What is asked, and where. */
export interface Where {
  readonly domain: string;
  readonly front: Front;
  /** Apache's port on 127.0.0.1 behind nginx; undefined where Apache is the front itself. */
  readonly port: number | undefined;
  /** Whose page the front page is to be. */
  readonly frontPage: 'jmb' | 'jitsi';
  /** Whether this is the second of two hosts, which answers that it waits (503). */
  readonly waits: boolean;
}

/** Seconds for one answer: a provider that the way to sign in asks may take its time. */
const PATIENCE = 10;

/** A question, and what is wrong with an answer; undefined: nothing. */
interface Question {
  readonly path: string;
  readonly fault: (answer: Answer) => string | undefined;
  /** Whether the way to sign in answers there: that it is not ready (an error, or no answer) is no fault of the front's. */
  readonly signsIn?: boolean;
}

/** What is wrong, and with which addresses. */
interface Fault {
  readonly why: string;
  readonly paths: readonly string[];
  /** Whether nothing but the way to sign in is not ready. */
  readonly isMild: boolean;
}

/**
 * Asks until everything answers as it should, for so many seconds.
 * @returns what the administrator is to know all the same: that nobody can sign in yet
 * @throws HostError with what does not answer as it should
 */
export async function untilProgramsAnswer(
  { domain, front, port, frontPage, waits }: Where,
  seconds: number,
): Promise<readonly string[]> {
  if (port !== undefined) {
    const address = { host: '127.0.0.1', port, tls: false, proxied: false };
    const [fault] = await lastFaults(address, domain, [{ path: LINK, fault: notNobodys(waits) }], seconds);
    if (fault !== undefined)
      throw new HostError(
        `Apache does not answer as it should: ${said([fault])}. Its log, /var/log/apache2, says why.`,
      );
  }
  if (front.address === undefined) return [];
  const questions = [...programs(waits), ...frontPageOf(front, frontPage)];
  const faults = await lastFaults(front.address, domain, questions, seconds);
  const mild = faults.filter(({ isMild }) => isMild);
  const notes =
    mild.length === 0 ? [] : [`Nobody can sign in yet: ${said(mild)}. Apache's log, /var/log/apache2, says why.`];
  const grave = faults.filter(({ isMild }) => !isMild);
  if (grave.length === 0) return notes;
  throw new HostError(
    `${front.kind === 'nginx' ? 'nginx' : 'Apache'}, asked on this machine at port ${front.address.port} for ${domain}, does not answer as it should: ${said(grave)}.`,
  );
}

/** Faults as one text, each with its addresses. */
function said(faults: readonly Fault[]): string {
  return faults.map(({ why, paths }) => `${why} (${paths.join(', ')})`).join('; ');
}

/** Asks what is not as it should be again and again; what is still wrong in the end. */
async function lastFaults(
  address: Address,
  domain: string,
  questions: readonly Question[],
  seconds: number,
): Promise<readonly Fault[]> {
  let open = questions;
  for (const until = Date.now() + seconds * 1000; ; ) {
    const wrong = (await Promise.all(open.map((one) => answered(address, domain, one)))).filter(
      ({ why }) => why !== undefined,
    );
    open = wrong.map(({ question }) => question);
    if (open.length === 0 || Date.now() >= until) {
      const faults = new Map<string, Fault>();
      for (const { question, why = '', isMild } of wrong) {
        const kind = `${isMild} ${why}`;
        faults.set(kind, { why, isMild, paths: [...(faults.get(kind)?.paths ?? []), question.path] });
      }
      return [...faults.values()];
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function answered(
  address: Address,
  domain: string,
  question: Question,
): Promise<{ question: Question; why: string | undefined; isMild: boolean }> {
  const signsIn = question.signsIn === true;
  try {
    const answer = await asked(address, domain, question.path, PATIENCE);
    const fails = signsIn && answer.status >= 500;
    return { question, why: fails ? `it answers ${answer.status}` : question.fault(answer), isMild: fails };
  } catch (error) {
    const why = messageOf(error);
    return { question, why, isMild: signsIn && why.startsWith(NO_ANSWER) };
  }
}

/** A link that is nobody's. */
const LINK = '/join.cgi?id=install';
/** Answers to it, and to a feed that is nobody's: not found, or asked too often. */
const NOBODYS: readonly number[] = [404, 429];

const programs = (waits: boolean): readonly Question[] =>
  ['', '/cgi-bin'].flatMap((folder) => [
    { path: `${folder}/booking.cgi`, fault: notGuarded, signsIn: true },
    { path: `${folder}/token.cgi?room=install`, fault: notGuarded, signsIn: true },
    { path: `${folder}${LINK}`, fault: notNobodys(waits) },
    { path: `${folder}/ical.cgi?id=install`, fault: notNobodys(waits) },
  ]);

function notNobodys(waits: boolean): Question['fault'] {
  const right = waits ? [503] : NOBODYS;
  return (answer) => notOurs(answer) ?? (right.includes(answer.status) ? undefined : `it answers ${answer.status}`);
}

/** Who has not signed in is asked to, in whatever way; a provider that is away is no fault of the front's. */
function notGuarded(answer: Answer): string | undefined {
  const open = answer.status < 300 || answer.status === 404;
  return notOurs(answer) ?? (open ? `it answers ${answer.status} to who has not signed in` : undefined);
}

/** What apache/jitsi-jmb.conf says with every answer of ours. */
function notOurs({ status, headers }: Answer): string | undefined {
  const policy = `${headers['content-security-policy'] ?? ''}`;
  return policy.includes("default-src 'none'") ? undefined : `it answers ${status} with a page that is not JMB's`;
}

function frontPageOf({ ownFrontPage }: Front, wished: Where['frontPage']): readonly Question[] {
  if (ownFrontPage) return [];
  const leads = ({ headers: { location = '' } }: Answer): boolean =>
    /^(?:https?:\/\/[^/]*)?\/close\.cgi\?front$/.test(location);
  const fault = (answer: Answer): string | undefined => {
    const right = wished === 'jmb' ? leads(answer) : answer.status < 500 && !leads(answer);
    const way = wished === 'jmb' ? '; --front-page jitsi leaves it alone' : '';
    return right ? undefined : `it answers ${answer.status}, not what --front-page ${wished} says${way}`;
  };
  return [{ path: '/', fault }];
}

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
