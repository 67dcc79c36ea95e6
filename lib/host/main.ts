/**
 * `jmb-host COMMAND`, what install.sh calls: finds out what a Jitsi host is, and changes its files or takes the changes back.
 *
 *     plan      shows what would change; exit status 3: nothing would
 *     apply     changes it; `services` then says whom to tell, `answers` whether the programs do, and `settle` or `back` ends the run
 *     module    has a running Prosody take up our module anew; meetings go on
 *     remove    takes everything back; --dry-run only shows
 *     packages  the Debian packages of the way to sign in
 */
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { roomService } from '../jitsi/rooms.ts';
import { readSettings } from '../settings.ts';
import { untilProgramsAnswer } from './answers.ts';
import type { Plan } from './changes.ts';
import { servicesAgree } from './checks.ts';
import { dropData, hasDatabase, importOld, keepOldDatabase, makeData } from './data.ts';
import { exists, type Found, look } from './found.ts';
import { apply, pending } from './ledger.ts';
import { BASH_KEPT, PREFIX } from './paths.ts';
import { plan } from './plan.ts';
import { conferenceOf } from './prosody.ts';
import { takeUp } from './room_module.ts';
import { beginRun, goBack, readRun, settleRun } from './run.ts';
import { APACHE_IDLE, servicesBack, servicesOf, type Told } from './services.ts';
import { backLines, foundLines, planLines } from './show.ts';
import { AUTHS, type Auth } from './site.ts';
import { dropWhatProgramsMade, seeBack, takeBack } from './take_back.ts';
import { HostError, type Tree, treeAt } from './tree.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const OPTIONS = {
  root: { type: 'string', default: '/' },
  auth: text,
  front: text,
  port: { type: 'string', default: '8181' },
  node: text,
  fastcgi: { type: 'string', default: 'no' },
  'apache-idle': flag,
  ahead: flag,
  upgrade: flag,
  purge: flag,
  'dry-run': flag,
  'cas-url': text,
  'idp-metadata': text,
  'oidc-issuer': text,
  'oidc-client': text,
  'oidc-secret-file': text,
  'ldap-url': text,
  'ldap-base': text,
  'sql-file': text,
} as const;

const words = () => parseArgs({ options: OPTIONS, allowPositionals: true });
type Words = ReturnType<typeof words>['values'];

const dist = join(__dirname, '..');

