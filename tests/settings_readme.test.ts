import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { settingsMarkdown } from '../lib/settings/readme.ts';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const PLACE = /(<!-- settings -->\n)[\s\S]*?(\n?<!-- \/settings -->)/;

// After a change of the table: UPDATE=1 npm test -- tests/settings_readme.test.ts
it('the README’s table of settings is the table of settings', () => {
  const readme = readFileSync(README, 'utf8');
  const right = readme.replace(PLACE, (_, begin: string) => `${begin}\n${settingsMarkdown()}\n\n<!-- /settings -->`);
  expect(readme).toMatch(PLACE);
  if (process.env['UPDATE'] === '1') writeFileSync(README, right);
  else expect(readme).toBe(right);
});
