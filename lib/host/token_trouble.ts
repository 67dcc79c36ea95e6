/** Why JMB cannot sign tokens for a Prosody as it is set up: what really stands there, and which line to change. */

import type { ProsodySetup } from './prosody_files.ts';
import { type Assignment, lastOf, sectionsFor, sectionsOf, textOf } from './prosody_sections.ts';

/** An option with its place, such as `/etc/prosody/conf.d/meet.example.org.cfg.lua:12`. */
interface Placed {
  readonly assignment: Assignment;
  readonly place: string;
}

/** Ways to sign in by nothing: what Jitsi's packages leave where nobody asked for more. */
const ANONYMOUS = ['anonymous', 'jitsi-anonymous'];
const START_AGAIN = 'and start again';
const SECRET_LINES = 'app_id = "NAME" and app_secret = "32 CHARACTERS OR MORE"';

/** A sentence that says what to change; undefined where tokens are taken and their key can be read. */
export function tokenTrouble(setup: ProsodySetup, domain: string): string | undefined {
  const option = (name: string): Placed | undefined => optionOf(setup, domain, name);
  return authenticationTrouble(option('authentication'), setup.path, domain) ?? keyTrouble(option, setup.path, domain);
}

function authenticationTrouble(found: Placed | undefined, path: string, domain: string): string | undefined {
  const off = 'Tokens are not enabled';
  if (found === undefined) {
    return `${off} in ${path}: VirtualHost "${domain}" has no authentication. apt-get install jitsi-meet-tokens, answer its questions, ${START_AGAIN}.`;
  }
  const said = textOf(found.assignment);
  if (said === 'token') return undefined;
  if (said === null)
    return `${found.place}: authentication is no plain text: write "token" there in quotes, ${START_AGAIN}.`;
  const line = `${off}: ${found.place} says authentication = "${said}"`;
  if (ANONYMOUS.includes(said)) {
    return `${line}, so nobody signs in. apt-get install jitsi-meet-tokens, answer its questions, ${START_AGAIN}.`;
  }
  return `${line}, another way to sign in than tokens. With JMB people sign in by --auth, and Prosody takes its tokens: write authentication = "token" on that line, with ${SECRET_LINES} below it, ${START_AGAIN}.`;
}

function keyTrouble(option: (name: string) => Placed | undefined, path: string, domain: string): string | undefined {
  for (const name of ['app_id', 'app_secret']) {
    const found = option(name);
    if (found !== undefined && textOf(found.assignment) === null) {
      return `${name} in ${found.place} is no plain text: JMB needs the same value as Prosody, so write it there in quotes, ${START_AGAIN}.`;
    }
  }
  const missing = ['app_id', 'app_secret'].filter((name) => !textOf(option(name)?.assignment ?? null));
  if (missing.length === 0) return undefined;
  const keyServer = option('asap_key_server');
  if (keyServer !== undefined) {
    return `${keyServer.place}: asap_key_server has Prosody take tokens that are signed by a key of that server. JMB signs by a secret that it shares with Prosody: take that line out, write ${SECRET_LINES} in its place, ${START_AGAIN}.`;
  }
  return `Tokens are not enabled in ${path}: authentication is "token", but ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing or empty. Write ${SECRET_LINES} under VirtualHost "${domain}", ${START_AGAIN}.`;
}

/** What Prosody takes for an option: the host's, else what stands above all hosts; of several the last. */
function optionOf({ files }: ProsodySetup, domain: string, name: string): Placed | undefined {
  for (const [kind, host] of [
    ['VirtualHost', domain],
    ['global', ''],
  ] as const) {
    const found = files.flatMap(({ path, text }) => {
      const assignment = lastOf(sectionsFor(sectionsOf(text), kind, host), name);
      if (assignment === null) return [];
      const line = text.slice(0, assignment.value[0]?.start).split('\n').length;
      return [{ assignment, place: `${path}:${line}` }];
    });
    const last = found.at(-1);
    if (last !== undefined) return last;
  }
  return undefined;
}