function say(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

async function main(): Promise<number> {
  const { values, positionals } = words();
  const tree = treeAt(values.root);
  switch (positionals[0]) {
    case 'plan':
      return show(tree, values);
    case 'apply':
      return change(tree, values);
    case 'packages':
      say(AUTHS[authOf(values.auth)].packages);
      return 0;
    case 'services':
      return tell(servicesOf(readRun(tree)?.states.map(({ path }) => path) ?? []));
    case 'answers': {
      const { domain, front } = look(tree, values.front, values.upgrade);
      await untilProgramsAnswer({ domain, port: front === 'nginx' ? portOf(values.port) : undefined }, 15);
      return 0;
    }
    case 'module':
      return takeUpModule(tree);
    case 'settle':
      settleRun(tree);
      return 0;
    case 'back':
      return revert(tree);
    case 'remove': {
      const idle = tree.read(APACHE_IDLE) !== undefined;
      const seen = values['dry-run'] ? seeBack(tree, values.purge) : takeBack(tree, values.purge);
      say(backLines(seen));
      const changed = seen.returned.filter(({ how }) => how !== 'kept').map(({ path }) => path);
      return tell(servicesBack(changed, idle));
    }
    default:
      throw new HostError('jmb-host takes plan, apply, services, answers, module, settle, back, remove or packages');
  }
}

/** Lines that install.sh reads: `service restart prosody`. */
function tell(services: readonly Told[]): number {
  say(services.map(({ service, how }) => `service ${how} ${service}`));
  return 0;
}

/** Nothing where the module has gone: what runs ends with Prosody's next start. */
async function takeUpModule(tree: Tree): Promise<number> {
  const path = `${PREFIX}/prosody/mod_jmb.lua`;
  if (!exists(tree, path)) return 0;
  const settings = readSettings(join(tree.root, PREFIX), {});
  const service = roomService(settings);
  if (service === undefined) throw new HostError('JMB_PROSODY_SECRET_FILE is empty: nothing speaks to our module');
  const { domain, prosody } = look(tree, 'nginx', tree.read(`${BASH_KEPT}/cgi/booking.cgi`) !== undefined);
  const component = conferenceOf(tree.read(prosody) ?? '', domain);
  const file = readFileSync(join(tree.root, tree.real(path)));
  const why = await takeUp(file, { control: ['prosodyctl'], host: domain, component, service });
  if (why !== null) throw new HostError(why);
  return 0;
}

async function show(tree: Tree, values: Words): Promise<number> {
  const { found, made } = await planned(tree, values);
  say(foundLines(found, authOf(values.auth)));
  const nothing = pending(tree, made.changes).length === 0 && !found.bash && readRun(tree) === undefined;
  say(nothing ? [...made.notes, 'Nothing to change: everything is as it should be.'] : planLines(tree, made));
  return nothing ? 3 : 0;
}

async function change(tree: Tree, values: Words): Promise<number> {
  const { found, made } = await planned(tree, values);
  const folders = beginRun(tree, made.changes, { bash: found.bash, database: hasDatabase(tree) });
  try {
    if (found.bash) renameSync(join(tree.root, PREFIX), join(tree.root, BASH_KEPT));
    apply(tree, made.changes, folders);
    if (tree.root === '/') servicesAgree();
    keepOldDatabase(tree, found);
    makeData(tree);
    const imported = importOld(tree, found, join(dist, 'lib/better_sqlite3.node'));
    if (imported !== undefined) {
      say([`Imported ${imported.meetings} meetings and ${imported.feeds} feeds of the flat files.`]);
      say(imported.bad.map((one) => `Not imported: ${one}`));
    }
  } catch (error) {
    revert(tree);
    throw error;
  }
  return 0;
}

/** Puts everything back as it was before the run; what it changed is told to those who read it. */
function revert(tree: Tree): number {
  const run = readRun(tree);
  const idle = run?.states.some(({ path, was }) => path === APACHE_IDLE && was.kind === 'none') === true;
  if (run?.first === true) dropWhatProgramsMade(tree);
  if (run?.first === true && !run.database) dropData(tree);
  return tell(servicesBack(goBack(tree), idle));
}

async function planned(tree: Tree, values: Words): Promise<{ found: Found; made: Plan }> {
  const {
    root,
    fastcgi,
    upgrade,
    purge,
    'dry-run': dryRun,
    'apache-idle': apacheIdle,
    ahead,
    auth: name,
    ...options
  } = values;
  const auth = authOf(name);
  const port = portOf(values.port);
  const found = look(tree, values.front, upgrade);
  const given = { ...options, 'idp-metadata': await metadata(values['idp-metadata']) };
  const node = values.node ?? process.execPath;
  const wishes = { auth, given, front: values.front, port, fastcgi: fastcgi === 'yes', apacheIdle, ahead, dist, node };
  return { found, made: plan(tree, found, wishes) };
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new HostError(`--port takes a number, not "${text}"`);
}

function authOf(name: string | undefined): Auth {
  if (name !== undefined && Object.hasOwn(AUTHS, name)) return name as Auth;
  throw new HostError(`--auth takes ${Object.keys(AUTHS).join(', ')}${name === undefined ? '' : `, not "${name}"`}`);
}

/** The provider's metadata from a file or an address. */
async function metadata(from: string | undefined): Promise<string | undefined> {
  if (from === undefined) return undefined;
  let xml: string;
  try {
    xml = /^https?:/.test(from) ? await fetched(from) : readFileSync(from, 'utf8');
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw new HostError(`--idp-metadata ${from}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (!xml.includes('EntityDescriptor')) throw new HostError(`${from} is no SAML metadata: it has no EntityDescriptor`);
  return xml;
}

async function fetched(address: string): Promise<string> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(20_000) });
  if (!answer.ok) throw new Error(`it answers ${answer.status}`);
  return answer.text();
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
