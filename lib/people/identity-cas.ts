/**
 * mod_auth_cas: `REMOTE_USER`, and the attributes as request headers `CAS_MAIL`, `CAS_CN`, … (CASAuthNHeader, CASAttributePrefix CAS_).
 * A browser can send such headers too, so Apache must unset them first: apache/auth-cas.conf does.
 */
import { fullName, type Given, given, type Variables } from './given.ts';

/** Who CAS says is there. */
export function identityCas(env: Variables): Given | null {
  const names = [
    env['HTTP_CAS_DISPLAYNAME'],
    env['HTTP_CAS_CN'],
    fullName(env['HTTP_CAS_GIVENNAME'], env['HTTP_CAS_SN']),
  ];
  return given(accountOf(env), [env['HTTP_CAS_MAIL'], env['HTTP_CAS_EMAIL']], names);
}

/**
 * The account is REMOTE_USER, which no browser can set. CAS servers take a name in any case, and REMOTE_USER is as the user typed it;
 * the attribute is as the directory spells it.
 */
function accountOf(env: Variables): string | undefined {
  const typed = env['REMOTE_USER'];
  const spelt = env['HTTP_CAS_UID'];
  return spelt !== undefined && spelt.toLowerCase() === typed?.toLowerCase() ? spelt : typed;
}
