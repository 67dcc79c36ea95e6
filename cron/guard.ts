/** Asks the web server, as a stranger, whether booking and token are guarded and join and ical are not. */
import { ask } from './stranger.ts';

/** What the stranger was told. */
export interface GuardFinding {
  readonly verdict: 'ok' | 'wrong';
  readonly detail: string;
}

const PREFIXES = ['', '/cgi-bin'];

/**
 * Asks both addresses of each door.
 * @param base the public address, such as `https://meet.example.org`
 */
export async function probeGuard(base: string): Promise<GuardFinding> {
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
