/**
 * The one catalogue of texts: one file a language, French first and English alike; no-break spaces are written out there, since
 * they cannot be seen.
 */

import english, { all as allEnglish } from './en.json?lazy';
import type fr from './fr.json';
import french, { all as allFrench } from './fr.json?lazy';

/** A language that users read. */
export type Language = 'fr' | 'en';

/** What each language calls itself, in the order in which they are offered. */
export const LANGUAGES: Readonly<Record<Language, string>> = { fr: 'Français', en: 'English' };

/** The name of a text. */
export type TextKey = keyof typeof fr;

type Catalogue = Readonly<Record<TextKey, string>>;

/** Every text of every language. */
export const catalogue: Readonly<Record<Language, Catalogue>> = {
  get fr() {
    return allFrench() as Catalogue;
  },
  get en() {
    return allEnglish() as Catalogue;
  },
};

const TEXT_OF = { fr: french, en: english };

/** What stands at the placeholders of a text. */
export type TextValues = Readonly<Record<string, string | number>>;

/** A text by its name, with its placeholders filled. */
export type Texts = (key: TextKey, values?: TextValues) => string;

/** Texts by what they are made of: what stands there and, at odd places, the names of placeholders. A page asks for a hundred. */
const made = new Map<string, readonly string[]>();

function partsOf(text: string): readonly string[] {
  let parts = made.get(text);
  if (parts === undefined) {
    parts = text.includes('{') ? text.split(/\{(\w+)\}/) : [text];
    made.set(text, parts);
  }
  return parts;
}

/** The texts of a language. A placeholder without a value stays as it is, so that a test or a reader sees it. */
export function texts(language: Language): Texts {
  return (key, values) => {
    const text = TEXT_OF[language](key) ?? key;
    if (values === undefined) return text;
    return partsOf(text).reduce((whole, part, at) => whole + (at % 2 === 0 ? part : (values[part] ?? `{${part}}`)), '');
  };
}

/** Whether a text names a language of ours. */
export function isLanguage(text: string): text is Language {
  return text === 'fr' || text === 'en';
}

/**
 * The language of ours that is preferred most in an Accept-Language (RFC 9110 section 12.5.4), which a directory's
 * preferredLanguage is as well (RFC 2798 section 2.7); undefined when none of ours is named.
 */
export function languageIn(preferences: string): Language | undefined {
  let best: Language | undefined;
  let weight = 0;
  for (const item of preferences.slice(0, 500).split(',')) {
    const [range = '', ...parameters] = item.trim().toLowerCase().split(';');
    // `fr_FR`, as a locale has it, stands in some directories.
    const language = range.trim().split(/[-_]/)[0] ?? '';
    if (!isLanguage(language)) continue;
    const q = parameters.map((one) => one.trim()).find((one) => one.startsWith('q='));
    const given = q === undefined ? 1 : Number(q.slice(2));
    if (given > weight) {
      best = language;
      weight = given;
    }
  }
  return best;
}
