/** Which server block nginx takes for a name (its document "Server names"). */

/** How well the names of a server block fit a domain; 0: not at all. First the name itself, then the longest `*.name`, the longest `name.*`, a pattern. */
export function rank(names: readonly string[], domain: string): number {
  const host = domain.toLowerCase();
  return Math.max(0, ...names.map((given) => rankOf(given.toLowerCase(), given, host)));
}

function rankOf(name: string, given: string, host: string): number {
  if (name === host || name === `.${host}`) return 1e6;
  if (name.startsWith('.') || name.startsWith('*.'))
    return host.endsWith(name.replace(/^\*/, '')) ? 1e4 + name.length : 0;
  if (name.endsWith('.*')) return host.startsWith(name.slice(0, -1)) ? 1e2 + name.length : 0;
  if (!name.startsWith('~')) return 0;
  try {
    return new RegExp(given.slice(1).replace(/\(\?P</g, '(?<'), 'i').test(host) ? 1 : 0;
  } catch {
    return 0;
  }
}
