/** Packages that few requests touch stay out of the executables: each is one file in dist/lib, read on first use. */
import { createRequire } from 'node:module';

/** npm package -> its file's name in dist/lib, without ending. */
export const EXTERNAL_PACKAGES = {
  nodemailer: 'nodemailer',
  handlebars: 'handlebars',
  ics: 'ics',
  ldapts: 'ldapts',
  'jose/jwt/sign': 'jose',
  'postal-mime': 'postal-mime',
  'ical.js': 'icaljs',
  imapflow: 'imapflow',
  'qrcode-generator': 'qrcode',
};

/** The release of better-sqlite3. */
export const ADDON_VERSION = createRequire(import.meta.url)('better-sqlite3/package.json').version;

/** How the addon's name begins: it works with the JavaScript of its own release of better-sqlite3 alone. */
const ADDON = `better_sqlite3-${ADDON_VERSION}.`;

/**
 * The name in dist/lib of the addon for this Node, or another, by the ABI that it is compiled for. Those of several lie side by
 * side, so that a host may change its Node, and change it back.
 */
export function addonName(abi = process.versions.modules) {
  return `${ADDON}${abi}.node`;
}

/** Whether a file is an addon of this release, for whatever Node. */
export function isAddon(name) {
  return name.startsWith(ADDON) && name.endsWith('.node');
}

/** What a package exports, by name. */
async function exportsOf(name) {
  const found = await import(createRequire(import.meta.url).resolve(name));
  return Object.keys({ ...found.default, ...found }).filter(
    (key) => /^[a-z_$][\w$]*$/i.test(key) && !key.startsWith('__') && key !== 'default',
  );
}

/**
 * For esbuild: an import of such a package becomes an object that loads the package's file when one of its exports is
 * first touched, so a static import costs nothing until then; a dynamic import loads it at once.
 */
export const externalPackages = {
  name: 'external-packages',
  setup(build) {
    const filter = new RegExp(`^(${Object.keys(EXTERNAL_PACKAGES).join('|')})$`);
    build.onResolve({ filter }, ({ path, kind }) => ({
      path,
      namespace: kind === 'dynamic-import' ? 'package-now' : 'package',
    }));
    build.onLoad({ filter: /.*/, namespace: 'package-now' }, ({ path }) => ({
      contents: `module.exports = require('../lib/${EXTERNAL_PACKAGES[path]}.js');`,
      loader: 'js',
    }));
    build.onLoad({ filter: /.*/, namespace: 'package' }, async ({ path }) => {
      const load = `require('../lib/${EXTERNAL_PACKAGES[path]}.js')`;
      const getters = (await exportsOf(path)).map((name) => `get ${name}() { return ${load}.${name}; }`);
      return { contents: `module.exports = { ${getters.join(', ')} };`, loader: 'js' };
    });
    // What loads administrators' modules must be a file that Node itself has loaded (lib/people/import_module.ts).
    build.onResolve({ filter: /\/import_module\.ts$/, namespace: 'file' }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: 'import_module', namespace: 'import_module' },
    );
    build.onLoad({ filter: /.*/, namespace: 'import_module' }, () => ({
      contents: `module.exports = { get importModule() { return require('../lib/import_module.js').importModule; } };`,
      loader: 'js',
    }));
    // better-sqlite3 asks `bindings` to look for its addon in a dozen places; in the tree it has one, by the Node that runs.
    build.onResolve({ filter: /^bindings$/ }, () => ({ path: 'bindings', namespace: 'addon' }));
    build.onLoad({ filter: /.*/, namespace: 'addon' }, () => ({
      // A name of its own: of a sum within the call esbuild would look for files.
      contents: `const file = '../lib/${ADDON}' + process.versions.modules + '.node'; module.exports = () => require(file);`,
      loader: 'js',
    }));
    build.onResolve({ filter: /^\.\.\/lib\/[\w-]+\.(js|node)$/ }, ({ path, namespace }) =>
      ['package', 'package-now', 'addon', 'import_module'].includes(namespace) ? { path, external: true } : undefined,
    );
  },
};
