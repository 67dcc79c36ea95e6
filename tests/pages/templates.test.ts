/** The templates and the catalogue hold together: a text that is named is there, and a text that is there is named. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { catalogue } from '../../lib/text/catalogue.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'))
    .join('\n');

const templates = read('templates/pages', '.hbs');
const mails = read('templates/mail', '.hbs');
const code = read('lib', '.ts') + read('cron', '.ts') + read('tests/support', 'settings_page.ts');

it('templates name texts that exist', () => {
  const named = [...templates.matchAll(/\{\{t "([^"]+)"/g)].map(([, key]) => key ?? '');
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((key) => !Object.hasOwn(catalogue.fr, key))).toEqual([]);
});

it('no text is left over', () => {
  // Keys that are put together end in a value, `state.${state}`, or are counted: `key_one`, `key_many`.
  const named = new Set([...(code + templates + mails).matchAll(/[`'"]([a-zA-Z_.]+)[`'"]/g)].map(([, key]) => key));
  const stems = [...code.matchAll(/`([a-zA-Z_.]+)\$\{/g)].map(([, stem = '']) => stem);
  const used = (key: string) =>
    [key, key.replace(/_(one|many)$/, '')].some((name) => named.has(name)) ||
    stems.some((stem) => key.startsWith(stem));
  expect(Object.keys(catalogue.fr).filter((key) => !used(key))).toEqual([]);
});

it('nothing in a template goes out unescaped, and nothing needs a looser policy', () => {
  expect(templates).not.toContain('{{{');
  expect(templates).not.toMatch(/\{\{&/);
  expect(templates).not.toMatch(
    /<script(?! src="\/jmb\/script\.js\?v=)|<style|\sstyle=|\son[a-z]+=|https?:\/\/(?!www\.w3\.org)/,
  );
});
