/** What stands on a Jitsi host, as far as JMB needs to know; nothing is changed here. */
import { exists, namesIn } from './entries.ts';
import {
  authenticationIsToken,
  jitsiDomain,
  prosodyFiles,
  type TokenRules,
  type TokenSettings,
  tokenRules,
  tokenSettings,
  unreadableToken,
} from './facts.ts';
import type { Front } from './front.ts';
import { frontOf } from './fronts.ts';
import { isKnown } from './journal.ts';
import { BASH_KEPT, OLD_DATABASE, PREFIX } from './paths.ts';
import type { Recipe } from './prosody.ts';
import { HostError, type Tree } from './tree.ts';

/** A host as found. */
export interface Found {
  readonly domain: string;
  readonly token: TokenSettings;
  /** Which tokens Prosody lets in. */
  readonly rules: TokenRules;
  readonly recipe: Recipe;
  readonly hasTokenAffiliation: boolean;
  /** The web server that people reach, and Jitsi's site in it. */
  readonly front: Front;
  /** Path of Prosody's file for the domain. */
  readonly prosody: string;
  /** Whether the Bash version is in the prefix. */
  readonly bash: boolean;
  /** The database of the Bash version, if there is one. */
  readonly oldDatabase: string | undefined;
}

const PLUGINS = '/usr/share/jitsi-meet/prosody-plugins';

/** The host's domain and Prosody's file for it; throws HostError with a sentence where there is none. */
export function lookAtProsody(tree: Tree): Pick<Found, 'domain' | 'prosody'> {
  const domain = jitsiDomain(namesIn(tree, '/etc/jitsi/meet'));
  if (domain === null) {
    throw new HostError(
      'Jitsi Meet is not installed here: /etc/jitsi/meet holds no DOMAIN-config.js. Install jitsi-meet first.',
    );
  }
  const prosody = prosodyFiles(domain).find((path) => tree.read(path) !== undefined);
  if (prosody === undefined)
    throw new HostError(`Prosody has no file for ${domain} in /etc/prosody/conf.avail: install jitsi-meet-prosody.`);
  return { domain, prosody };
}

/** Looks; throws HostError with a sentence when JMB cannot be installed here. */
export function look(tree: Tree, front: string | undefined, upgrade: boolean): Found {
  const has = (path: string): boolean => exists(tree, path);
  const { domain, prosody } = lookAtProsody(tree);
  const lua = tree.read(prosody) ?? '';
  const token = tokenSettings(lua, domain);
  const rules = tokenRules(lua, domain);
  const unreadable = unreadableToken(lua, domain);
  if (unreadable !== null) {
    throw new HostError(
      `${unreadable} in ${prosody} is no plain text: JMB needs the same value as Prosody, so write it there in quotes, and start again.`,
    );
  }
  if (token === null || rules === null || !authenticationIsToken(lua, domain)) {
    throw new HostError(
      `Tokens are not enabled in ${prosody}: apt-get install jitsi-meet-tokens, answer its questions, and start again.`,
    );
  }
  const bash = has(`${PREFIX}/cgi/booking.cgi`);
  if (bash && !upgrade) {
    throw new HostError(
      `Another JMB, the Bash version, is in ${PREFIX}: --upgrade goes over from it and keeps its settings and meetings.`,
    );
  }
  if (!bash && upgrade && !has(BASH_KEPT))
    throw new HostError(`--upgrade: there is no Bash version in ${PREFIX}; leave the option out.`);
  if (!bash && !isKnown(tree) && (has(`${PREFIX}/cgi-bin`) || has('/etc/cron.d/jitsi-jmb'))) {
    throw new HostError(
      `Another JMB is here that this program did not install (${PREFIX}, /etc/cron.d/jitsi-jmb): remove it first.`,
    );
  }
  return {
    domain,
    token,
    rules,
    prosody,
    recipe:
      has(`${PLUGINS}/mod_muc_wait_for_host.lua`) && has(`${PLUGINS}/mod_persistent_lobby.lua`) ? 'current' : 'older',
    hasTokenAffiliation: has(`${PLUGINS}/mod_token_affiliation.lua`),
    front: frontOf(tree, domain, front),
    bash,
    oldDatabase: has(OLD_DATABASE) ? OLD_DATABASE : undefined,
  };
}
