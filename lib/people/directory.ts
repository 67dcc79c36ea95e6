/** The directory (LDAP): who has which address, and who matches a filter. It never says a silent "no": it answers or throws. */
import { messageOf } from '../failure.ts';
import { type Settings, SettingsError } from '../settings.ts';
import { type Language, languageIn } from '../text/catalogue.ts';
import { personName } from '../text/people_list.ts';
import { folded } from '../text/plain_text.ts';
import { type Attributes, search } from './directory_search.ts';
import { parseLdapsearch } from './ldapsearch.ts';

/** Someone whom the directory knows. */
export interface Person {
  readonly uid: string;
  /** The main address (`mail`), lower case; null when the entry has none. */
  readonly email: string | null;
  /** The name to show (`displayName`, else `cn`); null when the entry has none. */
  readonly name: string | null;
  /** Other addresses (`mail` beyond the first, `mailAlternateAddress`), lower case. */
  readonly aliases: readonly string[];
  /** The language to write to them in (`preferredLanguage`), where it is one of ours. */
  readonly language?: Language;
}

/** Somebody whom a search in the directory found. */
export interface Found {
  /** The main address, lower case. */
  readonly email: string;
  /** The name to show; empty when the entry has none. */
  readonly name: string;
}

/** Questions to the directory; each throws Unavailable when the directory does not answer it. */
export interface Directory {
  /** The person with this account name, or null when there is none. */
  personOf(uid: string): Promise<Person | null>;
  /**
   * The people behind addresses, by the address as asked for, whether main or alias; addresses that are unknown are absent.
   * An address that more than one person has is not resolved. One search for up to 50 addresses.
   */
  peopleOf(addresses: readonly string[]): Promise<ReadonlyMap<string, Person>>;
  /**
   * People with an address of whom each word occurs in a name (`cn`, `sn`, `givenName`) or the address.
   * @param most at most this many, whichever the directory finds first
   */
  find(words: readonly string[], most: number): Promise<readonly Found[]>;
  /**
   * Whether the account matches a filter of the administrator, with or without its outer parentheses (RFC 4515).
   * @throws SettingsError when the filter cannot be read
   */
  matches(uid: string, filter: string): Promise<boolean>;
}

/** How long a server may take for connection, sign-in and answer together, in milliseconds. */
const TIME_LIMIT = 3000;
const AT_ONCE = 50;
const PERSON = ['uid', 'mail', 'mailAlternateAddress', 'displayName', 'cn', 'preferredLanguage'];

/**
 * The directory that `JMB_LDAPSEARCH` names, or null when it is empty. Nothing is connected until a question is asked.
 * @param timeLimit milliseconds for each server
 * @throws SettingsError when the setting cannot be understood
 */
export function openDirectory(settings: Pick<Settings, 'JMB_LDAPSEARCH'>, timeLimit = TIME_LIMIT): Directory | null {
  if (settings.JMB_LDAPSEARCH.trim() === '') return null;
  const address = parseLdapsearch(settings.JMB_LDAPSEARCH);

  return {
    async personOf(uid) {
      const found = await search(address, timeLimit, PERSON, ({ EqualityFilter }) =>
        equality(EqualityFilter, 'uid', uid),
      );
      const people = found.flatMap(personOfEntry);
      return people.find((person) => person.email !== null) ?? people[0] ?? null;
    },

    async peopleOf(addresses) {
      const wanted = [...new Set(addresses)];
      const result = new Map<string, Person>();
      for (let from = 0; from < wanted.length; from += AT_ONCE) {
        const some = wanted.slice(from, from + AT_ONCE);
        const found = await search(address, timeLimit, PERSON, ({ EqualityFilter, OrFilter }) => {
          const filters = some.flatMap((one) => [
            equality(EqualityFilter, 'mail', one),
            equality(EqualityFilter, 'mailAlternateAddress', one),
          ]);
          return new OrFilter({ filters });
        });
        const people = found.flatMap(personOfEntry);
        for (const one of some) {
          const person = holderOf(one.toLowerCase(), people);
          if (person !== null) result.set(one, person);
        }
      }
      return result;
    },

    async find(words, most) {
      const found = await search(
        address,
        timeLimit,
        ['mail', 'displayName', 'cn'],
        (ldapts) => wordFilter(ldapts, words),
        most,
      );
      return found.flatMap((entry) => {
        const [email] = entry('mail');
        const name = personName(entry('displayName')[0] ?? entry('cn')[0] ?? '');
        return email === undefined ? [] : [{ email: email.toLowerCase(), name }];
      });
    },

    async matches(uid, filter) {
      const found = await search(address, timeLimit, ['uid'], ({ AndFilter, EqualityFilter, FilterParser }) => {
        const filters = [equality(EqualityFilter, 'uid', uid), parsed(FilterParser, filter)];
        return new AndFilter({ filters });
      });
      return found.length > 0;
    },
  };
}

