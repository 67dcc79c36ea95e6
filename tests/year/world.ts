/**
 * The world of the simulated year: two hosts, cron's command, a mail server, and a clock that is set from outside (Debian's
 * libfaketime), so that no line of the program knows of it.
 */
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Chance } from '../crash/chance.ts';
import { haveLitestream } from '../support/litestream.ts';
import { type Smtp, startSmtp } from '../support/smtp.ts';
import { readLog, type TreeOptions } from '../support/tree.ts';
import { giveToWebUser } from '../support/web_user.ts';
import { pairOf } from './failover.ts';
import { makeClock, makeHost } from './host.ts';
import { ZONE } from './plan.ts';
import { type Answered, type Asked, request, residentOf } from './programs.ts';

/** What rooms' tokens are signed with. */
export const SECRET = 'a secret of the simulated year, which opens nothing';

/** What the world is made of. */
export interface Making {
  /** What `npm run build` made. */
  readonly dist: string;
  /** What it made of an older commit: the year begins with that, until the program is replaced. */
  readonly older: string | null;
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
  /** Puts the program in the place of itself, or of the older one, while that runs and is asked, as install.sh does. Rejects where a request is lost. */
  upgrade(): Promise<void>;
  /** Makes a copy by `jmb backup`. Rejects where that is not whole, or lacks a meeting. */
  backUp(): Promise<void>;
  /** The power goes: every program is killed at once, and started again. */
  kill(): Promise<void>;
  /** Has Litestream copy the host from now on. */
  copy(): Promise<void>;
  /** The host dies, and the other one takes over; `at` is the moment, Unix seconds. */
  failOver(at: number): Promise<void>;
  /** Resident MiB of the programs that stay. */
  memory(): number;
  log(): string;
  end(): Promise<void>;
}

/** Whether a database is whole, and how much is in it. */
function lookInto(file: string): string {
  const database = new Database(file, { readonly: true });
  const count = (table: string): unknown => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  const said = `${database.pragma('integrity_check', { simple: true })}, ${count('meetings')} meetings, ${count('attendees')} people`;
  database.close();
  return said;
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

/** Makes it. Throws where libfaketime is not installed. */
export async function openWorld({ dist, older, original, keepDays, chance }: Making): Promise<World> {
  const own = mkdtempSync(join(tmpdir(), 'jmb-year-'));
  chmodSync(own, 0o755);
  const clock = makeClock(join(own, 'clock'));
  const smtp = await startSmtp();
  const forgetLitestream = haveLitestream();
  const settings = (root: string): TreeOptions['settings'] => settingsOf(root, smtp, keepDays);
  const first = makeHost(dist, clock, settings, { from: older ?? dist, isCompiled: false });
  const second = makeHost(dist, clock, settings, older === null ? { from: first.root, isCompiled: true } : undefined);
  const pair = pairOf(first, second);
  cpSync(original, first.database);
  giveToWebUser(first.database);
  await first.start();
  let host = first;
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
    const answered = await request(host.sockets(), asked);
    times.push(performance.now() - began);
    return answered;
  };
  const cron: World['cron'] = async (at) => {
    counts.runs += 1;
    await host.jmb(['remind', '--quiet']);
    if (at - lastCron > BELIEVED) await host.jmb(['remind', '--quiet']);
    lastCron = at;
  };
  const world: Omit<World, keyof typeof counts> = {
    ...{ smtp, times, ask, cron },
    database: () => host.database,
    setClock: (unix) => clock.set(unix),
    nextTry() {
      const opened = new Database(host.database, { readonly: true });
      const next = opened
        .prepare<[], number | null>(`SELECT min(outbox_next) FROM outbox WHERE outbox_state = 'waiting'`)
        .pluck()
        .get();
      opened.close();
      return next ?? null;
    },
    deliver: async (raw, sender, recipient) =>
      void (await host.jmb(['reply'], raw, { SENDER: sender, RECIPIENT: recipient })),
    async upgrade() {
      // Not measured: this process itself has other things to do than to read what they say.
      const listOf = (as: number): Promise<Answered> =>
        request(host.sockets(), { program: 'booking', query: 'list', as });
      const asking = Array.from({ length: ASKING }, (_, as) => listOf(as));
      host.replace();
      host.restart();
      const asked = await Promise.all([...asking, listOf(0)]);
      const lost = asked.find(({ status }) => status !== 200);
      if (lost !== undefined) throw new Error(`while the program was replaced: ${lost.status}`);
    },
    async backUp() {
      const copy = join(host.root, 'data/backup.db');
      await host.jmb(['backup', copy]);
      const [own, copied] = [host.database, copy].map(lookInto);
      if (own !== copied) throw new Error(`a copy of ${own} is ${copied}`);
    },
    async kill() {
      host.kill();
      await host.start();
    },
    copy: () => pair.copy(),
    async failOver(at) {
      // What is old by the clock is not taken over without a question.
      await cron(at);
      await pair.failOver();
      host = second;
    },
    memory: () => residentOf(host.root),
    log: () => [first, second].map(({ root }) => readLog(root, 'jmb.log')).join(''),
    async end() {
      await pair.remove();
      await Promise.all([first.remove(), second.remove()]);
      await smtp.stop();
      forgetLitestream();
      rmSync(own, { recursive: true, force: true });
    },
  };
  return Object.assign(counts, world);
}
