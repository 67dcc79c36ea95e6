/**
 * What comes over from the Bash version beside settings and meetings: its defaults, what lies beside it, and which of two
 * hosts sends.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { plainSource } from '../settings/files.ts';
import { Reading } from '../settings/reading.ts';
import { type Assignment, readAssignments } from '../settings/shell.ts';
import { type SettingName, settingsTable } from '../settings/table.ts';
import type { Draft } from './changes.ts';
import { bytesOf, exists, namesIn } from './entries.ts';
import type { Found } from './found.ts';
import { readInstalled } from './journal.ts';
import { BASH_KEPT, PREFIX } from './ours.ts';
import type { Tree } from './tree.ts';

/** Folders where the Bash version, or its administrators, have put links to its files. */
const FOLDERS = ['/usr/local/bin', '/usr/local/sbin', '/etc/shibboleth', '/etc/munin/plugins'];

/** Plans the logo, modules and templates for this version that were laid ready, and links into the folder that moves. */
export function planBash(to: Draft, { bash }: Found, dist: string): void {
  const { tree } = to;
  // What an earlier run has changed stays changed, also when the Bash version is kept no more.
  for (const { path, before } of readInstalled(tree).entries)
    if (before.kind === 'link' && before.target.startsWith(`${PREFIX}/`)) to.keep(path);
  if (!bash && !exists(tree, BASH_KEPT)) return;
  const laidReady = (folder: string, ending: string): string[] =>
    namesIn(tree, `${bash ? PREFIX : BASH_KEPT}/${folder}`)
      .filter((name) => name.endsWith(ending))
      .map((name) => `${folder}/${name}`);
  const beside = ['etc/logo.png', ...laidReady('modules', '.mjs'), ...laidReady('etc/mail', '.hbs')];
  for (const name of beside) comesOver(to, bash, name);
  planLinks(to, bash, dist);
}

/** A file of the administrator's: taken along once, and theirs from then on. */
function comesOver(to: Draft, bash: boolean, name: string): void {
  const { tree } = to;
  const path = `${PREFIX}/${name}`;
  const from = bash ? path : `${BASH_KEPT}/${name}`;
  const content = bytesOf(tree, from);
  to.keep(path);
  if ((bash || !exists(tree, path)) && content !== undefined)
    to.file(path, content, 'of the Bash version', { keeps: true });
}

/** Programs of the Bash version go with it; what is read only is read where it lies now. */
function planLinks(to: Draft, bash: boolean, dist: string): void {
  const { tree } = to;
  const gone: string[] = [];
  for (const { path, target } of FOLDERS.flatMap((folder) => linksIn(tree, folder))) {
    const name = target.slice(PREFIX.length + 1);
    if (existsSync(join(dist, name)) || /^etc\/(?:logo\.png|jmb_(?:local|jwt)\.cf)$/.test(name)) continue;
    if (!bash && exists(tree, target)) continue;
    if (/^(?:bin|cgi)\//.test(name)) {
      to.away(path, 'a program of the Bash version');
      gone.push(path);
    } else {
      to.link(path, `${BASH_KEPT}/${name}`, 'where it lies now');
    }
  }
  for (const caller of callers(tree, gone)) to.note(caller);
}

/** Links of a folder that lead below our prefix, with where they lead. */
function linksIn(tree: Tree, folder: string): { path: string; target: string }[] {
  return namesIn(tree, folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    const at = join(tree.root, tree.real(folder), name);
    if (!lstatSync(at).isSymbolicLink()) return [];
    const target = resolve(dirname(path), readlinkSync(at));
    return target.startsWith(`${PREFIX}/`) ? [{ path, target }] : [];
  });
}

/** Who runs a program that goes, as far as cron's files say. */
function callers(tree: Tree, gone: readonly string[]): string[] {
  const names = [...new Set(gone.map((path) => path.slice(path.lastIndexOf('/') + 1)))];
  const files = [
    '/etc/crontab',
    ...['cron.d', 'cron.daily', 'cron.weekly'].flatMap((folder) => filesIn(tree, `/etc/${folder}`)),
  ];
  return files.flatMap((file) => {
    const text = file === '/etc/cron.d/jitsi-jmb' ? '' : (tree.read(file) ?? '');
    const called = names.filter((name) => new RegExp(`^[^#\\n]*\\b${name}\\b`, 'm').test(text));
    return called.map((name) => `${file} calls ${name}, which goes: take it out there${INSTEAD[name] ?? ''}`);
  });
}

/** What does the same here. */
const INSTEAD: Readonly<Record<string, string>> = {
  'jitsi-restart': ', or write `jmb rooms` and `systemctl restart prosody jicofo`',
};

function filesIn(tree: Tree, folder: string): string[] {
  return namesIn(tree, folder)
    .map((name) => `${folder}/${name}`)
    .filter((path) => lstatSync(join(tree.root, tree.real(path)), { throwIfNoEntry: false })?.isFile() === true);
}

