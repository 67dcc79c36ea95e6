/**
 * The demo: JMB in the foreground, in an Apache of its own, with sample people, meetings and a mailbox. install.sh --demo
 * calls it once everything is built: `demo.mjs --port N --dir DIR [--fresh]`.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { systemClock } from '../../lib/clock.ts';
import { readSettings } from '../../lib/settings.ts';
import { invitationsOf } from '../../lib/store/meetings.ts';
import { openStore } from '../../lib/store/store.ts';
import { ACCOUNTS, basic, identityModule } from '../support/accounts.ts';
import { type Apache, ApacheError, startApache } from '../support/apache.ts';
import { startMailCatcher } from '../support/mail_catcher.ts';
import { answers } from '../support/port.ts';
import { makeTree, prepareTree } from '../support/tree.ts';
import { giveToWebUser } from '../support/web_user.ts';
import { giveToReply } from './answering.ts';
import { closeFolder, DemoError, type Memory, openFolder, remember } from './folder.ts';
import { keepMail } from './mailbox.ts';
import { plantSamples } from './planting.ts';
import { startRounds } from './rounds.ts';
import { COOKIE, writeDemoAuth } from './sign_in.ts';
import { startViewer } from './viewer.ts';

const ISSUER = 'jmb-demo';
const AUDIENCE = 'jitsi';

/** What to do, in reverse order, when the demo ends. */
const endings: (() => Promise<void> | void)[] = [];

let isEnding = false;

/** Ends everything, then this process; who asks twice waits as well. */
async function end(status: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  for (const ending of endings.reverse()) {
    try {
      await ending();
    } catch (error) {
      console.error(error);
    }
  }
  process.exit(status);
}

