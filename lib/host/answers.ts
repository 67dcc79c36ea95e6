/** Whether the installed programs answer through Apache: the last look before a run is held to be good. */
import { request as http } from 'node:http';
import { request as https } from 'node:https';
import { HostError } from './tree.ts';

/** Where Apache listens. */
export interface Where {
  readonly domain: string;
  /** A port of 127.0.0.1, plain; undefined where Apache is the front itself, with TLS on 443. */
  readonly port: number | undefined;
}

/** An address that says nothing about anybody; the answer to it is a page of ours. */
const PATH = '/join.cgi?id=install';
const EXPECTED = 404;

/** Asks until the programs answer, for so many seconds; throws HostError with the last answer when they do not. */
export async function untilProgramsAnswer(where: Where, seconds: number): Promise<void> {
  let last = '';
  for (const until = Date.now() + seconds * 1000; Date.now() < until; ) {
    try {
      const status = await statusOf(where);
      if (status === EXPECTED) return;
      last = `it answers ${status}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new HostError(`Apache does not answer ${PATH} as it should: ${last}. Its log, /var/log/apache2, says why.`);
}

function statusOf({ domain, port }: Where): Promise<number> {
  return new Promise((resolve, reject) => {
    const to = { host: '127.0.0.1', path: PATH, headers: { host: domain }, timeout: 3000 };
    // The certificate is for browsers to judge.
    const sent =
      port === undefined
        ? https({ ...to, port: 443, servername: domain, rejectUnauthorized: false })
        : http({ ...to, port });
    sent.once('timeout', () => sent.destroy(new Error('it does not answer within 3 seconds')));
    sent.once('error', reject);
    sent.once('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.end();
  });
}