/** As it is shipped, for a host that has lost the file with them. Who may book and open rooms comes first. */
const SHIPPED: Readonly<Partial<Record<SettingName, string>>> = {
  JMB_MODULE_CHECK_EDITOR: 'editor_role-ldap.sh',
  JMB_MODULE_CHECK_EDITOR_LDAP_FILTER:
    '|(eduPersonAffiliation=student)(eduPersonAffiliation=employee)(eduPersonAffiliation=faculty)(eduPersonAffiliation=affiliate)',
  JMB_MODULE_CHECK_MODERATOR: 'ldap-filter.sh private-room.sh booking.sh',
  JMB_NAME: 'Jitsi Meet',
  JMB_ICAL_NAME: 'Visio Jitsi Meet',
  JMB_ICAL_DESC: 'Visio Jitsi Meet',
  JMB_REDIRECT_CLOSE: 'https://jitsi.org/',
};

/** Of the installation and not of the service, said by Jitsi's files or the installer, or the same under another name. */
const NOT_TAKEN: readonly SettingName[] = [
  ...(['JMB_PATH', 'JMB_DATA', 'JMB_DB', 'JMB_CGI_TMP', 'JMB_MODULES', 'JMB_LOG', 'JMB_DAEMONS'] as const),
  ...(['JMB_SERVER_NAME', 'JMB_JWT_ISS', 'JMB_JWT_SECRET', 'JMB_MODULE_GET_AUTH_IDENTITY'] as const),
  ...(['JMB_DEFAULT_URL_REDIRECT', 'JMB_SLEEP_REDIRECT'] as const),
];

/** The base of a directory that nobody has: what stands in the shipped file. */
const PLACEHOLDER = /dc=mydomain\b/;

/**
 * The defaults that an upgrade must write down, lest a setting that nobody has made changes its meaning.
 * @param source the Bash version's own `jmb.cf`, of which lines that need a shell are passed over; undefined where it is missing
 * @param domain Jitsi's domain, which that file asks the host for
 */
export function bashDefaults(source: string | undefined, domain: string): ReadonlyMap<SettingName, string> {
  const theirs = new Map<string, string>(Object.entries(SHIPPED));
  for (const [name, { value }] of assignmentsIn(source ?? '', domain)) theirs.set(name, value);
  const ours = ourDefaults(domain);
  const wanted = new Map<SettingName, string>();
  for (const [name, value] of theirs) {
    if (!isSetting(name) || NOT_TAKEN.includes(name)) continue;
    if (name === 'JMB_LDAPSEARCH' && PLACEHOLDER.test(value)) continue;
    if (/[\n\r]/.test(value) || means(name, value) === undefined) continue;
    if (means(name, value) !== JSON.stringify(ours[name])) wanted.set(name, value);
  }
  return wanted;
}

function assignmentsIn(source: string, domain: string): ReadonlyMap<string, Assignment> {
  const found = new Map<string, Assignment>();
  readAssignments('jmb.cf', plainSource(source), {
    value: (name) => (name === 'JMB_SERVER_NAME' ? domain : found.get(name)?.value),
    set: (name, assignment) => void found.set(name, assignment),
    mistake: () => undefined,
  });
  return found;
}

/** What a value comes to; undefined for one that our reader would refuse. */
function means(name: SettingName, value: string): string | undefined {
  try {
    return JSON.stringify(settingsTable[name].read(value));
  } catch {
    return undefined;
  }
}

function ourDefaults(domain: string): Readonly<Record<SettingName, unknown>> {
  const reading = new Reading('', true);
  reading.readText('', `JMB_SERVER_NAME='${domain}'\n`);
  return reading.values();
}

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(settingsTable, name);
}

/** Where the command is that the Bash version asks. */
const HA_STATE = '/usr/local/ssds_ha/ha-state';
/** The Bash version's programs that send. */
const SCRIPT = /^jitsi-jmb_(?:mail|xmpp)-reminder$/;
/** That command as a script of the Bash version names it. */
const NAMED = /(\/[\w./-]+\/ha-state)\s+-q\b/;

/**
 * The command that says by its end with 0 that this host is the active one; undefined where the Bash version asks none.
 * @param bash the folder of the Bash version
 */
export function activeCommand(tree: Tree, bash: string): string | undefined {
  const named = namesIn(tree, `${bash}/bin`)
    .filter((name) => SCRIPT.test(name))
    .map((name) => NAMED.exec(tree.read(`${bash}/bin/${name}`) ?? '')?.[1])
    .find((path) => path !== undefined);
  const command = named ?? HA_STATE;
  if (exists(tree, command)) return `${command} -q`;
  // As the scripts have it: a host that is given the command one day asks it from then on.
  return named === undefined ? undefined : `! test -x ${command} || ${command} -q`;
}

/** How long the command may take, in milliseconds. */
const PATIENCE = 10_000;

/** Whether a command ends alike for root, as whom the Bash version asked, and for www-data, as whom our cron asks. */
export function endsAlike(command: string): boolean {
  const asked = ['root', 'www-data'].map(
    (user) =>
      spawnSync('runuser', ['-u', user, '--', '/bin/sh', '-c', command], { stdio: 'ignore', timeout: PATIENCE }).status,
  );
  return asked[0] === asked[1];
}
