/**
 * What a door loads only sometimes is a file of its own in dist/lib: every 70 KiB of source that a request reads without
 * using them cost it a millisecond. `import('../pages/refusal.ts')` of a module of ours marks such a piece. A piece has
 * its own copy of what it shares with the door, so nothing in lib/ may keep a state of its own in a module.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';

/** The name of a piece's file in dist/lib, without ending: `pages-refusal`. */
function nameOf(path) {
  return `${basename(dirname(path))}-${basename(path, '.ts')}`;
}

/**
 * For esbuild: makes dynamic imports of our modules into pieces.
 * @param {Map<string, string>} found gets each piece's name and source file
 */
export function pieces(found) {
  return {
    name: 'pieces',
    setup(build) {
      build.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, kind, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined;
        const source = resolve(resolveDir, path);
        found.set(nameOf(source), source);
        return { path: nameOf(source), namespace: 'piece' };
      });
      build.onLoad({ filter: /.*/, namespace: 'piece' }, ({ path }) => ({
        contents: `module.exports = require('../lib/${path}.js');`,
        loader: 'js',
      }));
      build.onResolve({ filter: /^\.\.\/lib\//, namespace: 'piece' }, ({ path }) => ({ path, external: true }));
    },
  };
}

/** An explanation in the table of settings: `, { fr: '…', en: '…' }` as the last argument of a row. */
const EXPLANATION = /,\s*\{\s*fr:\s*'(?:[^'\\]|\\.)*',\s*en:\s*'(?:[^'\\]|\\.)*',?\s*\}/g;

/** For esbuild: leaves out what each setting is for, which no door says. */
export const withoutExplanations = {
  name: 'without-explanations',
  setup(build) {
    build.onLoad({ filter: /\/lib\/settings\/\w+\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(EXPLANATION, ", { fr: '', en: '' }"),
      loader: 'ts',
    }));
  },
};
