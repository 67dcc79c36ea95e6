/**
 * The world of the simulated year: an installed tree whose programs stay on sockets, cron's command, a mail server, and a clock
 * that is set from outside (Debian's libfaketime), so that no line of the program knows of it.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Chance } from '../crash/chance.ts';
import { PROGRAMS, type Services, startServices } from '../support/services.ts';
import { type Smtp, startSmtp } from '../support/smtp.ts';
import { makeTree, prepareTree, readLog, type TreeOptions } from '../support/tree.ts';
import { asWebUser, giveToWebUser } from '../support/web_user.ts';
import { ZONE } from './plan.ts';
import { type Answered, type Asked, ended, request, residentOf } from './programs.ts';

/** Where Debian's package of libfaketime puts it. */
const FAKETIME = spawnSync('sh', ['-c', 'ls /usr/lib/*/faketime/libfaketime.so.1'], { encoding: 'utf8' }).stdout.trim();

/** What rooms' tokens are signed with. */
export const SECRET = 'a secret of the simulated year, which opens nothing';

/** What the world is made of. */
export interface Making {
  /** What `npm run build` made. */
  readonly dist: string;
  /** A database of the Bash version to begin with. */
  readonly original: string;
  /** JMB_KEEP_DAYS. */
  readonly keepDays: number;
  /** Of the mail server's bad moments. */
  readonly chance: Chance;
}

/** How often the mail server takes a mail only at a later try. */
const LATER = 0.03;

/** The longest leap of the clock that cron's command believes at once, in seconds. */
const BELIEVED = 3600;

/** The world. */
export interface World {
  readonly smtp: Smtp;
  /** Milliseconds of each request. */
  readonly times: number[];
  /** How often cron's command ran. */
  readonly runs: number;
  /** How often the mail server refused a mail for good. */
  readonly refusals: number;
  /** How often it put one off. */
  readonly delays: number;
  /** The database as it stands. */
  database(): string;
  /** Sets the clock, Unix seconds. */
  setClock(unix: number): void;
  ask(asked: Asked): Promise<Answered>;
  /** What cron does each minute. A run after a leap of the clock only notes it, the next one works. */
  cron(at: number): Promise<void>;
  /** Unix seconds of the next try of a mail that waits; null: none does. */
  nextTry(): number | null;
  /** A message for the service, as a mail server's alias gives it. */
  deliver(raw: string, sender: string, recipient: string): Promise<void>;
  /** Puts the program in its own place again while it runs and is asked, as install.sh does. Rejects where a request is lost. */
  upgrade(): Promise<void>;
  /** The power goes: every program is killed at once, and started again. */
  kill(): Promise<void>;
  /** Resident MiB of the programs that stay. */
  memory(): number;
  log(): string;
  end(): Promise<void>;
}

/** How many ask at the same time while the program is replaced. */
const ASKING = 12;

function settingsOf(root: string, smtp: Smtp, keepDays: number): TreeOptions['settings'] {
  return {
    JMB_SERVER_NAME: 'meet.example.org',
    JMB_DATA: join(root, 'data'),
    JMB_MAIL_DOMAIN: 'example.org',
    JMB_MAIL_FROM_NOTIFICATION: 'noreply@example.org',
    JMB_MAIL_REPLY: 'visio+{id}@example.org',
    JMB_MAIL_REMINDER: '1440 60',
    JMB_XMPP_REMINDER: '',
    JMB_MAX_MAILS_PER_HOUR: '0',
    JMB_KEEP_DAYS: String(keepDays),
    JMB_ICAL_TZID: ZONE,
    JMB_JWT_ISS: 'year',
    JMB_JWT_SECRET: SECRET,
    JMB_SMTP_URL: smtp.url,
    JMB_LOG: join(root, 'log/jmb.log'),
  };
}

/** Puts the program where it is again: beside it at first, for whoever is asked meanwhile. */
function replaceTree(root: string, tree: TreeOptions, dist: string): void {
  const next = join(root, 'next');
  mkdirSync(next, { mode: 0o755 });
  makeTree(next, tree, dist);
  for (const name of readdirSync(next)) {
    if (KEPT.includes(name)) continue;
    if (existsSync(join(root, name))) renameSync(join(root, name), join(next, `${name}.old`));
    renameSync(join(next, name), join(root, name));
  }
  rmSync(next, { recursive: true });
  prepareTree(root);
}

/** What an update leaves as it is. */
const KEPT = ['etc', 'modules', 'data', 'log'];

