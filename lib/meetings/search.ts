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

/** The longest search for people, the longest word in one, and the most words, in number. */
const LONGEST_ASKED = 100;
const LONGEST_WORD = 40;
const MOST_WORDS = 6;

/**
 * The words by which people are searched: letters and digits alone, so that none can act as anything else where it is asked.
 * None where there are fewer than two signs, or more than any name has.
 */
export function wordsOf(typed: string): readonly string[] {
  if (typed.length > LONGEST_ASKED) return [];
  const words = typed.normalize('NFC').match(/[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu) ?? [];
  const fits = words.length <= MOST_WORDS && words.every((word) => word.length <= LONGEST_WORD);
  return fits && words.join('').length > 1 ? words : [];
}
