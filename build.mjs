/**
 * `npm run build`, `node build.mjs [FOLDER]`: makes dist/, or that folder, the tree that install.sh puts under its prefix. Each executable is one CommonJS file
 * that holds only what it needs; big packages that few requests touch are files of their own in dist/lib, loaded when
 * first used. With `--release` it is what a release holds, which has neither a clone's path nor its node_modules to lean on; lib/build/pack.mjs
 * brings SQLite's addons there.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build as esbuild } from 'esbuild';
import { APART, apart } from './lib/build/apart.mjs';
import { packagesIn } from './lib/build/bundled.mjs';
import { addonName, EXTERNAL_PACKAGES, externalPackages, isAddon } from './lib/build/external_packages.mjs';
import { inOrder } from './lib/build/migrations.mjs';
import { digestOfSources, STAMP } from './lib/build/sources.mjs';
import { browserScript, esbuildTemplates, styleSheet } from './lib/build/templates.mjs';

process.chdir(dirname(fileURLToPath(import.meta.url)));

try {
  // Said once, and not by each bundle that holds them.
  inOrder(readdirSync('sql'));
} catch ({ message }) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const { values, positionals } = parseArgs({ options: { release: { type: 'boolean' } }, allowPositionals: true });
/** What is made. */
const target = positionals[0] ?? 'dist';
/** Made beside it and put in its place at the end, so that nothing that runs finds half a tree. */
const out = mkdtempSync(`${target}.`);
process.on('exit', () => rmSync(out, { recursive: true, force: true }));

/** What every bundle has in common. ASCII, so that V8 keeps the source in one byte a character. */
const COMMON = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minify: true,
  charset: 'ascii',
  legalComments: 'none',
  logLevel: 'warning',
  // Where the administrator finds install.sh again (lib/store/database.ts).
  define: values.release ? {} : { CLONE: JSON.stringify(process.cwd()) },
};

/** Each bundle's file, and the npm packages that are in it. */
const bundled = {};

async function build(options) {
  const { metafile } = await esbuild({ ...COMMON, metafile: true, ...options });
  bundled[relative(out, options.outfile)] = packagesIn(metafile);
}

/** The TypeScript files of a folder, without their ending. */
function sources(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => name.slice(0, -3));
}

/** One program in one file: an executable, or a door in lib/. */
async function program(source, outfile, options = {}) {
  await build({ entryPoints: [source], outfile, plugins: [apart, esbuildTemplates, externalPackages], ...options });
}

/** A program that is a few words of code: its options. */
function code(contents) {
  return { entryPoints: undefined, stdin: { contents, resolveDir: '.', loader: 'ts' } };
}

const FIRST_LINE = { js: '#!/usr/bin/env node' };

/** An executable of its own. */
async function command(source, outfile) {
  await program(source, outfile, { banner: FIRST_LINE });
  chmodSync(outfile, 0o755);
}

