/** In which language a request is answered, and the way to the same page in another. */
import { cookie, type Header, type Request } from '../message.ts';
import { isLanguage, LANGUAGES, type Language, languageIn } from '../text/catalogue.ts';

/** The cookie that keeps what was chosen in this browser, and the name in an address by which it is chosen. */
const COOKIE = 'jmb_lang';
const CHOICE = /(?:^|&)lang=(fr|en)(?=&|$)/;

/** What an address says once. */
const ONCE = /^(lang|notice|of)=/;

/** For how long a browser keeps it, in seconds. */
const KEPT = 365 * 86_400;

/** The longest query that an address leads back to, in characters: every page holds it, whatever somebody asked. */
const LONGEST_QUERY = 2_000;

/** What is asked of a request here. */
export type Visit = Pick<Request, 'method' | 'query' | 'env'>;

/** Whose language counts where nothing is chosen in the browser. */
export interface Preferences {
  /** What the account has chosen (`?me`); undefined where nothing is, or nobody signed in. */
  readonly own: Language | undefined;
  /** JMB_LANG. */
  readonly house: Language;
}

/** The language: as the address or the browser's cookie says, else the account, else Accept-Language, else JMB_LANG. */
export function languageFor(asked: Visit, { own, house }: Preferences): Language {
  return chosen(asked) ?? kept(asked) ?? own ?? languageIn(asked.env['HTTP_ACCEPT_LANGUAGE'] ?? '') ?? house;
}

function chosen({ query }: Visit): Language | undefined {
  const [, language = ''] = CHOICE.exec(query) ?? [];
  return isLanguage(language) ? language : undefined;
}

function kept(asked: Visit): Language | undefined {
  const language = cookie(asked, COOKIE) ?? '';
  return isLanguage(language) ? language : undefined;
}

/** The header by which the browser keeps what the address chooses; none where it chooses nothing. */
export function keepChosen(asked: Visit): Header[] {
  const language = chosen(asked);
  return language === undefined ? [] : [keepLanguage(asked, language)];
}

/** The header by which the browser keeps a language, or forgets the one that it kept. */
export function keepLanguage({ env }: Pick<Request, 'env'>, language: Language | undefined): Header {
  const secure = env['HTTPS'] === 'on' ? '; Secure' : '';
  const age = language === undefined ? 0 : KEPT;
  return ['Set-Cookie', `${COOKIE}=${language ?? ''}; Path=/; Max-Age=${age}; SameSite=Lax; HttpOnly${secure}`];
}

/** A language that a page can be read in instead, and where. */
export interface OtherLanguage {
  readonly language: Language;
  /** What it calls itself. */
  readonly name: string;
  readonly address: string;
}

/**
 * The same page in the other languages. What answers a form, or a query without end, has no address of its own: then the list, or what the
 * address showed before.
 */
export function otherLanguages(asked: Visit, now: Language): OtherLanguage[] {
  const isAnswer = asked.method === 'POST';
  const isBooking = (asked.env['SCRIPT_NAME'] ?? '').endsWith('booking.cgi');
  const isEndless = asked.query.length > LONGEST_QUERY;
  const own = isEndless ? [] : asked.query.split('&').filter((part) => !ONCE.test(part));
  const parts = isBooking && (isAnswer || isEndless) ? ['list'] : own;
  return (Object.keys(LANGUAGES) as Language[])
    .filter((language) => language !== now)
    .map((language) => ({
      language,
      name: LANGUAGES[language],
      address: `?${[...parts, `lang=${language}`].filter(Boolean).join('&')}`,
    }));
}
