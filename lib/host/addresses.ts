/** The addresses among the options: by which protocols each may be reached. */
import type { OptionName, Values } from './options.ts';
import { HostError } from './tree.ts';

/** What an address begins with. */
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//;

const ADDRESSES: Readonly<Partial<Record<OptionName & keyof Values, { schemes: readonly string[]; example: string }>>> =
  {
    'cas-url': { schemes: ['https', 'http'], example: 'https://cas.example.org/cas' },
    'oidc-issuer': { schemes: ['https', 'http'], example: 'https://login.example.org' },
    'ldap-url': { schemes: ['ldaps', 'ldap'], example: 'ldaps://ldap.example.org' },
  };

/** Throws HostError with a sentence where an option names no address that its reader could go to; the address itself is not said again. */
export function wantAddresses(values: Values): void {
  for (const [name, value] of Object.entries(values)) {
    const scheme = SCHEME.exec(value)?.[1]?.toLowerCase();
    const known = ADDRESSES[name as keyof typeof ADDRESSES];
    if (known !== undefined && !isAddress(value, scheme, known.schemes)) {
      const [first, second] = known.schemes;
      const instead = scheme === undefined || known.schemes.includes(scheme) ? '' : `, not with ${scheme}://`;
      throw new HostError(
        `install.sh: --${name} takes an address that begins with ${first}:// or ${second}://${instead}, such as ${known.example}`,
      );
    }
    if (name === 'idp-metadata' && scheme !== undefined && !isAddress(value, scheme, ['https', 'http'])) {
      throw new HostError(
        `install.sh: --idp-metadata takes a file, or an address that begins with https:// or http://, not with ${scheme}://`,
      );
    }
  }
}

function isAddress(value: string, scheme: string | undefined, schemes: readonly string[]): boolean {
  if (scheme === undefined || !schemes.includes(scheme)) return false;
  // A directory may name several servers, with blanks between them.
  return scheme.startsWith('ldap') ? value.length > `${scheme}://`.length : URL.canParse(value) && !/\s/.test(value);
}

/** An address without the password that may stand in it. */
export function withoutPassword(address: string): string {
  return address.replace(/\/\/[^/@\s]*@/, '//');
}
