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
  for (const item of itemsOf(text)) {
    for (const piece of piecesOf(item)) {
      const address = piece.toLowerCase().replace(/^mailto:/, '');
      if (isAddress(address)) addresses.add(address);
      else bad.push(piece);
    }
  }
  return { addresses: [...addresses], bad };
}

/** The parts between commas, semicolons and newlines that are not within quotes. By hand: a pattern would go back over them. */
function itemsOf(text: string): string[] {
  const items: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      const closing = text.indexOf('"', at + 1);
      // A quote that does not end on its line is a character like others.
      if (closing > 0 && !text.slice(at, closing).includes('\n')) at = closing;
    } else if (character === ',' || character === ';' || character === '\n') {
      items.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...items, text.slice(start)];
}

/** What stands in brackets, and after the last of them; without brackets, what blanks separate. */
function piecesOf(item: string): string[] {
  const pieces: string[] = [];
  let rest = item;
  for (let open = rest.indexOf('<'); open >= 0; open = rest.indexOf('<')) {
    const close = rest.indexOf('>', open);
    if (close < 0) break;
    pieces.push(rest.slice(open + 1, close).trim());
    rest = rest.slice(close + 1);
  }
  return [...pieces, ...rest.split(/\s+/)].filter((piece) => piece !== '');
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
