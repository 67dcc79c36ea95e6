/** Templates as the build compiles them: run from a file, as a bundle would. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileTemplate, esbuildTemplates } from '../../lib/build/templates.mjs';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jmb-templates-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Renders the first of some templates with a view. */
async function render(files: Readonly<Record<string, string>>, view: object): Promise<string> {
  for (const [name, source] of Object.entries(files)) writeFileSync(join(folder, name), source);
  const outfile = join(folder, `${process.hrtime.bigint()}.mjs`);
  await build({
    entryPoints: [join(folder, Object.keys(files)[0] ?? '')],
    outfile,
    bundle: true,
    format: 'esm',
    nodePaths: [join(import.meta.dirname, '../../node_modules')],
    plugins: [esbuildTemplates],
    logLevel: 'silent',
  });
  const { default: made } = (await import(pathToFileURL(outfile).href)) as { default: (view: object) => string };
  return made(view);
}

describe('a template', () => {
  it('escapes what it shows', async () => {
    expect(await render({ 'a.hbs': '<p>{{x}}</p>' }, { x: '<b>"&\'' })).toBe('<p>&lt;b&gt;&quot;&amp;&#x27;</p>');
  });

  it('escapes nothing where it is plain text', async () => {
    expect(await render({ 'b.txt.hbs': '{{x}}' }, { x: '<b>&' })).toBe('<b>&');
  });

  it('finds its partials, and theirs, beside itself', async () => {
    const files = {
      'c.hbs': '{{#each list}}{{> d name=this}}{{/each}}',
      'd.hbs': '[{{> e}}]',
      'e.hbs': '{{name}}',
    };
    expect(await render(files, { list: ['x', 'y'] })).toBe('[x][y]');
  });

  it('says texts by their key, in loops too', async () => {
    const view = { list: [1, 2], t: (key: string, values: object) => `${key}${JSON.stringify(values)}` };
    expect(await render({ 'f.txt.hbs': '{{#each list}}{{t "a.b" n=this}}{{/each}}' }, view)).toBe(
      'a.b{"n":1}a.b{"n":2}',
    );
  });
});

describe('a mistake in a template', () => {
  it('stops the build, and names the file', () => {
    expect(() => compileTemplate('{{#if x}}', 'pages/x.hbs')).toThrow(/pages\/x\.hbs/);
    expect(() => compileTemplate('{{unknown x}}', 'pages/x.hbs')).toThrow();
  });
});
