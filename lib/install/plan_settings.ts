/** Settings that come from Jitsi, the administrator's own file, and the secret shared with our module in Prosody. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HIDDEN } from '../settings/files.ts';
import { assignmentsOf } from '../settings/shell.ts';
import { settingsTable } from '../settings/table.ts';
import { randomText } from '../store/secrets.ts';
import type { Draft } from './changes.ts';
import { bytesOf, exists, namesIn } from './entries.ts';
import type { Found } from './found.ts';
import { BASH_KEPT, DATA, PREFIX } from './ours.ts';
import { activeCommand, bashDefaults, endsAlike } from './plan_bash.ts';
import { MODULE_SECRET } from './prosody.ts';
import { lookAtSettings, type SettingsLook } from './settings_look.ts';
import { AUTHS, type Auth, settingLine } from './site.ts';
import { audienceFor, tokenFaults } from './token_facts.ts';
import { HostError, type Tree } from './tree.ts';

/** What a password or a key of ours is made of. */
export const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const LOCAL = `# Your settings; install.sh made this file once and never touches it again. The README lists them all.
#JMB_NAME="Visio Example"
#JMB_MAIL_FROM_NOTIFICATION="noreply@example.org"
`;

/** How long meetings and people are kept where nobody has been promised otherwise, in days (JMB_KEEP_DAYS; PRIVACY.md). */
const KEEPS =
  '\n# So long meetings that are over are kept, and what belongs to them; 0: for ever. PRIVACY.md says what that is.\nJMB_KEEP_DAYS="400"\n';

/** In jmb_jwt.cf, before what stays as in the Bash version. */
const AS_IN_BASH = '# As in the Bash version, wherever jmb_local.cf is silent:\n';

/** What stays as in the Bash version. */
interface BashSettings {
  readonly values: ReadonlyMap<string, string>;
  /** Whether an earlier run wrote them down: from then on they stay, also when nothing of the Bash version is left. */
  readonly known: boolean;
}

function bashSettings(to: Draft, { bash, domain }: Found, jwt: string): BashSettings {
  const { tree } = to;
  const [, written] = bash ? [] : (tree.read(jwt) ?? '').split(AS_IN_BASH);
  if (written !== undefined) {
    const values = [...assignmentsOf(jwt, written)].map(([name, { value }]) => [name, value] as const);
    return { values: new Map(values), known: true };
  }
  if (!bash && !exists(tree, BASH_KEPT)) return { values: new Map(), known: true };
  const folder = bash ? PREFIX : BASH_KEPT;
  const values = new Map<string, string>(bashDefaults(tree.read(`${folder}/etc/jmb.cf`), domain));
  const active = activeCommand(tree, folder);
  if (active !== undefined) values.set('JMB_ACTIVE_COMMAND', active);
  return { values, known: false };
}

/** Says which of them hold, where they are new here. */
function sayDefaults(to: Draft, defaults: ReadonlyMap<string, string>, isSet: (name: string) => boolean): void {
  const silent = [...defaults].filter(([name]) => !isSet(name));
  if (silent.length === 0) return;
  const lines = silent.map(
    ([name, value]) => `\n  ${HIDDEN.test(name) ? `${name}="..."` : settingLine(name, value).trimEnd()}`,
  );
  to.note(`jmb_local.cf is silent about these, which stay as in the Bash version (in jmb_jwt.cf):${lines.join('')}`);
}

/** Says where cron would be told something else than the Bash version was. In a tree that is not this host nobody can ask. */
function sayActive(to: Draft, command: string | undefined): void {
  if (command === undefined || to.tree.root !== '/' || process.getuid?.() !== 0 || endsAlike(command)) return;
  to.note(
    `JMB_ACTIVE_COMMAND, \`${command}\`, ends otherwise for www-data, as whom cron asks, than for root: give www-data the right, or reminders come twice or not at all`,
  );
}

/** What the administrator wants that stands in settings. */
interface SettingsWishes {
  readonly auth: Auth;
  readonly replica: string | undefined;
}

/** What stands in jmb_jwt.cf: what Jitsi's files and this installation say, and what stays as in the Bash version. */
function jwtText(
  { domain, token, oldDatabase }: Found,
  { auth, replica }: SettingsWishes,
  audience: string,
  bash: BashSettings,
): string {
  const settings: Record<string, string> = {
    JMB_SERVER_NAME: domain,
    JMB_JWT_ISS: token.appId,
    JMB_JWT_SECRET: token.appSecret,
    JMB_MODULE_GET_AUTH_IDENTITY: AUTHS[auth].identity,
    JMB_DATA: DATA,
    JMB_DB: oldDatabase ?? `${DATA}/jmb.db`,
    JMB_PROSODY_SECRET_FILE: MODULE_SECRET,
  };
  if (audience !== settingsTable.JMB_JWT_AUD.fallback) settings['JMB_JWT_AUD'] = audience;
  if (replica !== undefined) settings['JMB_REPLICA'] = replica;
  const linesOf = (values: Iterable<readonly [string, string]>): string =>
    [...values].map((one) => settingLine(...one)).join('');
  const head = '# Written by install.sh, anew at each run: your own settings go into jmb_local.cf.\n';
  return head + linesOf(Object.entries(settings)) + (bash.values.size === 0 ? '' : AS_IN_BASH + linesOf(bash.values));
}

