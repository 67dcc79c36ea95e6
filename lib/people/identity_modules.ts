/** The identity modules that come with the program, one for each way in which Apache signs people in: who its variables say is there. */
import { splitAddresses } from '../text/addresses.ts';

/** Apache's variables, as a CGI gets them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What a module says of who is there: an account, as Apache’s authentication modules hand it over. */
export interface Attributes {
  /** The account's name. */
  readonly uid: string;
  /** Lower case, the main one first; none when Apache knows none. */
  readonly addresses: readonly string[];
  /** The name to show, if Apache knows one. */
  readonly name: string | undefined;
}

/** Reads who is there, or null when nobody signed in. Reads only what its Apache module sets: other `HTTP_…` is the browser's word. */
export type IdentityModule = (env: Variables) => Attributes | null;

/**
 * Makes what a module gives; null without an account.
 * @param addresses each may hold several, joined by `;`, by `,` or by blanks as the Apache modules do
 * @param names the first that is one is taken
 */
export function attributesOf(
  uid: string | undefined,
  addresses: readonly (string | undefined)[],
  names: readonly (string | undefined)[],
): Attributes | null {
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
function spelling(typed: string | undefined, spelt: string | undefined): string | undefined {
  return spelt !== undefined && spelt.toLowerCase() === typed?.toLowerCase() ? spelt : typed;
}

/** Several values of one variable: `NAME`, else `NAME_0`, `NAME_1`, … as mod_auth_mellon numbers them. */
function numbered(env: Variables, name: string): readonly string[] {
  const values: string[] = [];
  for (let at = 0, value = env[`${name}_0`]; value !== undefined; at += 1, value = env[`${name}_${at}`])
    values.push(value);
  const single = env[name];
  return values.length > 0 || single === undefined ? values : [single];
}

/** First and last name, where both are known. */
function fullName(given: string | undefined, family: string | undefined): string | undefined {
  return given === undefined || family === undefined ? undefined : `${given} ${family}`;
}

/** The first of several values that are joined by `;`, where `\;` stands for itself (mod_shib, mod_authnz_ldap). */
function firstOf(value: string | undefined): string | undefined {
  return value?.split(/(?<!\\);/)[0]?.replace(/\\;/g, ';');
}

/** A name on one line; nothing where its bytes are no UTF-8, since a name full of holes is worse than one made of the address. */
function shown(value: string | undefined): string {
  const name = (value ?? '').replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return name.includes('\uFFFD') ? '' : name;
}

/**
 * mod_auth_cas: `REMOTE_USER`, and the attributes as request headers `CAS_MAIL`, `CAS_CN`, … (CASAuthNHeader, CASAttributePrefix CAS_).
 * A browser can send such headers too, so Apache must unset them first: apache/auth-cas.conf does.
 */
function identityCas(env: Variables): Attributes | null {
  const names = [
    env['HTTP_CAS_DISPLAYNAME'],
    env['HTTP_CAS_CN'],
    fullName(env['HTTP_CAS_GIVENNAME'], env['HTTP_CAS_SN']),
  ];
  return attributesOf(
    spelling(env['REMOTE_USER'], env['HTTP_CAS_UID']),
    [env['HTTP_CAS_MAIL'], env['HTTP_CAS_EMAIL']],
    names,
  );
}

/** Attributes by the names that federations use where MellonSetEnv does not rename them; Apache turns their dots and colons into `_`. */
const OID = {
  uid: 'urn_oid_0_9_2342_19200300_100_1_1',
  mail: 'urn_oid_0_9_2342_19200300_100_1_3',
  displayName: 'urn_oid_2_16_840_1_113730_3_1_241',
  cn: 'urn_oid_2_5_4_3',
  givenName: 'urn_oid_2_5_4_42',
  sn: 'urn_oid_2_5_4_4',
} as const;

/** mod_auth_mellon (SAML): attributes as `MELLON_uid`, `MELLON_mail`, or `MELLON_mail_0`, `MELLON_mail_1`, … for several values. */
function identityMellon(env: Variables): Attributes | null {
  const all = (name: keyof typeof OID): readonly string[] => [
    ...numbered(env, `MELLON_${name}`),
    ...numbered(env, `MELLON_${OID[name]}`),
  ];
  const names = [all('displayName')[0], all('cn')[0], fullName(all('givenName')[0], all('sn')[0])];
  return attributesOf(all('uid')[0] ?? env['REMOTE_USER'], all('mail'), names);
}

/** mod_shib (SAML): attributes by the ids of attribute-map.xml, several values joined by `;`. ShibUseHeaders stays off. */
function identityShibboleth(env: Variables): Attributes | null {
  const names = [
    firstOf(env['displayName']),
    firstOf(env['cn']),
    fullName(firstOf(env['givenName']), firstOf(env['sn'])),
  ];
  return attributesOf(firstOf(env['uid']) || env['REMOTE_USER'], [env['mail']], names);
}

/** mod_auth_openidc: claims as `OIDC_CLAIM_email`, …; `REMOTE_USER` is the claim that OIDCRemoteUserClaim names. */
function identityOidc(env: Variables): Attributes | null {
  const names = [env['OIDC_CLAIM_name'], fullName(env['OIDC_CLAIM_given_name'], env['OIDC_CLAIM_family_name'])];
  return attributesOf(env['REMOTE_USER'], [verifiedAddress(env)], names);
}

/** How a provider says that it has looked; many say nothing. mod_auth_openidc writes a JSON `true` as 1. */
const PROVEN = ['', '1', 'true'];

/**
 * Addresses open meetings, so one that the provider itself holds for unproven does not count. The claim is one address
 * (OpenID Connect Core section 5.1): what reads as several is somebody's attempt to have another's, too.
 */
function verifiedAddress(env: Variables): string | undefined {
  if (!PROVEN.includes((env['OIDC_CLAIM_email_verified'] ?? '').trim().toLowerCase())) return undefined;
  const { addresses, bad } = splitAddresses(env['OIDC_CLAIM_email'] ?? '');
  return addresses.length === 1 && bad.length === 0 ? addresses[0] : undefined;
}

/**
 * Any module that sets REMOTE_USER: Basic with a file, LDAP (mod_authnz_ldap) or SQL (mod_authn_dbd). The latter two hand over
 * `AUTHENTICATE_MAIL`, … for the attributes or columns that their configuration names; without them the directory is asked.
 */
function identityRemoteUser(env: Variables): Attributes | null {
  const handed = (name: string): string | undefined =>
    env[`AUTHENTICATE_${name.toUpperCase()}`] ?? env[`AUTHENTICATE_${name}`];
  const names = [
    firstOf(handed('displayName')),
    firstOf(handed('cn')),
    firstOf(handed('name')),
    fullName(firstOf(handed('givenName')), firstOf(handed('sn'))),
  ];
  const addresses = [handed('mail'), handed('email'), handed('mailAlternateAddress')];
  return attributesOf(spelling(env['REMOTE_USER'], handed('uid')), addresses, names);
}

/** The modules by their names in the settings. */
export const identityModules: Readonly<Record<string, IdentityModule>> = {
  'identity-cas': identityCas,
  'identity-mellon': identityMellon,
  'identity-shibboleth': identityShibboleth,
  'identity-oidc': identityOidc,
  'identity-remote_user': identityRemoteUser,
};

/** Names of the identity modules that come with the program. */
export const IDENTITY_MODULES: readonly string[] = Object.keys(identityModules);