/** The directory of a context, where a module cannot do without one. */
export function needDirectory(directory: Directory | null, who: string): Directory {
  if (directory === null) throw new SettingsError('JMB_LDAPSEARCH', 0, `${who} needs a directory, and none is set`);
  return directory;
}

type EqualityClass = new (options: { attribute: string; value: string }) => import('ldapts').EqualityFilter;

/** A value travels as a value, never as text of a filter: nothing in it needs escaping or can act as one. */
function equality(Equality: EqualityClass, attribute: string, value: string): import('ldapts').EqualityFilter {
  return new Equality({ attribute, value });
}

/**
 * Who has each of the words. A directory compares letters without their case, but with their accents, and addresses have
 * none: each word is asked for as it was typed and without.
 */
function wordFilter(
  { AndFilter, OrFilter, PresenceFilter, SubstringFilter }: typeof import('ldapts'),
  words: readonly string[],
): import('ldapts').Filter {
  const occurs = words.map((word) => {
    const forms = [...new Set([word, folded(word)])];
    const filters = forms.flatMap((form) => [
      new SubstringFilter({ attribute: 'cn', any: [form] }),
      new SubstringFilter({ attribute: 'sn', initial: form }),
      new SubstringFilter({ attribute: 'givenName', initial: form }),
    ]);
    return new OrFilter({ filters: [...filters, new SubstringFilter({ attribute: 'mail', any: [folded(word)] })] });
  });
  return new AndFilter({ filters: [new PresenceFilter({ attribute: 'mail' }), ...occurs] });
}

function parsed(
  parser: { parseString(filter: string): import('ldapts').Filter },
  filter: string,
): import('ldapts').Filter {
  // Blanks between the parts are allowed to ldapsearch; the parser here does not know them.
  const tight = filter
    .trim()
    .replace(/\)\s+(?=[()])/g, ')')
    .replace(/([&|!])\s+(?=\()/g, '$1')
    .replace(/\(\s+/g, '(');
  try {
    return parser.parseString(tight);
  } catch (error) {
    const detail = `"${filter}" is not a filter (${messageOf(error)})`;
    throw new SettingsError('JMB_MODULE_CHECK_EDITOR_LDAP_FILTER', 0, detail);
  }
}

/** Whose an entry is; nobody's without an account. */
function personOfEntry(entry: Attributes): readonly Person[] {
  const [uid] = entry('uid');
  if (uid === undefined) return [];
  const [email, ...rest] = entry('mail').map((address) => address.toLowerCase());
  const aliases = [...rest, ...entry('mailAlternateAddress').map((address) => address.toLowerCase())];
  const name = entry('displayName')[0] ?? entry('cn')[0] ?? null;
  const language = languageIn(entry('preferredLanguage').join(','));
  return [{ uid, email: email ?? null, name, aliases, ...(language && { language }) }];
}

/** Who has an address: whose main address it is, else the one person whose alias it is. */
function holderOf(address: string, people: readonly Person[]): Person | null {
  for (const holders of [
    people.filter((person) => person.email === address),
    people.filter((person) => person.aliases.includes(address)),
  ]) {
    const uids = new Set(holders.map((person) => person.uid.toLowerCase()));
    const [holder] = holders;
    if (holder !== undefined) return uids.size === 1 ? holder : null;
  }
  return null;
}
