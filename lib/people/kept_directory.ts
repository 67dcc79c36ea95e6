/**
 * What the directory says, kept: each person is asked about once in some minutes, its last word counts for a day where it is
 * silent, and who has an account is known to reminders.
 */
import type { Context } from '../context.ts';
import { Unavailable } from '../refusal.ts';
import { feedOf } from '../store/feeds.ts';
import { keepAccounts, keepAnswer, keepLanguages, keptAnswer } from '../store/people.ts';
import { isLanguage } from '../text/catalogue.ts';
import { personName } from '../text/people_list.ts';
import type { Directory, Found, Person } from './directory.ts';
import { parseLdapsearch } from './ldapsearch.ts';

/** How long an answer stands in for a directory that is silent, in seconds. */
export const STANDS_IN = 86_400;

/**
 * For how long a directory that was found silent is not waited for again, in seconds, where there is a kept answer: one
 * that swallows questions holds each page for as long as it may take.
 */
const LET_BE = 20;

/** What a question needs: where answers are kept, for how long, and where it is said that the directory is silent. */
export type Keeping = Pick<Context, 'settings' | 'store' | 'clock' | 'log'>;

/** A kept answer that may be given. */
interface Known<Answer> {
  readonly answer: Answer;
  /** Seconds. */
  readonly age: number;
}

/**
 * The same directory, for the time of one request. Who someone is and who matches a filter is asked at most once in
 * `JMB_LDAP_KEEP` minutes (0: each time, and nothing is kept); who has an address is asked each time, since invitations go
 * by it. Once it was found silent, nobody waits for it again for a moment where there is a kept answer.
 */
export function keptDirectory(directory: Directory, keeping: Keeping): Directory {
  const { settings } = keeping;
  const seconds = settings.JMB_LDAP_KEEP * 60;
  if (seconds === 0) return directory;
  const where = placeOf(settings.JMB_LDAPSEARCH);
  const silence = JSON.stringify(['silent', where]);
  let said = false;

  const asked = async <Answer>(
    question: readonly string[],
    read: (value: unknown) => Answer | undefined,
    ask: () => Promise<Answer>,
  ): Promise<Answer> => {
    const { store, clock, log } = keeping;
    const key = JSON.stringify([...question, where]);
    const known = knownAnswer(keeping, key, read);
    if (known !== undefined && (known.age < seconds || said)) return known.answer;
    const standIn = (old: Known<Answer>, reason: string): Answer => {
      if (!said) log.event('directory-silent', { for: question[0], uid: question[1], kept: old.age, reason });
      said = true;
      return old.answer;
    };
    const silent = known && knownAnswer(keeping, silence, textIn);
    if (known && silent && silent.age < LET_BE) return standIn(known, `${silent.answer} (${silent.age} s ago)`);
    try {
      const answer = await ask();
      keepAnswer(store, key, JSON.stringify(answer), clock.now());
      return answer;
    } catch (error) {
      if (!(error instanceof Unavailable) || error.what !== 'directory') throw error;
      keepAnswer(store, silence, JSON.stringify(error.detail), clock.now());
      if (known === undefined) throw error;
      return standIn(known, error.detail);
    }
  };

  return {
    personOf: (uid) => asked(['person', uid], personIn, () => directory.personOf(uid)),
    matches: (uid, filter) => asked(['matches', uid, filter], booleanIn, () => directory.matches(uid, filter)),
    find: (words, most) => asked(['find', ...words], foundIn, () => directory.find(words, most)),
    peopleOf: (addresses) => directory.peopleOf(addresses),
  };
}

/** Which directory is asked, by whom: other answers are another's. Without the password. */
function placeOf(ldapsearch: string): string {
  const { urls, base, scope, bind } = parseLdapsearch(ldapsearch);
  return JSON.stringify([urls, base, scope, bind]);
}

function knownAnswer<Answer>(
  { store, clock }: Keeping,
  key: string,
  read: (value: unknown) => Answer | undefined,
): Known<Answer> | undefined {
  const kept = keptAnswer(store, key);
  if (kept === undefined) return undefined;
  // A clock that was wrong makes an answer of the future no younger.
  const age = Math.abs(clock.now() - kept.at);
  const answer = age < STANDS_IN ? read(parsed(kept.value)) : undefined;
  return answer === undefined ? undefined : { answer, age };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function booleanIn(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** Null is an answer, too: nobody has that name. */
function personIn(value: unknown): Person | null | undefined {
  if (value === null) return null;
  if (typeof value !== 'object') return undefined;
  const { uid, email, name, aliases, language } = value as Partial<Record<keyof Person, unknown>>;
  if (typeof uid !== 'string' || !Array.isArray(aliases)) return undefined;
  const person = { uid, email: textIn(email) ?? null, name: textIn(name) ?? null, aliases: aliases.map(String) };
  return typeof language === 'string' && isLanguage(language) ? { ...person, language } : person;
}

/** People whom a search found. */
function foundIn(value: unknown): readonly Found[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((one: Partial<Record<keyof Found, unknown>> | null) => {
    const [email, name] = [textIn(one?.email), textIn(one?.name)];
    return email === undefined || name === undefined ? [] : [{ email, name }];
  });
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** What the directory knows of people, by their addresses. */
export interface KnownPeople {
  /** The hash of the feed of each who has an account. */
  readonly feeds: ReadonlyMap<string, string>;
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Feed and name of each address whose person the directory knows; feeds are made where there was none. Kept for the
 * reminders, which ask nobody, with the language that each of them reads.
 * A directory that does not answer costs these lines in the mail, not the mail: it is written down and nobody is known.
 */
export async function accountsOf(
  context: Pick<Context, 'directory' | 'store' | 'log'>,
  addresses: readonly string[],
): Promise<KnownPeople> {
  const feeds = new Map<string, string>();
  const names = new Map<string, string>();
  if (context.directory === null || addresses.length === 0) return { feeds, names };
  try {
    const people = await context.directory.peopleOf(addresses);
    for (const [address, { uid, name }] of people) {
      feeds.set(address, feedOf(context.store, uid));
      const called = personName(name ?? '');
      if (called !== '') names.set(address, called);
    }
    keepAccounts(context.store, new Map([...people].map(([address, { uid }]) => [address, uid])));
    keepLanguages(context.store, new Map([...people].map(([address, { language }]) => [address, language ?? null])));
  } catch (error) {
    if (!(error instanceof Unavailable) || error.what !== 'directory') throw error;
    context.log.event('directory-silent', { for: 'mail', reason: error.message });
  }
  return { feeds, names };
}
