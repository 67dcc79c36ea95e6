/** Mail addresses as people type and paste them (spec section 2). */

/** What a list of addresses was made of. */
export interface AddressList {
  /** Lower case, each once, in the order typed. */
  readonly addresses: readonly string[];
  /** The pieces that are no address, as typed. */
  readonly bad: readonly string[];
}

/** RFC 5321's dot-atom with a dotted domain; no quoted local parts, no address literals. */
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** Whether a lower-case text is an address that mail can be sent to. */
export function isAddress(text: string): boolean {
  const at = text.indexOf('@');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  return at > 0 && text.length <= 254 && local.length <= 64 && LOCAL.test(local) && DOMAIN.test(domain);
}

/**
 * Splits what was typed: addresses separated by blanks, newlines, commas or semicolons. A pasted `Name <a@b.org>` gives
 * its address; the name before it is dropped, also a quoted one with a comma in it.
 */
export function splitAddresses(text: string): AddressList {
  const addresses = new Set<string>();
  const bad: string[] = [];
  // A mail program's form: everything from the last separator that is not within the name up to the bracket is the name.
  const plain = text.replace(/(?:"[^"\n]*"|[^"<>,;\n@]*)[ \t]*<([^<>\s]*)>/g, ' $1 ');
  for (const piece of plain.split(/[\s,;]+/)) {
    if (piece === '') continue;
    const address = piece.toLowerCase().replace(/^mailto:/, '');
    if (isAddress(address)) addresses.add(address);
    else bad.push(piece);
  }
  return { addresses: [...addresses], bad };
}

/** Whether an address belongs to a domain: equal, not merely ending alike (`x@notexample.org` is not of `example.org`). */
export function domainMatches(address: string, domain: string): boolean {
  return domain !== '' && address.slice(address.lastIndexOf('@') + 1).toLowerCase() === domain.toLowerCase();
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
