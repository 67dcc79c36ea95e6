/**
 * `jmb-host plan|apply|remove|packages`, what install.sh calls: finds out what a Jitsi host is, and changes its files or takes
 * the changes back. Exit status 3: nothing to change.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore } from '../store/store.ts';
import { importFlatFiles } from './flat.ts';
import { BASH_KEPT, DATA, type Found, look, PREFIX } from './found.ts';
import { apply, type Change, LEDGER, pending, readLedger, remove } from './ledger.ts';
import { type Plan, plan } from './plan.ts';
import { AUTHS, type Auth } from './site.ts';
import { HostError, type Tree, treeAt } from './tree.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const OPTIONS = {
  root: { type: 'string', default: '/' },
  auth: text,
  front: text,
  port: { type: 'string', default: '8181' },
  node: text,
  fastcgi: flag,
  upgrade: flag,
  purge: flag,
  'cas-url': text,
  'idp-metadata': text,
  'oidc-issuer': text,
  'oidc-client': text,
  'oidc-secret-file': text,
  'ldap-url': text,
  'ldap-base': text,
  'sql-file': text,
} as const;

const say = (line: string): void => console.log(line);
const dist = join(__dirname, '..');

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const tree = treeAt(values.root);
  const [command] = positionals;
  if (command === 'remove') return takeBack(tree, values.purge);
  const auth = authOf(values.auth);
  if (command === 'packages') {
    for (const name of AUTHS[auth].packages) say(name);
    return 0;
  }
  const { root: _, fastcgi, upgrade, purge: __, ...words } = values;
  const found = look(tree, values.front, upgrade);
  const given = { ...words, 'idp-metadata': await metadata(values['idp-metadata']) };
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new HostError(`--port takes a number, not "${values.port}"`);
  const made = plan(tree, found, {
    auth,
    given,
    port,
    fastcgi,
    dist,
    node: values.node ?? process.execPath,
  });
  const changes = pending(tree, made.changes);
  if (command === 'plan') return show(found, auth, made, changes);
  if (command !== 'apply') throw new HostError('jmb-host takes plan, apply, remove or packages');
  carryOut(tree, found, made);
  return 0;
}

function authOf(name: string | undefined): Auth {
  if (name !== undefined && Object.hasOwn(AUTHS, name)) return name as Auth;
  throw new HostError(`--auth takes ${Object.keys(AUTHS).join(', ')}${name === undefined ? '' : `, not "${name}"`}`);
}

/** The provider's metadata from a file or an address. */
async function metadata(from: string | undefined): Promise<string | undefined> {
  if (from === undefined) return undefined;
  const xml = /^https?:/.test(from) ? await (await fetch(from)).text() : readFileSync(from, 'utf8');
  if (!xml.includes('EntityDescriptor')) throw new HostError(`${from} is no SAML metadata: it has no EntityDescriptor`);
  return xml;
}

function show(found: Found, auth: Auth, { notes }: Plan, changes: readonly Change[]): number {
  say(
    `Jitsi Meet      ${found.domain} (${found.recipe === 'current' ? 'current' : 'older'} recipe: who waits for whom)`,
  );
  say(`Tokens          issuer ${found.token.appId}, key from ${found.prosody}`);
  say(`Front           ${found.front}`);
  say(`Sign-in         ${auth}`);
  if (found.bash) say(`Bash version    moves to ${BASH_KEPT}; database ${found.oldDatabase ?? 'none'}`);
  for (const note of notes) say(`Note            ${note}`);
  if (changes.length === 0 && !found.bash) {
    say('Nothing to change: everything is as it should be.');
    return 3;
  }
  const program = changes.filter(({ what }) => what === 'the program');
  if (program.length > 0) say(`  ${PREFIX}/ (${program.length} files)  the program`);
  for (const { path, what, next } of changes.filter((change) => !program.includes(change))) {
    say(`  ${path}  ${what}${next.kind === 'none' ? ' (goes away)' : ''}`);
  }
  return 0;
}

function carryOut(tree: Tree, found: Found, made: Plan): void {
  const at = (path: string): string => join(tree.root, path);
  if (found.bash) renameSync(at(PREFIX), at(BASH_KEPT));
  try {
    apply(tree, made.changes, tree.root === '/' ? servicesAgree : undefined);
  } catch (error) {
    if (found.bash) {
      rmSync(at(PREFIX), { recursive: true, force: true });
      renameSync(at(BASH_KEPT), at(PREFIX));
    }
    throw error;
  }
  if (found.bash && found.oldDatabase !== undefined && !existsSync(at(KEPT_DATABASE))) {
    for (const end of ['', '-wal', '-journal']) {
      if (existsSync(at(found.oldDatabase + end)))
        cpSync(at(found.oldDatabase + end), at(KEPT_DATABASE + end), { preserveTimestamps: true });
    }
    chmodSync(at(KEPT_DATABASE), 0o600);
  }
  makeData(tree);
  if (found.bash && found.oldDatabase === undefined && existsSync(at(`${DATA}/booking`))) importOld(tree);
}

