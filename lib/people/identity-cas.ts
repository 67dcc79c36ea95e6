/**
 * mod_auth_cas: `REMOTE_USER`, and the attributes as request headers `CAS_MAIL`, `CAS_CN`, … (CASAuthNHeader, CASAttributePrefix CAS_).
 * A browser can send such headers too, so Apache must unset them first: apache/auth-cas.conf does.
 */
import { fullName, type Given, given, spelling, type Variables } from './given.ts';

/** Who CAS says is there. */
export function identityCas(env: Variables): Given | null {
  const names = [
    env['HTTP_CAS_DISPLAYNAME'],
    env['HTTP_CAS_CN'],
    fullName(env['HTTP_CAS_GIVENNAME'], env['HTTP_CAS_SN']),
  ];
  return given(spelling(env['REMOTE_USER'], env['HTTP_CAS_UID']), [env['HTTP_CAS_MAIL'], env['HTTP_CAS_EMAIL']], names);
}
