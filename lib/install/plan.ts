/** Everything that an installation, or its renewal, changes on a host, as states of paths; and how that is shown. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Draft, draft, type Plan, pending } from './changes.ts';
import type { Found } from './found.ts';
import { editConfigJs, editJicofo, editJvb } from './jitsi_files.ts';
import { JOURNAL } from './journal.ts';
import { planOldTimes } from './old_meetings.ts';
import { BASH_KEPT, FOLDER, PREFIX } from './ours.ts';
import { planBash } from './plan_bash.ts';
import { planReplica } from './plan_replica.ts';
import { planSettings } from './plan_settings.ts';
import { planWebServers } from './plan_web.ts';
import { editProsody } from './prosody.ts';
import { APACHE_IDLE, servicesOf } from './services.ts';
import type { Auth } from './site.ts';
import type { TakenBack } from './take_back.ts';
import type { Tree } from './tree.ts';
import { planUnits, UNIT_FILES } from './units.ts';

/** What the administrator wants. */
export interface Wishes {
  readonly auth: Auth;
  /** What each way to sign in needs, by option name. */
  readonly given: Readonly<Record<string, string | undefined>>;
  /** The web server that was asked for; undefined: found by itself. */
  readonly front: string | undefined;
  /** Whose page the front page is; `jmb`: it leads to the list of meetings. */
  readonly frontPage: 'jmb' | 'jitsi';
  /** Jitsi's domain that was asked for; undefined: the only one. */
  readonly domain: string | undefined;
  readonly port: number;
  /** Whether the programs stay, as services of their own; else each request starts its program (plain CGI). */
  readonly stays: boolean;
  /** Where the database is copied to for a second host; undefined: nowhere. */
  readonly replica: string | undefined;
  /** Whether this is to be that second host. */
  readonly standby: boolean;
  /** Whether Apache was not there, or not in service, before this run. */
  readonly apacheIdle: boolean;
  /** Whether packages come between showing this plan and carrying it out. */
  readonly ahead: boolean;
  /** The built tree. */
  readonly dist: string;
  /** The Node that the programs are to run by. */
  readonly node: string;
}

/** Plans an installation, or its renewal. */
export function plan(tree: Tree, found: Found, wishes: Wishes): Plan {
  const to = draft(tree);
  planProgram(to, wishes);
  const settings = planSettings(to, found, wishes);
  if (wishes.stays) planUnits(to, wishes.dist, settings);
  planReplica(to, found, wishes.replica, wishes.standby);
  planBash(to, found, wishes.dist);
  planOldTimes(to, found);
  planJitsi(to, found);
  planWebServers(to, found, wishes);
  const cron = readFileSync(join(wishes.dist, 'cron/jitsi-jmb.cron'), 'utf8').replaceAll('@JMB_PREFIX@', PREFIX);
  to.file('/etc/cron.d/jitsi-jmb', cron, 'reminders, each minute');
  if (wishes.apacheIdle) to.file(APACHE_IDLE, '', 'Apache was not in service before');
  else to.keep(APACHE_IDLE);
  return to.plan();
}

/** Who waits for whom, where people sign in, and numbers for Munin. */
function planJitsi(to: Draft, { prosody, domain, recipe, hasTokenAffiliation }: Found): void {
  to.edit(prosody, 'prosody', 'guests without an account', (text) =>
    editProsody(text, { domain, recipe, hasTokenAffiliation }),
  );
  to.edit('/etc/jitsi/jicofo/jicofo.conf', 'hocon', 'who opens a room', (text) => editJicofo(text, { domain, recipe }));
  to.edit('/etc/jitsi/videobridge/jvb.conf', 'hocon', 'statistics for Munin', editJvb);
  to.edit(`/etc/jitsi/meet/${domain}-config.js`, 'config.js', 'sign-in and guests in the browser', (text) =>
    editConfigJs(text, { domain, recipe }),
  );
}

