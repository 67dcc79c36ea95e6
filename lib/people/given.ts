/** What an identity module gives: an account as Apache's authentication modules hand it over, and how to read their variables. */
import { splitAddresses } from '../text/addresses.ts';

/** Apache's variables, as a CGI gets them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Who Apache says is there. */
export interface Given {
  /** The account's name. */
  readonly uid: string;
  /** Lower case, the main one first; none when Apache knows none. */
  readonly addresses: readonly string[];
  /** The name to show, if Apache knows one. */
  readonly name: string | undefined;
}

/** Reads who is there, or null when nobody signed in. Reads only what its Apache module sets: other `HTTP_…` is the browser's word. */
export type IdentityModule = (env: Variables) => Given | null;

/**
 * Makes what a module gives; null without an account.
 * @param addresses each may hold several, joined by `;`, by `,` or by blanks as the Apache modules do
 * @param names the first that is one is taken
 */
export function given(
  uid: string | undefined,
  addresses: readonly (string | undefined)[],
  names: readonly (string | undefined)[],
): Given | null {
  const account = (uid ?? '').trim();
  if (account === '') return null;
  return {
    uid: account,
    addresses: splitAddresses(addresses.join(' ')).addresses,
    name: names.map(shown).find((name) => name !== ''),
  };
}

/**
 * The account: REMOTE_USER, which no browser can set. CAS and LDAP take a name in any case, and REMOTE_USER is as the user typed it;
 * where the provider hands over its own spelling of the same name, that one counts.
 */
export function spelling(typed: string | undefined, spelt: string | undefined): string | undefined {
  return spelt !== undefined && spelt.toLowerCase() === typed?.toLowerCase() ? spelt : typed;
}

/** Several values of one variable: `NAME`, else `NAME_0`, `NAME_1`, … as mod_auth_mellon numbers them. */
export function numbered(env: Variables, name: string): readonly string[] {
  const values: string[] = [];
  for (let at = 0, value = env[`${name}_0`]; value !== undefined; at += 1, value = env[`${name}_${at}`])
    values.push(value);
  const single = env[name];
  return values.length > 0 || single === undefined ? values : [single];
}

/** First and last name, where both are known. */
export function fullName(given: string | undefined, family: string | undefined): string | undefined {
  return given === undefined || family === undefined ? undefined : `${given} ${family}`;
}

/** The first of several values that are joined by `;`, where `\;` stands for itself (mod_shib, mod_authnz_ldap). */
export function firstOf(value: string | undefined): string | undefined {
  return value?.split(/(?<!\\);/)[0]?.replace(/\\;/g, ';');
}

/** A name on one line; nothing where its bytes are no UTF-8, since a name full of holes is worse than one made of the address. */
function shown(value: string | undefined): string {
  const name = (value ?? '').replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return name.includes('\uFFFD') ? '' : name;
}
