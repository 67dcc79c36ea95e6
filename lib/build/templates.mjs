/**
 * Handlebars templates as modules: `import list from './list.hbs'` gives a function from a view to text, compiled here
 * and not at run time. One compiler for esbuild (the build) and for Vite (the tests).
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import Handlebars from 'handlebars';
import { migrationsModule } from './migrations.mjs';

/**
 * Helpers that a template may use besides Handlebars' own: `t`, a text of the catalogue by its key; `href`, an address
 * between quotes, whose `=` stays one: people copy addresses out of a page's source.
 */
const HELPERS = { t: true, href: true };

/** The clone. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The names of the partials that a syntax tree calls, each once. */
function partialsOf(tree) {
  const names = new Set();
  const visitor = new Handlebars.Visitor();
  const collect = (partial) => names.add(partial.name.original);
  visitor.PartialStatement = function visit(partial) {
    collect(partial);
    Handlebars.Visitor.prototype.PartialStatement.call(this, partial);
  };
  visitor.PartialBlockStatement = function visit(partial) {
    collect(partial);
    Handlebars.Visitor.prototype.PartialBlockStatement.call(this, partial);
  };
  visitor.accept(tree);
  names.delete('@partial-block');
  return [...names];
}

/**
 * A template as the source of an ES module. `{{> name}}` means the file `name.hbs` in the same folder. `*.txt.hbs` is
 * plain text: nothing in it is escaped.
 * @param {string} source the template
 * @param {string} path its file, for its kind and for messages
 */
export function compileTemplate(source, path) {
  let tree;
  try {
    // It goes into the programs, which are to be the same in whatever folder they are built.
    tree = Handlebars.parse(source, { srcName: relative(ROOT, path) });
  } catch (error) {
    throw new Error(`${path}: ${error.message}`);
  }
  const partials = partialsOf(tree);
  const plain = basename(path).endsWith('.txt.hbs');
  const code = Handlebars.precompile(tree, { knownHelpers: HELPERS, knownHelpersOnly: true, noEscape: plain });
  const imports = partials.map((name, index) => `import * as partial${index} from './${name}.hbs';`);
  const entries = partials.map(
    (name, index) => `...partial${index}.partials, ${JSON.stringify(name)}: partial${index}.template`,
  );
  return `${imports.join('\n')}
import Handlebars from 'handlebars/runtime.js';
const helpers = {
  t: (key, options) => options.data.root.t(key, options.hash),
  href: (address) => new Handlebars.SafeString(Handlebars.escapeExpression(address).replaceAll('&#x3D;', '=')),
};
export const template = /* @__PURE__ */ Handlebars.template(${code});
export const partials = { ${entries.join(', ')} };
export default (view) => template(view, { partials, helpers });
`;
}

/** A style sheet as one text: the sheets that it imports within it, short. */
export function styleSheet(path) {
  const made = buildSync({ entryPoints: [path], bundle: true, minify: true, write: false, logLevel: 'warning' });
  return made.outputFiles[0].text;
}

/** A script as browsers of the last years read it, short. */
export function browserScript(path) {
  const made = buildSync({ entryPoints: [path], minify: true, target: 'es2019', write: false });
  return made.outputFiles[0].text;
}

/** A style sheet or script as a short digest of it: its address changes when it does, so that browsers may keep it for ever. */
function versionOf(source) {
  return createHash('sha256').update(source).digest('hex').slice(0, 12);
}

/** A file that is no TypeScript as the source of an ES module; null for any other. */
function moduleOf(source, path) {
  if (path.endsWith('.hbs')) return compileTemplate(source, path);
  if (path.endsWith('.css')) return `export default ${JSON.stringify(versionOf(styleSheet(path)))};`;
  return null;
}

/** A script for browsers as the source of an ES module that knows its digest. */
function digestModule(path) {
  return `export default ${JSON.stringify(versionOf(browserScript(path)))};`;
}

/**
 * A file of texts as a function that reads those of a key's first word when one of them is first asked for: a page has need of a tenth, and
 * few long strings are quicker loaded than a thousand.
 */
function lazily(source) {
  const parts = {};
  for (const [key, text] of Object.entries(JSON.parse(source))) {
    const [word] = key.split('.', 1);
    parts[word] = { ...parts[word], [key]: text };
  }
  const written = Object.entries(parts).map(([word, part]) => [word, JSON.stringify(part)]);
  return `const parts = ${JSON.stringify(Object.fromEntries(written))};
const known = new Map();
const read = (key) => {
  const [word] = key.split('.', 1);
  for (const [one, text] of Object.entries(JSON.parse(parts[word] ?? '{}'))) known.set(one, text);
  return known.get(key);
};
export default (key) => known.get(key) ?? read(key);
export const all = () => Object.assign({}, ...Object.values(parts).map((part) => JSON.parse(part)));`;
}

/** For esbuild: templates, style sheets and migrations. */
export const esbuildTemplates = {
  name: 'templates',
  setup(build) {
    build.onResolve({ filter: /\/\*\.sql$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, dirname(path)),
      namespace: 'migrations',
    }));
    build.onLoad({ filter: /.*/, namespace: 'migrations' }, ({ path }) => ({ contents: migrationsModule(path) }));
    build.onResolve({ filter: /\.json\?lazy$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.replace(/\?lazy$/, '')),
      namespace: 'lazy',
    }));
    build.onLoad({ filter: /.*/, namespace: 'lazy' }, async ({ path }) => ({
      contents: lazily(await readFile(path, 'utf8')),
    }));
    build.onResolve({ filter: /\.js\?digest$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.replace(/\?digest$/, '')),
      namespace: 'digest',
    }));
    build.onLoad({ filter: /.*/, namespace: 'digest' }, ({ path }) => ({ contents: digestModule(path) }));
    build.onLoad({ filter: /\.(hbs|css)$/ }, async ({ path }) => ({
      contents: moduleOf(await readFile(path, 'utf8'), path),
      loader: 'js',
    }));
  },
};

/** For Vite: the same. What Vite takes for its own, a style sheet, goes by another name; so does a folder of migrations. */
export const viteTemplates = {
  name: 'templates',
  enforce: 'pre',
  resolveId(source, importer) {
    if (!importer) return null;
    const path = resolve(dirname(importer), source);
    if (source.endsWith('/*.sql')) return `${dirname(path)}.migrations`;
    if (source.endsWith('.json?lazy')) return path.replace(/json\?lazy$/, 'lazy');
    if (source.endsWith('.js?digest')) return `${path.replace(/\?digest$/, '')}.script`;
    return source.endsWith('.css') ? `${path}.digest` : null;
  },
  async load(id) {
    if (id.endsWith('.migrations')) return migrationsModule(id.slice(0, -'.migrations'.length));
    if (id.endsWith('.lazy')) return lazily(await readFile(id.replace(/lazy$/, 'json'), 'utf8'));
    if (id.endsWith('.js.script')) return digestModule(id.replace(/\.script$/, ''));
    const path = id.replace(/\.digest$/, '');
    return /\.(hbs|css)$/.test(path) ? moduleOf(await readFile(path, 'utf8'), path) : null;
  },
};
