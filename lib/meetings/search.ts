/** What a search among meetings finds. Pure. */
import { folded } from '../text/plain_text.ts';

/** The most signs of a search that are read. */
export const LONGEST_SEARCH = 100;

/** A search as it was typed, no longer than is read. */
export function keptSearch(typed: string): string {
  // By whole characters: half of one would fit into no address.
  return [...typed.slice(0, 2 * LONGEST_SEARCH).trim()].slice(0, LONGEST_SEARCH).join('');
}

/** Whether each word of a search occurs in one of the texts; case and accents do not count. */
export function searchOf(typed: string): (texts: readonly string[]) => boolean {
  const words = folded(typed).split(/\s+/).filter(Boolean);
  return (texts) => {
    const text = folded(texts.join('\n'));
    return words.every((word) => text.includes(word));
  };
}
