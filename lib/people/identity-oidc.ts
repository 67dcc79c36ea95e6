/** mod_auth_openidc: claims as `OIDC_CLAIM_email`, …; `REMOTE_USER` is the claim that OIDCRemoteUserClaim names. */
import { fullName, type Given, given, type Variables } from './given.ts';

/** Who the OpenID provider says is there. */
export function identityOidc(env: Variables): Given | null {
  const names = [env['OIDC_CLAIM_name'], fullName(env['OIDC_CLAIM_given_name'], env['OIDC_CLAIM_family_name'])];
  return given(env['REMOTE_USER'], [verifiedAddress(env)], names);
}

/** Addresses open meetings, so one that the provider itself holds for unproven (OpenID Connect Core section 5.1) does not count. */
function verifiedAddress(env: Variables): string | undefined {
  const verified = (env['OIDC_CLAIM_email_verified'] ?? '').toLowerCase();
  return verified === '0' || verified === 'false' ? undefined : env['OIDC_CLAIM_email'];
}