/** The built tree, but for what only a clone needs. The first line of a program names a Node, perhaps with flags since. */
function planProgram(to: Draft, { dist, node }: Wishes): void {
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' }).sort()) {
    const from = join(dist, name);
    if (/^(?:tests|cron)(?:\/|$)|\.cache$/.test(name) || !statSync(from).isFile()) continue;
    const path = `${PREFIX}/${name}`;
    const mode = statSync(from).mode & 0o111 ? 0o755 : 0o644;
    let content: Buffer = readFileSync(from);
    if (/^(?:cgi-bin|bin)\//.test(name)) {
      const there = to.tree.read(path)?.split('\n', 1)[0] ?? '';
      const first = there.split(' ')[0] === `#!${node}` ? there : `#!${node}`;
      const text = content.toString('latin1').replace(/^#!.*/, () => first);
      content = Buffer.from(text, 'latin1');
    }
    to.file(path, content, 'the program', { mode });
    keepAddons(to, path);
  }
}

/** SQLite of the same release, compiled for a Node that was here before and may come back: `better_sqlite3-12.0.0.115.node`. */
function keepAddons(to: Draft, path: string): void {
  const release = /^(.*\/better_sqlite3-[\d.]+\.)\d+\.node$/.exec(path)?.[1];
  const folder = join(to.tree.root, dirname(path));
  if (release === undefined || !existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const other = `${dirname(path)}/${name}`;
    if (other.startsWith(release) && name.endsWith('.node')) to.keep(other);
  }
}

/** Services whose restart no meeting notices. */
const WEB = ['apache2', 'nginx', 'shibd'];

/** What was found, and what is wished of it. */
export function foundLines(found: Found, { auth, frontPage }: Pick<Wishes, 'auth' | 'frontPage'>): string[] {
  const { domain, recipe, token, prosody, front, bash, oldDatabase } = found;
  const pages = { jmb: 'jmb: / leads to the list of meetings', jitsi: 'jitsi: / stays as it is' };
  return [
    `Jitsi Meet      ${domain} (${recipe} recipe: who waits for whom)`,
    `Tokens          issuer ${token.appId}, key from ${prosody}`,
    `Front           ${front.kind}`,
    `Front page      ${front.ownFrontPage ? 'as the site says itself' : pages[frontPage]}`,
    `Sign-in         ${auth}`,
    ...(bash ? [`Bash version    moves to ${BASH_KEPT}; database ${oldDatabase ?? 'none'}`] : []),
  ];
}

/** What will change; no line where nothing will. */
export function planLines(tree: Tree, { changes, notes }: Plan): string[] {
  const open = pending(tree, changes).filter(({ path }) => !path.startsWith(`${FOLDER}/`));
  const program = open.filter(({ path }) => isProgram(path));
  const others = open.filter(({ path }) => !isProgram(path));
  // A plain CGI begins anew by itself.
  const stays = changes.some(({ path, next }) => UNIT_FILES.sockets.test(path) && next.kind !== 'none');
  const services = servicesOf(open.map(({ path }) => path)).filter(({ how }) => stays || how !== 'programs');
  const told = services.map(({ service }) => service);
  const endsMeetings = services.some(({ service, how }) => how === 'restart' && !WEB.includes(service));
  return [
    ...notes.map((note) => `Note            ${note}`),
    ...(program.length > 0 ? [`  ${PREFIX}/ (${program.length} files)  the program`] : []),
    ...others.map(({ path, what, next }) => `  ${path}  ${what}${next.kind === 'none' ? ' (goes away)' : ''}`),
    `  ${JOURNAL}  what was there before, and these options`,
    ...(told.length > 0 ? [`Told after that ${told.join(', ')}${endsMeetings ? ': running meetings end' : ''}`] : []),
  ];
}

/** What was, or would be, taken back. */
export function backLines({ returned, bash }: TakenBack): string[] {
  return [
    ...returned
      .filter(({ path }) => !isProgram(path) && !path.startsWith(`${FOLDER}/`))
      .map(({ path, how }) => `  ${path}  ${how}`),
    `  ${PREFIX}/  ${bash ? 'the Bash version again' : 'the program goes'}`,
  ];
}

function isProgram(path: string): boolean {
  return path.startsWith(`${PREFIX}/`) && !path.startsWith(`${PREFIX}/etc/`);
}