/** Makes it. Throws where libfaketime is not installed. */
export async function openWorld({ dist, original, keepDays, chance }: Making): Promise<World> {
  if (FAKETIME === '') throw new Error('libfaketime is missing: apt-get install faketime');
  const root = mkdtempSync(join(tmpdir(), 'jmb-year-'));
  chmodSync(root, 0o755);
  const smtp = await startSmtp();
  const tree = { settings: settingsOf(root, smtp, keepDays), modules: {} };
  makeTree(root, tree, dist);
  prepareTree(root);
  const database = join(root, 'data/jmb.db');
  cpSync(original, database);
  giveToWebUser(database);
  const clockFile = join(root, 'clock');
  const env = { PATH: process.env['PATH'] ?? '' };
  // Only once a program runs as Apache's user: libfaketime shares a semaphore between a process and those it starts.
  const before = [
    'env',
    `LD_PRELOAD=${FAKETIME}`,
    `FAKETIME_TIMESTAMP_FILE=${clockFile}`,
    'FAKETIME_NO_CACHE=1',
    'FAKETIME_DONT_FAKE_MONOTONIC=1',
  ];
  const needs = [root, dist, process.execPath];
  const start = (): Promise<Services> =>
    startServices(root, join(root, 'run'), { needs, env, before, log: join(root, 'log/services.log') });
  // An offset: a time of its own would be read in the zone that the program uses.
  const setClock = (unix: number): void => {
    writeFileSync(`${clockFile}.new`, `+${(unix - Date.now() / 1000).toFixed(3)}\n`);
    renameSync(`${clockFile}.new`, clockFile);
  };
  setClock(Date.now() / 1000);
  let services = await start();
  const jmb = (words: readonly string[], input = '', more: Readonly<Record<string, string>> = {}): Promise<string> => {
    const [command = '', ...rest] = asWebUser(needs, [...before, join(root, 'bin/jmb'), ...words]);
    return ended(spawn(command, rest, { env: { ...env, ...more }, stdio: ['pipe', 'pipe', 'pipe'] }), words, input);
  };
  const counts = { runs: 0, refusals: 0, delays: 0 };
  smtp.fault = ({ at, to }) => {
    if (at === 'rcpt' && to?.startsWith('unknown')) {
      counts.refusals += 1;
      return { code: 550, text: '5.1.1 no such mailbox here' };
    }
    // Reports are to come when the plan has them.
    if (at !== 'data' || to?.startsWith('gone') || !chance.happens(LATER)) return undefined;
    counts.delays += 1;
    return { code: 451, text: '4.7.1 greylisted, come back' };
  };
  let lastCron = Number.NEGATIVE_INFINITY;
  const times: number[] = [];
  const ask: World['ask'] = async (asked) => {
    const began = performance.now();
    const answered = await request(services.sockets, asked);
    times.push(performance.now() - began);
    return answered;
  };
  const world: Omit<World, keyof typeof counts> = {
    ...{ smtp, times, setClock, ask },
    database: () => database,
    async cron(at) {
      counts.runs += 1;
      await jmb(['remind', '--quiet']);
      if (at - lastCron > BELIEVED) await jmb(['remind', '--quiet']);
      lastCron = at;
    },
    nextTry() {
      const opened = new Database(database, { readonly: true });
      const next = opened
        .prepare<[], number | null>(`SELECT min(outbox_next) FROM outbox WHERE outbox_state = 'waiting'`)
        .pluck()
        .get();
      opened.close();
      return next ?? null;
    },
    deliver: async (raw, sender, recipient) =>
      void (await jmb(['reply'], raw, { SENDER: sender, RECIPIENT: recipient })),
    async upgrade() {
      const asking = Array.from({ length: ASKING }, (_, as) => ask({ program: 'booking', query: 'list', as }));
      replaceTree(root, tree, dist);
      for (const program of PROGRAMS) services.restart(program);
      const asked = await Promise.all([...asking, ask({ program: 'booking', query: 'list', as: 0 })]);
      const lost = asked.find(({ status }) => status !== 200);
      if (lost !== undefined) throw new Error(`while the program was replaced: ${lost.status}`);
    },
    async kill() {
      // With those who would start them again.
      spawnSync('pkill', ['-KILL', '-f', `${root}/cgi-bin/`]);
      rmSync(services.sockets, { recursive: true });
      services = await start();
    },
    memory: () => residentOf(root),
    log: () => readLog(root, 'jmb.log'),
    async end() {
      await services.stop();
      await smtp.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
  return Object.assign(counts, world);
}
