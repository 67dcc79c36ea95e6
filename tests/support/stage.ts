/**
 * A whole JMB on 127.0.0.1 for one test file: the built programs behind a private Apache with the shipped configuration,
 * accounts, a database of its own and a mail server that keeps what comes.
 *
 *     const jmb = await stage({ way: 'proxy_fcgi' });
 *     const page = await jmb.ask('/booking.cgi?list', { as: 'alice' });
 *     await jmb.stop();
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { ACCOUNTS, type Account, basic, identityModule, writeBasicAuth } from './accounts.ts';
import { startApache, usualWay, type Way } from './apache.ts';
import { jmbCommand } from './command.ts';
import { takeCompiled } from './compiled.ts';
import { type CaughtMail, startMailCatcher } from './mail_catcher.ts';
import { freePort } from './port.ts';
import { makeTree, readLog } from './tree.ts';

/** What differs from the usual stage. */
export interface StageOptions {
  /** How Apache runs the programs; where left out, `cgid` as on Debian, or what JMB_WAY says. */
  readonly way?: Way;
  /** Settings over those of the stage. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Who may sign in with the password that is the name; instead of alice, bob and carol. */
  readonly accounts?: readonly Account[];
  /** Administrators' modules: file name to source. */
  readonly modules?: Readonly<Record<string, string>>;
  /** The text of JMB_AUTH's file, instead of HTTP Basic for the accounts. Its server needs `apacheModules`. */
  readonly auth?: string;
  /** Apache modules besides the usual ones, without `mod_`. */
  readonly apacheModules?: readonly string[];
  /** Called when the tree is there, and no program runs yet. */
  readonly prepare?: (root: string) => Promise<void>;
  /** Apache configuration before jitsi-jmb.conf, which it tells what differs. */
  readonly defines?: string;
  /** Apache configuration before jitsi-jmb.conf. */
  readonly before?: string;
  /** Apache configuration after jitsi-jmb.conf. */
  readonly conf?: string;
}

/** What to ask, besides the address. */
export interface Question {
  /** The account that asks; nobody when left out. */
  readonly as?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The fields of a form; they make it a POST. */
  readonly form?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A running stage. */
export interface Stage {
  /** `http://127.0.0.1:PORT`, no slash at the end. */
  readonly url: string;
  /** The installed tree. */
  readonly root: string;
  /** The database file; it is made by the first request that needs it. */
  readonly db: string;
  /** Every mail that came, in order. */
  readonly mails: readonly CaughtMail[];
  /** Asks an address; redirects are not followed. */
  ask(path: string, question?: Question): Promise<Response>;
  /** Waits until so many mails are there, three quarters of a minute at most, and gives them all. */
  mailsOnceThereAre(count: number): Promise<readonly CaughtMail[]>;
  /** What JMB logged. */
  log(): string;
  /** What Apache logged. */
  apacheLog(): string;
  /** Has a program that stays end, and start anew. */
  restart(program: string): void;
  /** Ends Apache and its programs, and leaves the rest; `stop` is still to be called. */
  stopServer(): Promise<void>;
  stop(): Promise<void>;
}

/** The secret that the stage's tokens are signed with. */
export const STAGE_SECRET = 'a secret of the stage, 32 characters and more';

/** Starts a stage. */
export async function stage(options: StageOptions = {}): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'jmb-stage-'));
  chmodSync(root, 0o755);
  const mails: CaughtMail[] = [];
  const catcher = await startMailCatcher((mail) => mails.push(mail));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const accounts = options.accounts ?? ACCOUNTS;
  const db = join(root, 'data/jmb.db');
  makeTree(root, {
    settings: {
      JMB_NAME: 'Visio Example',
      JMB_SERVER_NAME: 'meet.example.org',
      JMB_URL: url,
      JMB_DATA: join(root, 'data'),
      JMB_SMTP_URL: catcher.url,
      JMB_JWT_ISS: 'jmb',
      JMB_JWT_SECRET: STAGE_SECRET,
      JMB_LOG: join(root, 'log/jmb.log'),
      JMB_MODULE_GET_AUTH_IDENTITY: 'identity-accounts',
      JMB_MODULE_CHECK_EDITOR: 'editor-accounts',
      ...options.settings,
    },
    modules: { ...identityModule(accounts), ...options.modules },
  });
  takeCompiled(root);
  const auth = options.auth === undefined ? writeBasicAuth(join(root, 'etc'), accounts) : join(root, 'etc/auth.conf');
  if (options.auth !== undefined) writeFileSync(auth, options.auth);

  await options.prepare?.(root);
  const apache = await startApache({
    port,
    way: options.way ?? usualWay(),
    programs: root,
    logs: join(root, 'log'),
    modules: options.apacheModules ?? [],
    needs: [root, process.execPath],
    env: { PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin` },
    // Longer than any pause of a test: a client that sends as the server hangs up would fail.
    conf: `KeepAliveTimeout 60
Define JMB_PREFIX "${root}"
Define JMB_AUTH "${auth}"
${options.defines ?? ''}
${options.before ?? ''}
Include "${root}/apache/jitsi-jmb.conf"
${options.conf ?? ''}
`,
  });
  return {
    url,
    root,
    db,
    mails,
    ask: (path, question = {}) => ask(url + path, question),
    mailsOnceThereAre: (count) => onceThereAre({ root, db }, mails, count),
    log: () => readLog(root, 'jmb.log'),
    apacheLog: () => readLog(root, 'apache.log'),
    restart: (program) => apache.restart(program),
    stopServer: () => apache.stop(),
    async stop() {
      await apache.stop();
      await catcher.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function ask(address: string, { as, method, headers = {}, form, body }: Question): Promise<Response> {
  const content = form === undefined ? body : new URLSearchParams(form);
  return fetch(address, {
    method: method ?? (content === undefined ? 'GET' : 'POST'),
    headers: { ...(as === undefined ? {} : { authorization: basic(as) }), ...headers },
    redirect: 'manual',
    ...(content === undefined ? {} : { body: content }),
  });
}

/** How soon cron comes where a page has left mails to it, in milliseconds: a stage waits for no minute. */
const CRON = 5_000;

/**
 * On a machine that has other work a page gives up after its second and a half, as it should. A mail that it had begun waits for a minute
 * then, which is taken to have passed.
 */
async function onceThereAre(
  { root, db }: { root: string; db: string },
  mails: readonly CaughtMail[],
  count: number,
): Promise<readonly CaughtMail[]> {
  let cron = Date.now() + CRON;
  for (const until = Date.now() + 120_000; mails.length < count; ) {
    if (Date.now() > until) throw new Error(`${mails.length} mails instead of ${count}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (Date.now() < cron || mails.length >= count) continue;
    const database = new Database(db);
    database.exec(`UPDATE outbox SET outbox_next = unixepoch() WHERE outbox_state = 'waiting' AND outbox_by IS NULL`);
    database.close();
    await jmbCommand({ root }, 'remind');
    cron = Date.now() + CRON;
  }
  return mails;
}
