/** The one catalogue of texts: French first, English alike; each topic in a pair of files beside this one. */
import { enHttp } from './en-http.ts';
import { enMail } from './en-mail.ts';
import { enPages } from './en-pages.ts';
import { enPeople } from './en-people.ts';
import { enRooms } from './en-rooms.ts';
import { enRules } from './en-rules.ts';
import { frHttp } from './fr-http.ts';
import { frMail } from './fr-mail.ts';
import { frPages } from './fr-pages.ts';
import { frPeople } from './fr-people.ts';
import { frRooms } from './fr-rooms.ts';
import { frRules } from './fr-rules.ts';

/** A language that users read. */
export type Language = 'fr' | 'en';

const fr = { ...frHttp, ...frPages, ...frRules, ...frMail, ...frPeople, ...frRooms };

/** The name of a text. */
export type TextKey = keyof typeof fr;

const en: Readonly<Record<TextKey, string>> = {
  ...enHttp,
  ...enPages,
  ...enRules,
  ...enMail,
  ...enPeople,
  ...enRooms,
};

/** Every text of every language, for tests that hold them against each other. */
export const catalogue: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = { fr, en };

/** What stands at the placeholders of a text. */
export type TextValues = Readonly<Record<string, string | number>>;

/** A text by its name, with its placeholders filled. */
export type Texts = (key: TextKey, values?: TextValues) => string;

/** The texts of a language. A placeholder without a value stays as it is, so that a test or a reader sees it. */
export function texts(language: Language): Texts {
  const all = catalogue[language];
  return (key, values) =>
    values === undefined
      ? all[key]
      : all[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/**
 * The reader's language by Accept-Language (RFC 9110 section 12.5.4): the one of ours that is preferred most; French
 * when none of ours is named, or nothing is said.
 */
export function languageOf(acceptLanguage: string | undefined): Language {
  let best: Language = 'fr';
  let weight = 0;
  for (const item of (acceptLanguage ?? '').slice(0, 500).split(',')) {
    const [range = '', ...parameters] = item.trim().toLowerCase().split(';');
    const language = range.split('-')[0];
    if (language !== 'fr' && language !== 'en') continue;
    const q = parameters.map((one) => one.trim()).find((one) => one.startsWith('q='));
    const given = q === undefined ? 1 : Number(q.slice(2));
    if (given > weight) {
      best = language;
      weight = given;
    }
  }
  return best;
}
