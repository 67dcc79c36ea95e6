/** What stands on a Jitsi host, as far as JMB needs to know, and which web server people reach; nothing is changed here. */
import { apacheFront } from './apache_site.ts';
import { exists, namesIn } from './entries.ts';
import type { Front } from './front.ts';
import { isKnown } from './journal.ts';
import { nginxFront } from './nginx_site.ts';
import { recalled } from './options.ts';
import { BASH_KEPT, OLD_DATABASE, PREFIX } from './ours.ts';
import type { Recipe } from './prosody.ts';
import {
  jitsiDomains,
  PROSODY_MAIN,
  type ProsodySetup,
  prosodySetup,
  type TokenRules,
  type TokenSettings,
  tokenRules,
  tokenSettings,
  tokenTrouble,
} from './token_facts.ts';
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

/**
 * The host's domain, and Prosody's files for it; throws HostError with a sentence where there are none.
 * @param asked the domain that was asked for; what an earlier run was told where nothing is said
 */
export function lookAtProsody(
  tree: Tree,
  asked = recalled(tree, {}).domain,
): { readonly domain: string; readonly prosody: ProsodySetup } {
  const domain = domainOf(namesIn(tree, '/etc/jitsi/meet'), asked);
  const prosody = prosodySetup(tree, domain);
  if (prosody !== undefined) return { domain, prosody };
  throw new HostError(
    exists(tree, PROSODY_MAIN)
      ? `Prosody has no file for ${domain}: no VirtualHost "${domain}" in /etc/prosody/conf.avail, conf.d or prosody.cfg.lua. dpkg-reconfigure jitsi-meet-prosody makes it; JMB and Prosody stand on one host.`
      : `Prosody has no file for ${domain} in /etc/prosody/conf.avail: install jitsi-meet-prosody.`,
  );
}

function domainOf(names: readonly string[], asked: string | undefined): string {
  const domains = jitsiDomains(names);
  const [first, ...others] = domains;
  if (first === undefined) {
    throw new HostError(
      'Jitsi Meet is not installed here: /etc/jitsi/meet holds no DOMAIN-config.js. Install jitsi-meet first.',
    );
  }
  const there = domains.join(', ');
  if (asked !== undefined) {
    const found = domains.find((domain) => domain.toLowerCase() === asked.toLowerCase());
    if (found !== undefined) return found;
    throw new HostError(`--domain ${asked}: Jitsi Meet is not set up for it here (/etc/jitsi/meet has ${there}).`);
  }
  if (others.length === 0) return first;
  throw new HostError(
    `Jitsi Meet is set up for more than one domain here: ${there}. Say with --domain NAME which one is for JMB.`,
  );
}

/**
 * Looks; throws HostError with a sentence when JMB cannot be installed here.
 * @param asked web server and domain as they were asked for
 */
export function look(
  tree: Tree,
  asked: { readonly front: string | undefined; readonly domain: string | undefined },
  upgrade: boolean,
): Found {
  const has = (path: string): boolean => exists(tree, path);
  const { domain, prosody } = lookAtProsody(tree, asked.domain);
  const texts = prosody.files.map(({ text }) => text);
  const trouble = tokenTrouble(prosody, domain);
  if (trouble !== undefined) throw new HostError(trouble);
  const token = tokenSettings(texts, domain);
  const rules = tokenRules(texts, domain);
  if (token === null || rules === null) throw new HostError(`Tokens are not enabled in ${prosody.path}.`);
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
    prosody: prosody.path,
    recipe:
      has(`${PLUGINS}/mod_muc_wait_for_host.lua`) && has(`${PLUGINS}/mod_persistent_lobby.lua`) ? 'current' : 'older',
    hasTokenAffiliation: has(`${PLUGINS}/mod_token_affiliation.lua`),
    front: frontOf(tree, domain, asked.front),
    bash,
    oldDatabase: has(OLD_DATABASE) ? OLD_DATABASE : undefined,
  };
}

/**
 * Finds it, with the site that our lines go into.
 * @param asked what the administrator says: `nginx` or `apache`; undefined: look at both
 * @throws HostError with a sentence where neither has a site for the domain, or its files cannot be read
 */
export function frontOf(tree: Tree, domain: string, asked: string | undefined): Front {
  if (asked !== undefined && asked !== 'nginx' && asked !== 'apache')
    throw new HostError(`--front takes nginx or apache, not "${asked}"`);
  const nginx = asked === 'apache' ? undefined : trial(() => nginxFront(tree, domain));
  const apache = asked === 'nginx' ? undefined : trial(() => apacheFront(tree, domain));
  const found = [nginx, apache].flatMap((one) => one?.found ?? []);
  const best = found.find(({ sure }) => sure) ?? found[0];
  if (best !== undefined) return best.front;
  const unreadable = nginx?.error ?? apache?.error;
  if (unreadable !== undefined) throw unreadable;
  if (asked === 'nginx')
    throw new HostError(
      `nginx has no site for ${domain}: no server block in what /etc/nginx/nginx.conf includes names it (server_name ${domain};). Write or enable it, and start again.`,
    );
  if (asked === 'apache')
    throw new HostError(
      `Apache has no site for ${domain}: no virtual host in what /etc/apache2/apache2.conf includes names it (ServerName ${domain}; a macro's are not read). Write or enable it, and start again.`,
    );
  throw new HostError(
    `Neither nginx nor Apache has a site for ${domain} (server_name or ServerName ${domain}): enable it; where both could be meant, say which with --front nginx or --front apache.`,
  );
}

type Guess = { readonly front: Front; readonly sure: boolean };

/** What one of the two says; files that cannot be read matter only where the other has no site. */
function trial(look: () => Guess | undefined): { readonly found?: Guess; readonly error?: HostError } {
  try {
    const found = look();
    return found === undefined ? {} : { found };
  } catch (error) {
    if (error instanceof HostError) return { error };
    throw error;
  }
}
