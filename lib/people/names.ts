/** Names of people of whom only the address is known. */

/** `alice.martin@example.org` is Alice Martin: the local part, its words with a capital; digits after a name are left as they are. */
export function nameOfAddress(address: string): string {
  const local = address.slice(0, Math.max(0, address.lastIndexOf('@'))) || address;
  const words = local
    .replace(/\+.*$/, '')
    .split(/[._\s]+/)
    .filter((word) => word !== '');
  return words.length === 0 ? local : words.map(capitalised).join(' ');
}

/** Jean-Pierre keeps both capitals. */
function capitalised(word: string): string {
  return word
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('-');
}