/** A UTF-16 unit as an escape of JavaScript. */
function escaped(unit) {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A door's code: a function of `require` and `module`, which V8 can keep compiled (lib/start/parts.ts). `rows`: which of its tables. */
async function door(name, rows = 'door') {
  const file = `${out}/lib/${rows === 'door' ? name : rows}.js`;
  const contents = `import { serve } from './lib/http/serve.ts';
    import { ${rows} } from './cgi-bin/${name}.ts';
    serve(${JSON.stringify(name)}, ${rows});`;
  await program(undefined, file, {
    ...code(contents),
    banner: { js: '(function(require,module){' },
    footer: { js: '})' },
  });
  return digested(file);
}

/** Makes a file one byte a character; its digest. */
function digested(file) {
  // esbuild leaves regular expressions as they are; one dash in them would double the memory of the whole source.
  const text = readFileSync(file, 'utf8').replace(/[^\0-\x7f]/g, escaped);
  writeFileSync(file, text);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The doors and external packages in lib/, and starters in cgi-bin/, which know the digests of all these and load from compiled code (lib/start/parts.ts). */
async function doors() {
  const names = sources('cgi-bin');
  const digests = {};
  for (const name of names) digests[name] = await door(name);
  digests.list = await door('booking', 'list');
  digests.enter = await door('join', 'enter');
  for (const [name, file] of Object.entries(EXTERNAL_PACKAGES)) digests[file] = await library(name, file);
  for (const [file, source] of Object.entries(APART)) digests[file] = await library(source, file);
  writeFileSync(`${out}/lib/parts.json`, `${JSON.stringify(digests)}\n`);
  const parts = JSON.stringify(digests);
  for (const name of names) {
    const contents = `import { loaderOf, partOf } from './lib/start/parts.ts';
      loaderOf(\`\${__dirname}/../lib/\`, ${parts}, require)(partOf(${JSON.stringify(name)}));`;
    const executable = `${out}/cgi-bin/${name}.cgi`;
    await program(undefined, executable, { ...code(contents), banner: FIRST_LINE });
    chmodSync(executable, 0o755);
  }
}

/** A developers' tool: an ES module that uses the clone's node_modules. A release has none, so there it holds what it uses. */
async function tool(source, outfile) {
  const whole = {
    plugins: [esbuildTemplates, externalPackages],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  };
  await build({
    format: 'esm',
    minify: values.release === true,
    entryPoints: [source],
    outfile,
    ...(values.release ? whole : { plugins: [esbuildTemplates], packages: 'external' }),
  });
}

/** An external package, or a part of ours, in a file of its own, which is a function for doors and a module for who requires it; its digest. */
async function library(name, file) {
  const outfile = `${out}/lib/${file}.js`;
  await build({
    stdin: { contents: `module.exports = require(${JSON.stringify(name)});`, resolveDir: '.' },
    outfile,
    plugins: [esbuildTemplates],
    banner: {
      js: '(function(part){return typeof module==="undefined"?part:part(require,module)})(function(require,module){',
    },
    footer: { js: '})' },
  });
  return digested(outfile);
}

/** SQLite for the Node that builds, and what earlier builds compiled of this release for other Nodes. */
function addons() {
  const compiled = 'node_modules/better-sqlite3/build/Release/better_sqlite3.node';
  const module = { exports: {} };
  // Throws where it was compiled for another Node: it would go by a wrong name.
  process.dlopen(module, resolve(compiled));
  for (const name of existsSync('dist/lib') ? readdirSync('dist/lib').filter(isAddon) : []) {
    copy(`dist/lib/${name}`, `${out}/lib/${name}`);
  }
  copy(compiled, `${out}/lib/${addonName()}`);
}

/** A folder or file of the repository that is installed as it is. */
function copy(from, to) {
  if (existsSync(from)) cpSync(from, to, { recursive: true });
}

for (const folder of ['cgi-bin', 'bin', 'lib', 'static', 'apache', 'tests']) {
  mkdirSync(`${out}/${folder}`, { recursive: true });
}
// Before anything is read: what changes meanwhile is built the next time.
if (!values.release) writeFileSync(`${out}/${STAMP}`, digestOfSources(process.cwd()));
writeFileSync(`${out}/package.json`, '{ "type": "commonjs" }\n');
if (!values.release) addons();
copy('apache', `${out}/apache`);
copy('cron/jitsi-jmb.cron', `${out}/cron/jitsi-jmb.cron`);
copy('lib/people/examples', `${out}/modules`);
copy('lib/jitsi/prosody', `${out}/prosody`);
for (const name of readdirSync('templates/pages').filter((file) => /\.(svg|png|ico|txt)$/.test(file))) {
  copy(`templates/pages/${name}`, `${out}/static/${name}`);
}
writeFileSync(`${out}/static/style.css`, styleSheet('templates/pages/style.css'));
writeFileSync(`${out}/static/script.js`, browserScript('templates/pages/script.js'));

const made = await Promise.allSettled([
  doors(),
  command('cron/jmb.ts', `${out}/bin/jmb`),
  command('lib/install/main.ts', `${out}/bin/jmb-install`),
  program('lib/start/prepare.ts', `${out}/lib/prepare.js`),
  program('lib/people/import_module.ts', `${out}/lib/import_module.js`),
  ...(values.release ? ['demo'] : ['demo', 'bench', 'crash', 'fuzz', 'year'])
    .filter((folder) => sources(`tests/${folder}`).includes('main'))
    .map((folder) => tool(`tests/${folder}/main.ts`, `${out}/tests/${folder}.mjs`)),
]);
const failures = made.flatMap(({ reason }) => reason ?? []);
if (failures.length > 0) {
  // What esbuild found it has said.
  for (const error of failures.filter(({ errors }) => errors === undefined)) console.error(error);
  // What was built before stays.
  rmSync(out, { recursive: true });
  process.exit(1);
}
writeFileSync(`${out}/tests/bundled.json`, `${JSON.stringify(bundled, Object.keys(bundled).sort(), 2)}\n`);
chmodSync(out, 0o755);
if (existsSync(target)) renameSync(target, `${out}.old`);
renameSync(out, target);
rmSync(`${out}.old`, { recursive: true, force: true });

for (const file of [...sources('cgi-bin').map((name) => `lib/${name}.js`), 'bin/jmb']) {
  if (existsSync(`${target}/${file}`))
    console.log(file.padEnd(20), `${Math.ceil(statSync(`${target}/${file}`).size / 1024)} KiB`);
}
