/**
 * `npm run pack [-- --here] [--to FOLDER]`: makes jitsi-meet-booking-VERSION.tar.gz and its SHA-256 in dist.pack/, or that folder: what
 * install.sh needs on a host that has no npm, no compiler and no network but apt's. The same commit gives the same bytes, wherever and
 * by whomever it is made with the same compiler. `--here`: for the Node that runs this alone, none goes along, and nothing is fetched or compiled.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundledIn, licenceFile, licenceOf, manifestOf } from './bundled.mjs';
import { addonName } from './external_packages.mjs';
import { addonFor, integrityOf, LINES, nodeFolder, PRIVATE, wantOldLibrary } from './nodes.mjs';
import { sbom } from './sbom.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** What of the repository goes along as it is. */
const KEPT =
  /^(?:install\.sh|LICENSE|[A-Z]+(?:\.fr)?\.md|lib\/install\/(?:\w+\.sh|node_lines\.json)|(?:apache|sql|templates)\/.*|cron\/jitsi-jmb\.cron|\.github\/.*\.png)$/;

function run(command, words, options) {
  return execFileSync(command, words, {
    encoding: 'utf8',
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  });
}

/** The commit's time in Unix seconds, or what SOURCE_DATE_EPOCH says (https://reproducible-builds.org/specs/source-date-epoch/). */
function releaseTime() {
  return Number(process.env.SOURCE_DATE_EPOCH ?? run('git', ['log', '-1', '--format=%ct']).trim());
}

function sha256(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** What git has of the repository; what no commit holds yet is told, for nobody could make it again. */
function copyKept(tree) {
  if (run('git', ['status', '--porcelain']) !== '')
    console.error('There are changes that no commit holds: this is no release.');
  for (const name of run('git', ['ls-files', '-z'])
    .split('\0')
    .filter((one) => KEPT.test(one))) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    cpSync(join(root, name), join(tree, name));
  }
}

/** SQLite for each Node that is served, each tried by its Node; the line of that which goes along, or null. */
function bringNodes(tree, cache, here) {
  const lib = join(tree, 'dist/lib');
  if (here) {
    cpSync(join(root, 'node_modules/better-sqlite3/build/Release/better_sqlite3.node'), join(lib, addonName()));
    wantLoads(process.execPath, tree);
    return null;
  }
  for (const { version, abi } of LINES) {
    const node = nodeFolder(version, join(cache, 'nodes'));
    const addon = addonFor(node, abi, join(cache, 'addons'));
    wantOldLibrary(addon);
    cpSync(addon, join(lib, addonName(abi)));
    wantLoads(join(node, 'bin/node'), tree);
  }
  const node = nodeFolder(PRIVATE.version, join(cache, 'nodes'));
  mkdirSync(join(tree, 'node/bin'), { recursive: true });
  cpSync(join(node, 'bin/node'), join(tree, 'node/bin/node'));
  cpSync(join(node, 'LICENSE'), join(tree, 'licences', licenceFile({ name: 'node', version: PRIVATE.version })));
  return { version: PRIVATE.version, integrity: integrityOf(PRIVATE.version) };
}

/** Throws where the programs could not open a database by this Node. */
function wantLoads(node, tree) {
  const { addon } = JSON.parse(run(node, [join(tree, 'dist/lib/prepare.js'), 'state']));
  if (addon !== null) throw new Error(addon);
}

/** Modes as they are to be, whatever the umask is. */
function setModes(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) setModes(path);
    else chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}

/** The archive: names in order, nobody's files, one time; gzip without a name and a time of its own. */
function archive(parent, name, time, target) {
  const words = ['--sort=name', '--format=ustar', '--owner=0', '--group=0', '--numeric-owner', `--mtime=@${time}`];
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  run('tar', [...words, '-cf', `${target}.tar`, '-C', parent, name], { env });
  run('sh', ['-c', 'gzip -9 -n <"$1.tar" >"$1"', 'sh', target], { env });
  rmSync(`${target}.tar`);
}

const { values } = parseArgs({ options: { here: { type: 'boolean', default: false }, to: { type: 'string' } } });
const to = resolve(values.to ?? join(root, 'dist.pack'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const name = `jitsi-meet-booking-${version}`;
mkdirSync(to, { recursive: true });
const work = mkdtempSync(join(to, 'new-'));
try {
  const tree = join(work, name);
  const time = releaseTime();
  mkdirSync(join(tree, 'licences'), { recursive: true });
  copyKept(tree);
  run(process.execPath, ['build.mjs', join(tree, 'dist'), '--release']);
  const bundled = bundledIn(join(tree, 'dist'));
  rmSync(join(tree, 'dist/tests/bundled.json'));
  for (const folder of bundled.keys())
    writeFileSync(join(tree, 'licences', licenceFile(manifestOf(folder))), licenceOf(folder));
  const node = bringNodes(tree, join(root, 'dist.pack'), values.here);
  const lib = join(tree, 'dist/lib');
  const addons = readdirSync(lib)
    .filter((file) => file.endsWith('.node'))
    .sort();
  const files = addons.map((file) => ({ name: `dist/lib/${file}`, sha256: sha256(join(lib, file)) }));
  writeFileSync(join(tree, 'sbom.cdx.json'), `${JSON.stringify(sbom({ bundled, node, files, time }), null, 2)}\n`);
  setModes(tree);
  const target = join(to, `${name}.tar.gz`);
  archive(work, name, time, target);
  const digest = sha256(target);
  writeFileSync(`${target}.sha256`, `${digest}  ${name}.tar.gz\n`);
  console.log(
    `${relative(process.cwd(), target)}  ${(statSync(target).size / 1e6).toFixed(1)} MB, for ${process.arch}\n${digest}`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
