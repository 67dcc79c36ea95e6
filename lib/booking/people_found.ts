/** Finding people: by what is known of their names, among those invited before and in the directory; or one colleague by address or account. */
import type { Context } from '../context.ts';
import type { Identity } from '../meetings/meeting.ts';
import { searchOf, wordsOf } from '../meetings/search.ts';
import type { Found, Person } from '../people/directory.ts';
import { nameOfAddress } from '../people/identity.ts';
import { type Refusal, refuse, Unavailable } from '../refusal.ts';
import { addressesOf } from '../store/feeds.ts';
import { takeSearch } from '../store/limits.ts';
import { invitedBefore, namesOf } from '../store/people.ts';
import { accountsWith } from '../store/rooms.ts';
import { domainMatches, isAddress } from '../text/addresses.ts';
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

/** A colleague, as far as they are known. */
export interface Colleague {
  /** The main address, lower case. */
  readonly email: string;
  /** Missing where nobody knows it. */
  readonly uid?: string;
  readonly name: string;
}

/** The longest name that is looked at, in characters. */
const LONGEST = 254;

/**
 * The colleague whom somebody names.
 * @param typed an address or the name of an account
 * @returns a refusal with 400 where nobody of the house is called so
 * @throws Unavailable when the directory is needed and does not answer
 */
export async function colleagueOf(context: Context, typed: string): Promise<Colleague | Refusal> {
  const asked = typed.trim().toLowerCase();
  const nobody = refuse(400, 'assistants.nobody', 'nobody of the house is called so', { name: asked.slice(0, 80) });
  if (asked === '' || asked.length > LONGEST) return nobody;
  return (await (asked.includes('@') ? byAddress(context, asked) : byAccount(context, asked))) ?? nobody;
}

async function byAccount(context: Context, uid: string): Promise<Colleague | null> {
  const [email] = addressesOf(context.store, uid);
  if (email !== undefined) return known(context, email, uid);
  return found(context, await context.directory?.personOf(uid));
}

/** Who has signed in by this address, whom the directory knows by it, or, without a directory, whoever has one of the house. */
async function byAddress(context: Context, address: string): Promise<Colleague | null> {
  const { store, directory, settings } = context;
  if (!isAddress(address)) return null;
  const [uid] = accountsWith(store, address);
  if (uid !== undefined) return known(context, address, uid);
  if (directory !== null) return found(context, (await directory.peopleOf([address])).get(address));
  return domainMatches(address, settings.JMB_MAIL_DOMAIN) ? known(context, address) : null;
}

function found(context: Context, person: Person | null | undefined): Colleague | null {
  return person?.email ? known(context, person.email, person.uid, person.name) : null;
}

function known({ store }: Context, email: string, uid?: string, name?: string | null): Colleague {
  const shown = namesOf(store, [email]).get(email) ?? name ?? nameOfAddress(email);
  return { email, name: shown, ...(uid === undefined ? {} : { uid }) };
}
