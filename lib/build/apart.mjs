/** What only some requests touch stays out of the programs of a tree: texts by language, and migrations, each a file in dist/lib, read on first use. */
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { inOrder } from './migrations.mjs';

/** A file's name in dist/lib, without ending -> what is in it. */
export const APART = {
  'texts-fr': './lib/text/fr.json?lazy',
  'texts-en': './lib/text/en.json?lazy',
  migrations: './sql/*.sql',
};

/** The words of a module that loads a part when it is first asked for something. */
function loading(part) {
  return `let part; const load = () => (part ??= require('../lib/${part}.js'));`;
}

/** For esbuild, before the plugin that would bundle them: the same modules, which load their part when they are first asked. */
export const apart = {
  name: 'apart',
  setup(build) {
    build.onResolve({ filter: /\.json\?lazy$/ }, ({ path }) => ({
      path: `texts-${basename(path, '.json?lazy')}`,
      namespace: 'apart-texts',
    }));
    build.onLoad({ filter: /.*/, namespace: 'apart-texts' }, ({ path }) => ({
      contents: `${loading(path)} export default (key) => load().default(key); export const all = () => load().all();`,
      loader: 'js',
    }));
    build.onResolve({ filter: /\/\*\.sql$/ }, () => ({ path: 'migrations', namespace: 'apart-migrations' }));
    build.onLoad({ filter: /.*/, namespace: 'apart-migrations' }, ({ path }) => ({
      contents: `${loading(path)} export const count = ${inOrder(readdirSync('sql')).length};
        export const migrations = () => load().migrations();`,
      loader: 'js',
    }));
    build.onResolve({ filter: /^\.\.\/lib\/[\w-]+\.js$/ }, ({ path, namespace }) =>
      namespace.startsWith('apart-') ? { path, external: true } : undefined,
    );
  },
};
