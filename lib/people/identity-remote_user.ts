/**
 * Any module that sets REMOTE_USER: Basic with a file, LDAP (mod_authnz_ldap) or SQL (mod_authn_dbd). The latter two hand over
 * `AUTHENTICATE_MAIL`, … for the attributes or columns that their configuration names; without them the directory is asked.
 */
import { firstOf, fullName, type Given, given, spelling, type Variables } from './given.ts';

/** Who Apache says is there. */
export function identityRemoteUser(env: Variables): Given | null {
  const handed = (name: string): string | undefined =>
    env[`AUTHENTICATE_${name.toUpperCase()}`] ?? env[`AUTHENTICATE_${name}`];
  const names = [
    firstOf(handed('displayName')),
    firstOf(handed('cn')),
    firstOf(handed('name')),
    fullName(firstOf(handed('givenName')), firstOf(handed('sn'))),
  ];
  const addresses = [handed('mail'), handed('email'), handed('mailAlternateAddress')];
  return given(spelling(env['REMOTE_USER'], handed('uid')), addresses, names);
}
