// Facts read out of a Jitsi host's files: its domain and its token settings. Texts come in, nothing is opened here.

/** Identity of the token issuer and the secret shared with it, as Prosody has them. */
export interface TokenSettings {
  readonly appId: string;
  readonly appSecret: string;
}

/**
 * The host's domain, from the names of the files in `/etc/jitsi/meet`.
 * Null where no file is called `DOMAIN-config.js`; throws an Error that lists them where several are.
 */
export function jitsiDomain(_fileNames: readonly string[]): string | null {
  return null;
}

/** `app_id` and `app_secret` of the domain's VirtualHost in a Prosody configuration; null unless both are there. */
export function tokenSettings(_prosodyText: string, _domain: string): TokenSettings | null {
  return null;
}

/** Whether the domain's VirtualHost in a Prosody configuration asks for tokens. */
export function authenticationIsToken(_text: string, _domain: string): boolean {
  return false;
}
