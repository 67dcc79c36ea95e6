/** mod_auth_mellon (SAML): attributes as `MELLON_uid`, `MELLON_mail`, or `MELLON_mail_0`, `MELLON_mail_1`, … for several values. */
import { fullName, type Given, given, numbered, type Variables } from './given.ts';

/** Attributes by the names that federations use where MellonSetEnv does not rename them; Apache turns their dots and colons into `_`. */
const OID = {
  uid: 'urn_oid_0_9_2342_19200300_100_1_1',
  mail: 'urn_oid_0_9_2342_19200300_100_1_3',
  displayName: 'urn_oid_2_16_840_1_113730_3_1_241',
  cn: 'urn_oid_2_5_4_3',
  givenName: 'urn_oid_2_5_4_42',
  sn: 'urn_oid_2_5_4_4',
} as const;

/** Who the SAML identity provider says is there. */
export function identityMellon(env: Variables): Given | null {
  const all = (name: keyof typeof OID): readonly string[] => [
    ...numbered(env, `MELLON_${name}`),
    ...numbered(env, `MELLON_${OID[name]}`),
  ];
  const names = [all('displayName')[0], all('cn')[0], fullName(all('givenName')[0], all('sn')[0])];
  return given(all('uid')[0] ?? env['REMOTE_USER'], all('mail'), names);
}
