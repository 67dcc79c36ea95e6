/** mod_shib (SAML): attributes by the ids of attribute-map.xml, several values joined by `;`. ShibUseHeaders stays off. */
import { firstOf, fullName, type Given, given, type Variables } from './given.ts';

/** Who the SAML identity provider says is there. */
export function identityShibboleth(env: Variables): Given | null {
  const names = [
    firstOf(env['displayName']),
    firstOf(env['cn']),
    fullName(firstOf(env['givenName']), firstOf(env['sn'])),
  ];
  return given(firstOf(env['uid']) || env['REMOTE_USER'], [env['mail']], names);
}
