/** Libraries that few requests touch stay out of the executables: each is one file in dist/lib, read on first use. */

/** npm package -> its file's name in dist/lib, without ending. */
export const PACKAGES_APART = {
  nodemailer: 'nodemailer',
  ics: 'ics',
  ldapts: 'ldapts',
  '@xmpp/client': 'xmpp-client',
};

/** For esbuild: an import of such a package becomes a `require` of its file, done where the importing module begins. */
export const apart = {
  name: 'apart',
  setup(build) {
    const filter = new RegExp(`^(${Object.keys(PACKAGES_APART).join('|')})$`);
    build.onResolve({ filter }, ({ path }) => ({ path, namespace: 'apart' }));
    build.onLoad({ filter: /.*/, namespace: 'apart' }, ({ path }) => ({
      contents: `module.exports = require('../lib/${PACKAGES_APART[path]}.js');`,
      loader: 'js',
    }));
    // better-sqlite3 asks `bindings` to look for its addon in a dozen places; in the tree it stands in one.
    build.onResolve({ filter: /^bindings$/ }, () => ({ path: 'bindings', namespace: 'addon' }));
    build.onLoad({ filter: /.*/, namespace: 'addon' }, () => ({
      contents: `module.exports = (name) => require('../lib/better_sqlite3.node');`,
      loader: 'js',
    }));
    build.onResolve({ filter: /^\.\.\/lib\/[\w-]+\.(js|node)$/ }, ({ path, namespace }) =>
      namespace === 'apart' || namespace === 'addon' ? { path, external: true } : undefined,
    );
  },
};
