// Facts read out of a Jitsi host's files: its domain and its token settings. Texts come in, nothing is opened here.
import { type Assignment, lastOf, type Section, sectionsFor, sectionsOf, textOf } from './prosody_sections.ts';

/** Identity of the token issuer and the secret shared with it, as Prosody has them. */
export interface TokenSettings {
  readonly appId: string;
  readonly appSecret: string;
}

const CONFIG_FILE = /^([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)-config\.js$/;

/**
 * The host's domain, from the names of the files in `/etc/jitsi/meet`.
 * Null where no file is called `DOMAIN-config.js`; throws an Error that lists them where several are.
 */
export function jitsiDomain(fileNames: readonly string[]): string | null {
  const domains = fileNames.flatMap((name) => CONFIG_FILE.exec(name)?.[1] ?? []).sort();
  if (domains.length > 1) {
    throw new Error(`Jitsi Meet is set up for more than one domain here: ${domains.join(', ')}`);
  }
  return domains[0] ?? null;
}

/** What Prosody takes for an option of the host: its own, then the global one. */
function assigned(sections: readonly Section[], domain: string, name: string): Assignment | null {
  return (
    lastOf(sectionsFor(sections, 'VirtualHost', domain), name) ?? lastOf(sectionsFor(sections, 'global', ''), name)
  );
}

function option(sections: readonly Section[], domain: string, name: string): string | null {
  return textOf(assigned(sections, domain, name));
}

/** Of `app_id` and `app_secret`, the one that is set to something other than plain text, such as `os.getenv("KEY")`; null where neither is. */
export function unreadableToken(prosodyText: string, domain: string): string | null {
  const sections = sectionsOf(prosodyText);
  const isUnreadable = (name: string): boolean => {
    const found = assigned(sections, domain, name);
    return found !== null && textOf(found) === null;
  };
  return ['app_id', 'app_secret'].find(isUnreadable) ?? null;
}

/** `app_id` and `app_secret` that hold for the domain's VirtualHost in a Prosody configuration; null unless both are there and not empty. */
export function tokenSettings(prosodyText: string, domain: string): TokenSettings | null {
  const sections = sectionsOf(prosodyText);
  if (sectionsFor(sections, 'VirtualHost', domain).length === 0) return null;
  const appId = option(sections, domain, 'app_id');
  const appSecret = option(sections, domain, 'app_secret');
  return appId && appSecret ? { appId, appSecret } : null;
}

/** Whether the domain's VirtualHost in a Prosody configuration asks for tokens. */
export function authenticationIsToken(text: string, domain: string): boolean {
  const sections = sectionsOf(text);
  const known = sectionsFor(sections, 'VirtualHost', domain).length > 0;
  return known && option(sections, domain, 'authentication') === 'token';
}