/** Asks the services what they say of their new files; throws HostError with what one said against them. */
function servicesAgree(): void {
  const lua = readdirSync('/etc/prosody/conf.d').filter((name) => name.endsWith('.cfg.lua'));
  const checks: readonly (readonly [string, ...string[]])[] = [
    ['apache2ctl', 'configtest'],
    ['nginx', '-t'],
    // One at a time: luac 5.4 ends in a double free when it is given several.
    ...lua.map((name) => ['luac', '-p', `/etc/prosody/conf.d/${name}`] as const),
  ];
  for (const [program, ...words] of checks) {
    const { error, status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
    if (error !== undefined || status === 0) continue;
    throw new HostError(
      `${stdout}${stderr}\n${program} refuses its new configuration, for the reason above. Everything was put back; the services were not told and go on.`,
    );
  }
}

/** The Bash version's database as it was when this version took it over. */
const KEPT_DATABASE = '/var/lib/jitsi-jmb/before-upgrade.db';
/** Says that the data folder was made by this program. */
const MADE_DATA = '/var/lib/jitsi-jmb/made-data';

function makeData(tree: Tree): void {
  const folder = join(tree.root, DATA);
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  const made = existsSync(parent) ? DATA : dirname(DATA);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o750);
  if (process.getuid?.() === 0)
    chownSync(folder, tree.number('passwd', 'www-data') ?? 33, tree.number('group', 'www-data') ?? 33);
  tree.put(MADE_DATA, {
    kind: 'file',
    content: Buffer.from(made).toString('base64'),
    mode: 0o644,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
  });
}

function importOld(tree: Tree): void {
  const file = join(tree.root, DATA, 'jmb.db');
  const store = openStore(file, { nativeBinding: join(dist, 'lib/better_sqlite3.node') });
  try {
    const { meetings, feeds, bad } = importFlatFiles(store, join(tree.root, DATA));
    say(`Imported ${meetings} meetings and ${feeds} feeds of the flat files.`);
    for (const one of bad) say(`Not imported: ${one}`);
  } finally {
    store.close();
  }
  if (process.getuid?.() === 0)
    chownSync(file, tree.number('passwd', 'www-data') ?? 33, tree.number('group', 'www-data') ?? 33);
}

function takeBack(tree: Tree, purge: boolean): number {
  const at = (path: string): string => join(tree.root, path);
  if (!existsSync(at(LEDGER))) throw new HostError(`there is nothing to take back: ${LEDGER} is not there`);
  const { entries, folders } = readLedger(tree);
  // What the programs have made beside themselves: code kept compiled, a private Node.
  for (const name of existsSync(at(`${PREFIX}/lib`)) ? readdirSync(at(`${PREFIX}/lib`)) : []) {
    if (name.endsWith('.cache')) rmSync(at(`${PREFIX}/lib/${name}`));
  }
  rmSync(at(`${PREFIX}/bin/node`), { force: true });
  for (const { path, how } of remove(tree, purge)) if (!path.startsWith(`${PREFIX}/`)) say(`  ${path}  ${how}`);
  if (purge) {
    const made = tree.read(MADE_DATA);
    tree.put(MADE_DATA, { kind: 'none' });
    if (made !== undefined) rmSync(at(made), { recursive: true, force: true });
    if (existsSync(at(KEPT_DATABASE))) {
      for (const end of ['-wal', '-shm', '-journal']) rmSync(at(`${DATA}/data/jitsi-jmb.db${end}`), { force: true });
      const { mode, uid, gid } = ownerOf(at(`${DATA}/data/jitsi-jmb.db`));
      renameSync(at(KEPT_DATABASE), at(`${DATA}/data/jitsi-jmb.db`));
      chmodSync(at(`${DATA}/data/jitsi-jmb.db`), mode);
      if (process.getuid?.() === 0) chownSync(at(`${DATA}/data/jitsi-jmb.db`), uid, gid);
    }
    if (existsSync(at(PREFIX)) && entries.length > 0) rmSync(at(PREFIX), { recursive: true, force: true });
    for (const folder of [...folders].reverse()) tree.removeFolder(folder);
  }
  if (existsSync(at(BASH_KEPT))) {
    if (existsSync(at(PREFIX))) renameSync(at(PREFIX), at(`${PREFIX}.kept`));
    renameSync(at(BASH_KEPT), at(PREFIX));
    say(`The Bash version is back in ${PREFIX}.`);
  }
  return 0;
}

function ownerOf(file: string): { mode: number; uid: number; gid: number } {
  const found = statSync(file);
  return { mode: found.mode & 0o7777, uid: found.uid, gid: found.gid };
}

main().then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    console.error(error instanceof HostError ? error.message : error instanceof Error ? `${error.message}` : error);
    process.exitCode = 1;
  },
);
