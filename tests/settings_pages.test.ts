import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Language } from '../lib/text/catalogue.ts';
import { SETTINGS_PAGES, settingsPage } from './support/settings_page.ts';

it.each(Object.keys(SETTINGS_PAGES) as Language[])('the page of settings is the table of settings: %s', (language) => {
  const name = SETTINGS_PAGES[language];
  const file = fileURLToPath(new URL(`../${name}`, import.meta.url));
  if (process.env['UPDATE'] === '1') writeFileSync(file, settingsPage(language));
  expect(
    readFileSync(file, 'utf8'),
    `${name} is not the table of settings: UPDATE=1 npm test -- tests/settings_pages.test.ts writes it anew`,
  ).toBe(settingsPage(language));
});
