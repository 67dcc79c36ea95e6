/** Finding people by what is known of their names: whom the organiser has invited before, and the directory. */

import type { Context } from '../context.ts';
import type { Identity } from '../meetings/meeting.ts';
import { searchOf, wordsOf } from '../meetings/search.ts';
import type { Found } from '../people/directory.ts';
import { nameOfAddress } from '../people/identity.ts';
import { type Refusal, refuse, Unavailable } from '../refusal.ts';
import { takeSearch } from '../store/limits.ts';
import { invitedBefore } from '../store/people.ts';
import { isAddress } from '../text/addresses.ts';
import { folded } from '../text/plain_text.ts';

/** Somebody who may be meant. */
export interface Candidate {
  readonly name: string;
  /** Lower case. */
  readonly email: string;
  readonly source: 'before' | 'directory';
}

/** Who may be meant. */
export interface PeopleFound {
  /** The most likely first, each address once. */
  readonly people: readonly Candidate[];
  /** Whether the directory was asked and did not answer: then there may be others. */
  readonly silent: boolean;
}

/** The most people that are named for one search. */
export const MOST_FOUND = 10;

/** How many the directory is asked for, of whom the likeliest are named: as many as fit into an answer that is kept. */
const ASKED_FOR = 24;

/** How long ago somebody was invited whom a search still finds, in seconds: two years. */
const BEFORE = 2 * 366 * 86_400;

/**
 * Searches for people by words of their names or addresses, each of which must occur. Whom this organiser has invited comes
 * first, the latest meeting first. Call it for editors only: it tells what the directory knows.
 * @returns nobody for what holds fewer than two letters or digits, or too many; a refusal with 429 after many searches
 */
export async function findPeople(context: Context, identity: Identity, text: string): Promise<PeopleFound | Refusal> {
  const words = wordsOf(text);
  if (words.length === 0) return { people: [], silent: false };
  const { store, clock } = context;
  const now = clock.now();
  const wait = takeSearch(store, identity.uid, now);
  if (wait > 0) return refuse(429, 'refused.searches_limit', `${identity.uid} searches for people too often`, {}, wait);
  const holds = searchOf(words.join(' '));
  const before = invitedBefore(store, identity.addresses, now - BEFORE).filter(({ email, name }) =>
    holds([name, email]),
  );
  const { known, silent } = await inDirectory(context, words);
  const found = new Map<string, Candidate>();
  const names = new Map(known.map(({ email, name }) => [email, name]));
  const take = (email: string, name: string, source: Candidate['source']): void => {
    if (found.size >= MOST_FOUND || found.has(email) || identity.addresses.includes(email) || !isAddress(email)) return;
    found.set(email, { name: name || nameOfAddress(email), email, source });
  };
  for (const { email, name } of before) take(email, names.get(email) ?? name, 'before');
  for (const { email, name } of known) take(email, name, 'directory');
  return { people: [...found.values()], silent };
}

/** What the directory knows, those first whose name begins with the first word, then those of whose names another does. */
async function inDirectory(
  { directory, log }: Context,
  words: readonly string[],
): Promise<{ known: readonly Found[]; silent: boolean }> {
  if (directory === null) return { known: [], silent: false };
  try {
    const known = await directory.find(words, ASKED_FOR);
    const first = folded(words[0] ?? '');
    const rank = ({ name }: Found): string => {
      const text = folded(name);
      return `${text.startsWith(first) ? 0 : text.includes(` ${first}`) ? 1 : 2} ${text}`;
    };
    return { known: [...known].sort((one, other) => (rank(one) < rank(other) ? -1 : 1)), silent: false };
  } catch (error) {
    if (!(error instanceof Unavailable) || error.what !== 'directory') throw error;
    log.event('directory-silent', { for: 'people', reason: error.detail });
    return { known: [], silent: true };
  }
}
