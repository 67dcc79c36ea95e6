/** mod_auth_openidc: claims as `OIDC_CLAIM_email`, …; `REMOTE_USER` is the claim that OIDCRemoteUserClaim names. */
import { splitAddresses } from '../text/addresses.ts';
import { fullName, type Given, given, type Variables } from './given.ts';

/** Who the OpenID provider says is there. */
export function identityOidc(env: Variables): Given | null {
  const names = [env['OIDC_CLAIM_name'], fullName(env['OIDC_CLAIM_given_name'], env['OIDC_CLAIM_family_name'])];
  return given(env['REMOTE_USER'], [verifiedAddress(env)], names);
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