async function start(port: number, folder: string, fresh: boolean): Promise<void> {
  if (await answers(port))
    throw new DemoError(`port ${port} is busy: end what listens there, or choose another with --port N`);
  let memory = openFolder(folder, fresh);
  endings.push(() => closeFolder(folder));
  const host = `127.0.0.1:${port}`;

  const mail = join(folder, 'mail');
  const catcher = await startMailCatcher((caught) => void keepMail(mail, caught));
  endings.push(catcher.stop);
  installTree(folder, memory.secret, `http://${host}`, catcher.url);
  memory = plant(folder, memory);

  const rules = { secret: memory.secret, issuer: ISSUER, audience: AUDIENCE };
  const env = { PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`, LANG: 'C.UTF-8' };
  const viewer = await startViewer({
    mail,
    rules,
    reply: (written) => giveToReply(folder, env, written),
    running: () => {
      memory = plant(folder, memory);
      return runningRoom(folder);
    },
  });
  endings.push(viewer.stop);
  const apache = await startApache({
    port,
    way: 'cgid',
    logs: join(folder, 'log'),
    modules: ['proxy', 'proxy_http'],
    needs: [folder, join(folder, 'data'), process.execPath],
    env,
    conf: served(folder, viewer.port),
  });
  endings.push(apache.stop);
  await check(apache, folder);
  const rounds = startRounds(folder, env);
  endings.push(rounds.stop);
  apache.ended.then(() => {
    if (isEnding) return;
    console.error(`Apache has ended: see ${join(folder, 'log/apache.log')}`);
    end(1);
  });
  greet(apache.url, folder);
}

/** The tree as install.sh makes it; settings of one's own go into etc/jmb_local.cf, which is only made once. */
function installTree(folder: string, secret: string, url: string, smtp: string): void {
  const settings = {
    JMB_NAME: 'Visio Example',
    JMB_SERVER_NAME: 'meet.example.org',
    JMB_URL: url,
    JMB_DATA: join(folder, 'data'),
    JMB_SMTP_URL: smtp,
    JMB_MAIL_REPLY: 'visio+{id}@example.org',
    JMB_JWT_ISS: ISSUER,
    JMB_JWT_AUD: AUDIENCE,
    JMB_JWT_SECRET: secret,
    JMB_LOG: join(folder, 'log/jmb.log'),
    JMB_MODULE_GET_AUTH_IDENTITY: 'identity-accounts',
    JMB_MODULE_CHECK_EDITOR: 'editor-accounts',
  };
  const dist = join(dirname(fileURLToPath(import.meta.url)), '..');
  makeTree(folder, { settings, modules: identityModule(ACCOUNTS) }, dist);
  prepareTree(folder);
  const own = join(folder, 'etc/jmb_local.cf');
  if (!existsSync(own))
    writeFileSync(
      own,
      '# Settings of yours: they come after those of jmb_jwt.cf, and each start of the demo keeps them.\n',
    );
}

/** Puts the sample meetings where they belong now, and the database into the hands of Apache's user. */
function plant(folder: string, memory: Memory): Memory {
  const settings = readSettings(folder, {});
  process.env['TZ'] = settings.JMB_ICAL_TZID;
  const store = openStore(settings.JMB_DB);
  const samples = plantSamples({ store, settings, accounts: ACCOUNTS, now: systemClock.now() }, memory.samples);
  store.close();
  const planted = { ...memory, samples };
  remember(folder, planted);
  for (const name of readdirSync(join(folder, 'data'))) giveToWebUser(join(folder, 'data', name));
  return planted;
}

/** The room of a meeting of alice's that is on now, or null. */
function runningRoom(folder: string): string | null {
  const store = openStore(readSettings(folder, {}).JMB_DB);
  try {
    const now = systemClock.now();
    const addresses = ACCOUNTS.filter(({ uid }) => uid === 'alice').map(({ email }) => email);
    const own = invitationsOf(store, addresses, { endAfter: now }).filter(({ attendee }) => attendee.role === 'owner');
    return own.find(({ meeting }) => meeting.begin <= now)?.meeting.room ?? null;
  } finally {
    store.close();
  }
}

/** What the demo's Apache serves: JMB as everywhere, and the demo's own pages for every other address. */
function served(folder: string, viewer: number): string {
  return `Define JMB_PREFIX "${folder}"
Define JMB_AUTH "${writeDemoAuth(join(folder, 'etc'))}"
# Who has seen the demo's pages and is nobody yet chooses by a click; any other program is asked by HTTP Basic.
RewriteEngine On
RewriteCond %{HTTP_COOKIE} (?:^|;\\s*)${COOKIE}=(?:;|$)
RewriteCond %{HTTP:Authorization} ^$
RewriteRule ^/(?:cgi-bin/)?(?:booking|token)\\.cgi$ /sign-in?to=%{REQUEST_URI}?%{QUERY_STRING} [R=302,NE,END]
Include "${folder}/apache/jitsi-jmb.conf"
ProxyPass "/jmb/" "!"
ProxyPassMatch "^/(?:cgi-bin/|[a-z]+\\.cgi$)" "!"
ProxyPass "/" "http://127.0.0.1:${viewer}/"
`;
}

/** Asks for a page as a user would; the demo says that it answers only when it does. */
async function check({ url }: Apache, folder: string): Promise<void> {
  const page = await fetch(`${url}/booking.cgi?list`, { headers: { authorization: basic('alice') } });
  await page.arrayBuffer();
  if (page.status === 200) return;
  throw new DemoError(`the list of meetings answers ${page.status}: see ${join(folder, 'log')}`);
}

function greet(url: string, folder: string): void {
  console.log(`
Jitsi Meet Booking answers at ${url}/
Open it in a browser: three first steps, and one click to be alice, bob or carol. For programs, by HTTP Basic:

  account  password  address                    
${ACCOUNTS.map(
  ({ uid, email, editor }) =>
    `  ${uid.padEnd(7)}  ${uid.padEnd(8)}  ${email.padEnd(25)}  ${editor ? 'may book' : 'may not book'}`,
).join('\n')}

  Mails:    ${url}/mail/  (${join(folder, 'mail')})
  Logs:     ${join(folder, 'log')}
  Settings: ${join(folder, 'etc/jmb_local.cf')}

Ctrl-C ends it; the data stay in ${folder}.`);
}

/** What to say of an error: a sentence where whoever started the demo can do something about it. */
function sentenceOf(error: unknown): unknown {
  if (error instanceof DemoError || error instanceof ApacheError) return `install.sh: ${error.message}`;
  if (error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM')) {
    return `install.sh: ${error.message}: start it as the user who made the folder, or give another --dir`;
  }
  return error;
}

const { values } = parseArgs({
  options: { port: { type: 'string' }, dir: { type: 'string' }, fresh: { type: 'boolean', default: false } },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
start(Number(values.port), values.dir ?? '.demo', values.fresh).catch((error: unknown) => {
  console.error(sentenceOf(error));
  void end(1);
});
