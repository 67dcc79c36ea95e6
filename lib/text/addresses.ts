/** Mail addresses and lists of people as they are typed and pasted. */
import { domainToASCII } from 'node:url';
import { piecesOf } from './people_list.ts';

/** A piece of a list that is no address, where it stands. */
export interface Unread {
  /** As typed, without brackets around it. */
  readonly text: string;
  /** Where it begins and ends in the text, with brackets, in UTF-16 units as JavaScript counts. */
  readonly at: number;
  readonly end: number;
}

/** What a list of people was made of. */
export interface AddressList {
  /** Lower case, each once, in the order typed. */
  readonly addresses: readonly string[];
  /** The names that stood beside addresses, by address. */
  readonly names: ReadonlyMap<string, string>;
  /** The pieces that are no address. */
  readonly bad: readonly Unread[];
  /** Set where there were more pieces than were to be looked at. */
  readonly more?: true;
}

/** RFC 5321's dot-atom with a dotted domain; no quoted local parts, no address literals. */
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** The longest label of a domain, in octets (RFC 1035 section 2.3.4); with other letters than ASCII's it is longer than it looks. */
const LONGEST_LABEL = 63;

/** The longest address, in characters (RFC 5321 section 4.5.3.1.3: a path of 256 octets, with its brackets). */
const LONGEST = 254;

/** Whether a lower-case text is an address that mail can be sent to. */
export function isAddress(text: string): boolean {
  const at = text.indexOf('@');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  return at > 0 && text.length <= LONGEST && local.length <= 64 && LOCAL.test(local) && DOMAIN.test(domain);
}

/**
 * Reads a list of people: addresses with or without names, as people type them and as mail programs and tables paste them
 * (people_list.ts says how). Whatever is neither is given back with its place, so that nobody is left out in silence.
 * @param most looks at no more pieces than this: each costs work, and a place in a table that chosen ones would collide in
 */
export function splitAddresses(text: string, most = Number.POSITIVE_INFINITY): AddressList {
  const addresses = new Set<string>();
  const names = new Map<string, string>();
  const bad: Unread[] = [];
  const { pieces, more } = piecesOf(text, most);
  for (const { at, end, ...piece } of pieces) {
    const address = addressOf(piece.text);
    if (address === null) bad.push({ text: piece.text, at, end });
    else {
      addresses.add(address);
      if (piece.name !== '' && !names.has(address)) names.set(address, piece.name);
    }
  }
  return { addresses: [...addresses], names, bad, ...(more ? { more } : {}) };
}

/** The address that a piece is, without quotes and `mailto:` around it, or null. A domain such as `université.fr` gets the form that mail knows (IDNA). */
function addressOf(piece: string): string | null {
  // Before any work on it: the way from a name's letters to those of mail takes the square of its length.
  if (piece.length > LONGEST + '"mailto:"'.length) return null;
  const bare = piece.replace(/^(["'])(.*)\1$/, '$2').replace(/^mailto:/i, '');
  const at = bare.lastIndexOf('@');
  const local = bare.slice(0, at);
  const domain = bare.slice(at + 1);
  // Some letters, such as the Kelvin sign, have their lower case in ASCII: they are no way to write another's address.
  if (/[^\0-\x7f]/.test(local)) return null;
  // As URLs have it, domainToASCII would drop a path: it gets letters, digits, dots and hyphens only.
  const foreign = /[^\0-\x7f]/.test(domain) && /^[\p{L}\p{M}\p{N}.-]+$/u.test(domain);
  if (foreign && domain.split('.').some((label) => label.length > LONGEST_LABEL)) return null;
  const address = `${local}@${foreign ? domainToASCII(domain) : domain}`.toLowerCase();
  return at > 0 && isAddress(address) ? address : null;
}

/** Whether an address belongs to a domain or to one below it; not one that merely ends alike (`x@notexample.org` is not of `example.org`). */
export function domainMatches(address: string, domain: string): boolean {
  const own = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  const house = domain.toLowerCase();
  return house !== '' && (own === house || own.endsWith(`.${house}`));
}

/** The file of `JMB_LISTS_SUBSCRIBERS`: lines `list-address member-address`; what is not two addresses is passed over. */
export function parseLists(file: string): ReadonlyMap<string, readonly string[]> {
  const lists = new Map<string, string[]>();
  for (const line of file.toLowerCase().split(/\r?\n/)) {
    const [list, member, rest] = line.trim().split(/\s+/);
    if (list === undefined || member === undefined || rest !== undefined) continue;
    if (!isAddress(list) || !isAddress(member)) continue;
    const members = lists.get(list);
    if (members) members.push(member);
    else lists.set(list, [member]);
  }
  return lists;
}
