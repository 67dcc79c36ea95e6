/** What many clients at once do to FastCGI: calendar programs that poll, browsers that come together, a hundred thousand requests. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { basic } from '../support/accounts.ts';
import { Client } from './client.ts';
import { quantile } from './measure.ts';
import { ask, type Server } from './server.ts';
import type { User } from './site.ts';

/** How one process takes polling. */
export interface Polling {
  /** Feeds a second, sent whole. */
  readonly whole: number;
  /** Feeds a second that a client already has (304). */
  readonly unchanged: number;
}

/** Asks one process for feeds as fast as it answers, for so many milliseconds each. */
export async function poll(server: Server, user: User, duration: number): Promise<Polling> {
  const { headers } = await ask(server.client, 'ical', user);
  const etag = headers.get('etag') ?? '';
  const rate = async (known: Readonly<Record<string, string>>, status: number): Promise<number> => {
    let count = 0;
    const start = performance.now();
    while (performance.now() - start < duration) {
      const answer = await server.client.get(`/ical.cgi?id=${user.feed}`, known);
      if (answer.status !== status) throw new Error(`the feed: status ${answer.status} instead of ${status}`);
      count += 1;
    }
    return (count * 1000) / (performance.now() - start);
  };
  return { whole: await rate({}, 200), unchanged: await rate({ 'if-none-match': etag }, 304) };
}

/** How so many browsers at once fare. */
export interface Crowd {
  readonly browsers: number;
  readonly requests: number;
  readonly errors: number;
  /** What was wrong, each once. */
  readonly wrong: readonly string[];
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** Answers a second. */
  readonly rate: number;
}

/**
 * Sends browsers all at once that ask for the list, so many times together: by ab, for a client of ours on the same processors would take as
 * much of them as what it measures.
 */
export async function crowd(server: Server, user: User, browsers: number, requests: number): Promise<Crowd> {
  const words = `-q -l -k -r -c ${browsers} -n ${requests}`.split(' ');
  const address = `http://127.0.0.1:${server.port}/booking.cgi?list`;
  const { stdout } = await promisify(execFile)('ab', [...words, '-H', `Authorization: ${basic(user.uid)}`, address]);
  return { browsers, ...countedBy(stdout) };
}

/** What ab prints of it. @throws where it does not say what it should */
export function countedBy(said: string): Omit<Crowd, 'browsers'> {
  const number = (line: RegExp): number => {
    const found = line.exec(said)?.[1];
    if (found === undefined) throw new Error(`ab said no ${line}:\n${said}`);
    return Number(found);
  };
  const failed = number(/^Failed requests:\s+(\d+)/m);
  const refused = Number(/^Non-2xx responses:\s+(\d+)/m.exec(said)?.[1] ?? 0);
  return {
    requests: number(/^Complete requests:\s+(\d+)/m),
    errors: failed + refused,
    wrong: [...(failed > 0 ? [`${failed} failed`] : []), ...(refused > 0 ? [`${refused} not 2xx`] : [])],
    p50: number(/^\s+50%\s+(\d+)/m),
    p99: number(/^\s+99%\s+(\d+)/m),
    worst: number(/^\s+100%\s+(\d+)/m),
    rate: number(/^Requests per second:\s+([\d.]+)/m),
  };
}

/** The same by clients of ours, while the program is restarted so many times, each once as many answers have come as there are browsers. */
export async function crowdOverRestarts(
  server: Server,
  user: User,
  browsers: number,
  restarts: number,
): Promise<Crowd> {
  let answers = 0;
  const goesOn = (): boolean => {
    answers += 1;
    if (answers % browsers === 0) server.restart('booking');
    return answers <= browsers * (restarts + 1);
  };
  const times: number[] = [];
  const wrong: string[] = [];
  const start = performance.now();
  const browser = async (): Promise<void> => {
    const client = new Client(server.port);
    while (goesOn()) {
      try {
        times.push((await ask(client, 'list', user)).time);
      } catch (error) {
        wrong.push(String(error));
        client.close();
      }
    }
    client.close();
  };
  await Promise.all(Array.from({ length: browsers }, browser));
  const rate = (times.length * 1000) / (performance.now() - start);
  times.sort((a, b) => a - b);
  return {
    browsers,
    requests: times.length + wrong.length,
    errors: wrong.length,
    wrong: [...new Set(wrong)],
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    worst: times.at(-1) ?? Number.NaN,
    rate,
  };
}

/** The memory of one process over many requests. */
export interface Memory {
  readonly requests: number;
  /** Resident MiB after a tenth of the requests, and after all. */
  readonly early: number;
  readonly late: number;
  readonly processes: number;
}

/** Asks one process for its pages in turn, and looks at its memory. `program` is a part of its command line. */
export async function remember(server: Server, user: User, requests: number, program: string): Promise<Memory> {
  let early = 0;
  for (let count = 1; count <= requests; count += 1) {
    await ask(server.client, 'list', user);
    if (count === Math.ceil(requests / 10)) early = resident(program).size;
  }
  const { size, processes } = resident(program);
  return { requests, early, late: size, processes };
}

/** Resident memory in MiB of the processes whose command line holds a text, and their number. */
function resident(program: string): { size: number; processes: number } {
  let size = 0;
  let processes = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      // What starts it anew names it, too.
      if (!words.includes(program) || words.startsWith('sh\0')) continue;
      size += Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
      processes += 1;
    } catch {
      // It ended while we looked.
    }
  }
  return { size, processes };
}
