import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { loadModule } from '../../lib/people/modules.ts';

const folder = mkdtempSync(join(tmpdir(), 'jmb-modules-'));
const settings = { JMB_MODULES: folder };
afterAll(() => rmSync(folder, { recursive: true }));

function drop(name: string, source: string): void {
  writeFileSync(join(folder, `${name}.mjs`), source);
}

describe('a module of the administrator', () => {
  it('is loaded from its file, and gets what it is called with', async () => {
    drop('adds', 'export const check = (a, b) => a + b;');
    expect(await (await loadModule(settings, 'adds', 'check'))(1, 2)).toBe(3);
  });

  it('is loaded anew when the file changed', async () => {
    drop('changes', 'export const editor = () => true;');
    utimesSync(join(folder, 'changes.mjs'), 1000, 1000);
    expect(await (await loadModule(settings, 'changes', 'editor'))()).toBe(true);
    drop('changes', 'export const editor = () => false;');
    expect(await (await loadModule(settings, 'changes', 'editor'))()).toBe(false);
  });

  it.each([
    ['is not there', 'absent', null, /absent: there is no built-in module of this name, and no .*absent\.mjs/],
    ['does not parse', 'broken', 'export const check = (', /^broken: \w*Error: /],
    ['throws when loaded', 'throws', 'throw new Error("no disk");', /throws: Error: no disk/],
    ['imports what is not there', 'imports', 'import "nothing-of-this-name";', /imports: Error: Cannot find/],
    ['has no such function', 'other', 'export const editor = () => true;', /other\.mjs exports no function check/],
    ['exports a value', 'value', 'export const check = "allow";', /value\.mjs exports no function check/],
  ])('that %s is a failure, not an answer', async (_, name, source, detail) => {
    if (source !== null) drop(name, source);
    await expect(loadModule(settings, name, 'check')).rejects.toMatchObject({
      name: 'Unavailable',
      what: 'module',
      detail: expect.stringMatching(detail),
    });
  });

  it.each([
    ['() => { throw new Error("boom"); }', 'Error: boom'],
    ['async () => { throw "boom"; }', 'boom'],
    ['() => Promise.reject(undefined)', 'undefined'],
    ['() => nothing.at.all', 'ReferenceError: nothing is not defined'],
  ])('that throws when called is a failure: %s', async (source, detail) => {
    drop('late', `export const check = ${source}; // ${Math.random()}`);
    utimesSync(join(folder, 'late.mjs'), Math.random() * 1e9, Math.random() * 1e9);
    const call = await loadModule(settings, 'late', 'check');
    await expect(call()).rejects.toMatchObject({ what: 'module', detail: `late: ${detail}` });
  });

  it('that never answers is a failure, after a while', async () => {
    drop('hangs', 'export const check = () => new Promise(() => undefined);');
    const call = await loadModule(settings, 'hangs', 'check', 50);
    await expect(call()).rejects.toMatchObject({ what: 'module', detail: 'hangs: Error: no answer within 50 ms' });
  });

  it('is loaded by the bundled program too', async () => {
    drop('bundled', 'export const check = async (word) => ({ verdict: word, from: import.meta.url });');
    const source = fileURLToPath(new URL('../../lib/people/modules.ts', import.meta.url));
    const outfile = join(folder, 'program.cjs');
    const main = `import { loadModule } from ${JSON.stringify(source)};
      loadModule({ JMB_MODULES: ${JSON.stringify(folder)} }, 'bundled', 'check')
        .then((check) => check('allow'))
        .then((verdict) => console.log(JSON.stringify(verdict)));`;
    await build({
      stdin: { contents: main, resolveDir: folder },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      logLevel: 'silent',
    });
    const printed = execFileSync(process.execPath, [outfile], { encoding: 'utf8' });
    expect(JSON.parse(printed)).toMatchObject({ verdict: 'allow', from: expect.stringContaining('bundled.mjs') });
  });
});

describe('the example', () => {
  const example = fileURLToPath(new URL('../../lib/people/examples/example.mjs', import.meta.url));
  const context = { log: { event: () => undefined } };

  it('reads a client certificate', async () => {
    copyFileSync(example, join(folder, 'ours.mjs'));
    const identity = await loadModule(settings, 'ours', 'identity');
    const env = {
      SSL_CLIENT_VERIFY: 'SUCCESS',
      SSL_CLIENT_S_DN_CN: 'Alice Martin',
      SSL_CLIENT_SAN_Email_0: 'a@example.org',
    };
    expect(await identity(env)).toEqual({ uid: 'Alice Martin', email: 'a@example.org', name: 'Alice Martin' });
    expect(await identity({ ...env, SSL_CLIENT_VERIFY: 'NONE' })).toBeNull();
  });

  it('reads a file of editors, and fails where there is none', async () => {
    const editor = await loadModule(settings, 'ours', 'editor');
    await expect(editor({ uid: 'alice' })).rejects.toMatchObject({
      what: 'module',
      detail: expect.stringContaining('ENOENT'),
    });
    writeFileSync(join(folder, 'editors.txt'), 'alice\nbob\n');
    expect(await editor({ uid: 'alice' })).toBe(true);
    expect(await editor({ uid: 'ali' })).toBe(false);
  });

  it('closes rooms at night', async () => {
    const check = await loadModule(settings, 'ours', 'check');
    const at = (hour: number) =>
      check({ room: 'r', identity: { uid: 'a' }, now: new Date(2026, 0, 1, hour).getTime() / 1000 }, context);
    expect(await at(12)).toEqual({ verdict: 'pass' });
    expect(await at(3)).toMatchObject({ verdict: 'refuse' });
  });
});
