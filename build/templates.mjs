/**
 * Handlebars templates as modules: `import list from './list.hbs'` gives a function from a view to text, compiled here
 * and not at run time. One compiler for esbuild (the build) and for Vite (the tests).
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import Handlebars from 'handlebars';

/** Helpers that a template may use besides Handlebars' own: `t`, a text of the catalogue by its key. */
const HELPERS = { t: true };

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
    tree = Handlebars.parse(source, { srcName: path });
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
const helpers = { t: (key, options) => options.data.root.t(key, options.hash) };
export const template = /* @__PURE__ */ Handlebars.template(${code});
export const partials = { ${entries.join(', ')} };
export default (view) => template(view, { partials, helpers });
`;
}

/** SQL and CSS files as text. */
export function textModule(source) {
  return `export default ${JSON.stringify(source)};`;
}

/** For esbuild: templates. (SQL goes by esbuild's own `text` loader.) */
export const esbuildTemplates = {
  name: 'templates',
  setup(build) {
    build.onLoad({ filter: /\.hbs$/ }, async ({ path }) => ({
      contents: compileTemplate(await readFile(path, 'utf8'), path),
      loader: 'js',
    }));
  },
};

/** For Vite: templates and SQL. */
export const viteTemplates = {
  name: 'templates',
  enforce: 'pre',
  transform(source, path) {
    if (path.endsWith('.hbs')) return { code: compileTemplate(source, path), map: null };
    if (path.endsWith('.sql')) return { code: textModule(source), map: null };
    return null;
  },
};
