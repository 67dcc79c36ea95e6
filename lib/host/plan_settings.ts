/** Settings that come from Jitsi, the administrator's own file, and the secret shared with our module in Prosody. */
import { jitsi } from '../settings/jitsi.ts';
import { assignmentsOf } from '../settings/shell.ts';
import { randomText } from '../store/secrets.ts';
import type { Draft } from './changes.ts';
import { exists } from './entries.ts';
import { audienceFor, tokenFaults } from './facts.ts';
import type { Found } from './found.ts';
import { BASH_KEPT, DATA, PREFIX } from './paths.ts';
import { MODULE_SECRET } from './prosody.ts';
import { AUTHS, type Auth, settingLine } from './site.ts';

/** What a password or a key of ours is made of. */
export const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const LOCAL = `# Your settings; install.sh made this file once and never touches it again. The README lists them all.
#JMB_NAME="Visio Example"
#JMB_MAIL_FROM_NOTIFICATION="noreply@example.org"
`;

/** Plans jmb_jwt.cf (anew at each run), jmb_local.cf (once) and the module's secret (once). */
export function planSettings(to: Draft, found: Found, auth: Auth): void {
  const { tree } = to;
  const web = tree.number('group', 'www-data') ?? 33;
  const jwt = `${PREFIX}/etc/jmb_jwt.cf`;
  const settings: Record<string, string> = {
    JMB_SERVER_NAME: found.domain,
    JMB_JWT_ISS: found.token.appId,
    JMB_JWT_SECRET: found.token.appSecret,
    JMB_MODULE_GET_AUTH_IDENTITY: AUTHS[auth].identity,
    JMB_DATA: DATA,
    JMB_DB: found.oldDatabase ?? `${DATA}/jmb.db`,
    JMB_PROSODY_SECRET_FILE: MODULE_SECRET,
  };
  const usual = jitsi.JMB_JWT_AUD.fallback;
  const audience = audienceFor(found.rules, usual);
  if (audience !== usual) settings['JMB_JWT_AUD'] = audience;
  const lines = Object.entries(settings).map(([name, value]) => settingLine(name, value));
  const kept = { mode: 0o640, gid: web, keeps: true };
  const head = '# Written by install.sh, anew at each run: your own settings go into jmb_local.cf.\n';
  to.file(jwt, head + lines.join(''), 'settings from Jitsi', kept);

  // A Bash version moves away before anything is written, and its settings come along.
  const mine = `${PREFIX}/etc/jmb_local.cf`;
  const local = found.bash ? tree.read(mine) : tree.read(`${BASH_KEPT}/etc/jmb_local.cf`);
  const own = ownSettings(tree.read(mine) ?? local);
  const signed = {
    issuer: own('JMB_JWT_ISS') ?? found.token.appId,
    audience: own('JMB_JWT_AUD') ?? audience,
    secret: own('JMB_JWT_SECRET') ?? found.token.appSecret,
  };
  for (const fault of tokenFaults(found.rules, signed))
    to.note(`${found.prosody}: ${fault}: until then every token is refused`);
  to.keep(mine);
  if (found.bash || !exists(tree, mine)) to.file(mine, local ?? LOCAL, 'your settings', kept);

  // Both must read it, and nobody else.
  const gid = tree.number('group', 'prosody') ?? 0;
  const uid = tree.number('passwd', 'www-data') ?? 33;
  to.once(MODULE_SECRET, () => `${randomText(LETTERS, 48)}\n`, 'the secret of our module in Prosody', {
    mode: 0o640,
    uid,
    gid,
  });
}

/** What the administrator has set; nothing where that file cannot be read, which `jmb check` says. */
function ownSettings(source = ''): (name: string) => string | undefined {
  try {
    const values = assignmentsOf('jmb_local.cf', source);
    return (name) => values.get(name)?.value;
  } catch {
    return () => undefined;
  }
}
