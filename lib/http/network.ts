/** Network addresses as limits count them. Pure. */

/** `::ffff:192.0.2.1`: an IPv4 address as a socket for both kinds shows it (RFC 4291 section 2.5.5.2). */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Whom an address stands for: itself or, of IPv6, the 64 bits of its network, in which a single machine may take any
 * address (RFC 4291 section 2.5.4). Anything else as it is.
 * @param address REMOTE_ADDR (RFC 3875 section 4.1.8)
 */
export function networkOf(address: string): string {
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!/^[0-9a-f:.]{2,45}(%.*)?$/i.test(address) || !address.includes(':')) return address.slice(0, 45);
  const [front = '', back] = address.replace(/%.*$/, '').split('::', 2);
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const known = groups(front);
  const rest = back === undefined ? [] : groups(back);
  // An IPv4 address at the end takes two groups.
  const length = known.length + rest.length + (address.includes('.') ? 1 : 0);
  const gap = back === undefined ? 0 : Math.max(0, 8 - length);
  const all = [...known, ...Array.from({ length: gap }, () => '0'), ...rest];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
