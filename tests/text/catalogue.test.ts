import { describe, expect, test } from 'vitest';
import { languageFor } from '../../lib/http/language.ts';
import { catalogue, type TextKey, texts } from '../../lib/text/catalogue.ts';
import { decodeEntities } from '../../lib/text/plain_text.ts';

const keys = Object.keys(catalogue.fr) as TextKey[];
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([whole]) => whole).sort();

describe('the catalogue', () => {
  test('has the same texts in both languages', () => {
    expect(Object.keys(catalogue.en).sort()).toEqual([...keys].sort());
  });

  test.each(keys)('%s: nothing empty, the same placeholders', (key) => {
    expect(catalogue.fr[key].trim()).not.toBe('');
    expect(catalogue.en[key].trim()).not.toBe('');
    expect(placeholders(catalogue.en[key])).toEqual(placeholders(catalogue.fr[key]));
  });

  test('French typography: no-break spaces before double signs, curved apostrophes, no exclamation marks', () => {
    const wrong = keys.filter((key) => {
      const text = catalogue.fr[key]
        .replace(/`[^`]*`|https?:\S+|webcal:\S+|smtps?:\S+|\d\d:\d\d|\(\S*\)/g, '')
        .replace(/\{\w+\}/g, 'x');
      return /[^\u00a0\u202f\s][;?»]|[^\u00a0\u202f\s]:(?=\s|$)| [:;?»]|« |\p{L}'\p{L}|!/u.test(text);
    });
    expect(wrong).toEqual([]);
  });

  test('English: no exclamation marks either', () => {
    expect(keys.filter((key) => catalogue.en[key].includes('!'))).toEqual([]);
  });
});

test('placeholders are filled once, and what a user typed is not a placeholder', () => {
  expect(texts('en')('rule.address', { addresses: '{max} $& $1' })).toContain('Please correct: {max} $& $1.');
});

test.each([
  [undefined, 'fr'],
  ['', 'fr'],
  ['en', 'en'],
  ['en-GB,en;q=0.9,fr;q=0.8', 'en'],
  ['de, fr;q=0.5, en;q=0.7', 'en'],
  ['de,es', 'fr'],
  ['*', 'fr'],
  ['en;q=0', 'fr'],
  ['en;q=nonsense', 'fr'],
  ['fr-CA, en', 'fr'],
])('Accept-Language %j is read as %s', (header, language) => {
  const visit = (house: 'fr' | 'en') =>
    languageFor({ method: 'GET', query: '', env: { HTTP_ACCEPT_LANGUAGE: header } }, { own: undefined, house });
  expect(visit('fr')).toBe(language);
  // A browser that asks for neither gets what the house speaks.
  const asksForNone = header === undefined || header === '' || header === '*' || /^(de,es|en;q=)/.test(header);
  expect(visit('en')).toBe(asksForNone ? 'en' : language);
});

test.each([
  ['R&eacute;union', 'Réunion'],
  ['&lt;b&gt; &amp;amp; &#233;&#xE9; &euro;&oelig;', '<b> &amp; éé €œ'],
  ['R&D ; &unknown; &#0; &#xD800; &', 'R&D ; &unknown; &#0; &#xD800; &'],
  ['&Agrave;&yuml;&nbsp;', 'Àÿ\u00a0'],
])('entities of an old subject: %j', (stored, shown) => {
  expect(decodeEntities(stored)).toBe(shown);
});