/** Plans jmb_jwt.cf (anew at each run), jmb_local.cf (once) and the module's secret (once); gives the values of the settings. */
export function planSettings(to: Draft, found: Found, wishes: SettingsWishes): SettingsLook['values'] {
  const { tree } = to;
  const { auth } = wishes;
  const web = tree.number('group', 'www-data') ?? 33;
  const kept = { mode: 0o640, gid: web, keeps: true };
  const jwt = `${PREFIX}/etc/jmb_jwt.cf`;
  const audience = audienceFor(found.rules, settingsTable.JMB_JWT_AUD.fallback);
  const bash = bashSettings(to, found, jwt);
  const text = jwtText(found, wishes, audience, bash);
  to.file(jwt, text, 'settings from Jitsi', kept);

  // A Bash version moves away before anything is written, and its settings come along.
  const mine = `${PREFIX}/etc/jmb_local.cf`;
  const theirs = found.bash ? mine : `${BASH_KEPT}/etc/jmb_local.cf`;
  const current = tree.read(mine) ?? tree.read(theirs) ?? '';
  const modules = namesIn(tree, `${PREFIX}/modules`);
  const files = [
    { path: jwt, text },
    { path: mine, text: current },
  ];
  const hasModule = (name: string): boolean => modules.includes(`${name}.mjs`);
  const seen = lookAtSettings(files, { auth, domain: found.domain, hasModule });
  if (found.bash && seen.faults.length > 0) throw cannotRead(seen);
  saySettings(to, seen, bash);
  const { own } = seen;
  const signed = {
    issuer: own('JMB_JWT_ISS') ?? found.token.appId,
    audience: own('JMB_JWT_AUD') ?? audience,
    secret: own('JMB_JWT_SECRET') ?? found.token.appSecret,
  };
  for (const fault of tokenFaults(found.rules, signed))
    to.note(`${found.prosody}: ${fault}: until then every token is refused`);
  to.keep(mine);
  if (found.bash || !exists(tree, mine))
    to.file(mine, bytesOf(tree, theirs) ?? firstSettings(tree, found), 'your settings', kept);

  planLog(to, own('JMB_LOG') ?? bash.values.get('JMB_LOG') ?? '', web);

  // Both must read it, and nobody else.
  const gid = tree.number('group', 'prosody') ?? 0;
  const uid = tree.number('passwd', 'www-data') ?? 33;
  to.once(MODULE_SECRET, () => `${randomText(LETTERS, 48)}\n`, 'the secret of our module in Prosody', {
    mode: 0o640,
    uid,
    gid,
  });
  return seen.values;
}

/** What was booked here before, under settings that are gone, is not to be forgotten by new ones. */
function firstSettings(tree: Tree, { oldDatabase }: Found): string {
  return oldDatabase !== undefined || exists(tree, `${DATA}/jmb.db`) ? LOCAL : LOCAL + KEEPS;
}

/** What can stand in a file of logrotate as it is: no quote, blank or pattern. */
const PLAIN_PATH = /^\/[\w.@%+/-]+$/;

/**
 * Has logrotate look after the log, where it is a file. Each line opens it anew, so nobody need be told. In a folder that is not root's
 * logrotate works as the web server, which could lead root astray there.
 */
function planLog(to: Draft, file: string, web: number): void {
  if (!file.startsWith('/') || file.startsWith('/dev/')) return;
  if (!PLAIN_PATH.test(file)) {
    to.note(`JMB_LOG: logrotate is not told of ${file}, whose name it would misread`);
    return;
  }
  const folder = statSync(join(to.tree.root, dirname(file)), { throwIfNoEntry: false });
  const as = folder?.uid === 0 && folder.gid !== web ? '' : '\tsu www-data www-data\n';
  const text = `# Of install.sh, by JMB_LOG; written anew at each run.
${file} {
\tweekly
\trotate 26
\tmaxsize 100M
\tmissingok
\tnotifempty
\tcompress
\tdelaycompress
\tcreate 0640 www-data www-data
${as}}
`;
  to.file('/etc/logrotate.d/jitsi-jmb', text, 'the log, each week');
}

/** Says what the administrator should know of the settings. */
function saySettings(to: Draft, { faults, notes, own }: SettingsLook, bash: BashSettings): void {
  for (const note of [...faults, ...notes]) to.note(note);
  if (bash.known) return;
  sayDefaults(to, bash.values, (name) => own(name) !== undefined);
  sayActive(to, own('JMB_ACTIVE_COMMAND') ?? bash.values.get('JMB_ACTIVE_COMMAND'));
}

/** Before anything of the Bash version is touched, which goes on as it is. */
function cannotRead({ faults, notes }: SettingsLook): HostError {
  const lines = [...faults, ...notes].map((line) => `\n  ${line}`);
  return new HostError(
    `the settings of the Bash version cannot be taken over as they are:${lines.join('')}\nNothing was changed.`,
  );
}
