/**
 * The world of the simulated year: an installed tree whose programs stay on sockets, cron's command, a mail server, and a clock
 * that is set from outside (Debian's libfaketime), so that no line of the program knows of it.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Answers, requestBytes } from '../http/records.ts';
import { type Services, startServices } from '../support/services.ts';
import { type Smtp, startSmtp } from '../support/smtp.ts';
import { makeTree, prepareTree, readLog } from '../support/tree.ts';
import { asWebUser, giveToWebUser } from '../support/web_user.ts';
import { ZONE } from './plan.ts';

/** Where Debian's package of libfaketime puts it. */
const FAKETIME = spawnSync('sh', ['-c', 'ls /usr/lib/*/faketime/libfaketime.so.1'], { encoding: 'utf8' }).stdout.trim();

/** What rooms' tokens are signed with. */
export const SECRET = 'a secret of the simulated year, which opens nothing';

/** A request of the year. */
export interface Asked {
  readonly program: 'booking' | 'token' | 'join' | 'ical';
  readonly query: string;
  /** The number of the organiser who asks; nobody when left out. */
  readonly as?: number;
  readonly form?: Readonly<Record<string, string>>;
}

/** What came back. */
export interface Answered {
  readonly status: number;
  readonly location: string;
  readonly body: string;
}

/** The world. */
export interface World {
  readonly root: string;
  readonly database: string;
  readonly smtp: Smtp;
  /** Milliseconds of each request. */
  readonly times: number[];
  /** How often cron's command ran. */
  runs: number;
  /** Sets the clock, Unix seconds. */
  setClock(unix: number): void;
  ask(asked: Asked): Promise<Answered>;
  /** What cron does each minute: a run after a leap of the clock only notes it, the next one works. */
  cron(): Promise<void>;
  /** A message for the service, as a mail server's alias gives it. */
  deliver(raw: string, sender: string, recipient: string): Promise<void>;
  /** Puts the program in its own place again while it runs, as install.sh does. */
  upgrade(): void;
  /** The power goes: every program is killed at once, and started again. */
  kill(): Promise<void>;
  /** Resident MiB of the programs that stay. */
  memory(): number;
  log(): string;
  end(): Promise<void>;
}

/** The address of an organiser. */
export function emailOf(organiser: number): string {
  return `organiser${organiser}@example.org`;
}

/** Makes it; `original` is a database of the Bash version to begin with. Throws where libfaketime is not installed. */
export async function openWorld(dist: string, original: string): Promise<World> {
  if (FAKETIME === '') throw new Error('libfaketime is missing: apt-get install faketime');
  const root = mkdtempSync(join(tmpdir(), 'jmb-year-'));
  chmodSync(root, 0o755);
  const smtp = await startSmtp();
  smtp.fault = ({ at, to }) =>
    at === 'rcpt' && to?.startsWith('unknown') ? { code: 550, text: '5.1.1 no such mailbox here' } : undefined;
  const tree = {
    settings: {
      JMB_SERVER_NAME: 'meet.example.org',
      JMB_DATA: join(root, 'data'),
      JMB_MAIL_DOMAIN: 'example.org',
      JMB_MAIL_FROM_NOTIFICATION: 'noreply@example.org',
      JMB_MAIL_REPLY: 'visio+{id}@example.org',
      JMB_MAIL_REMINDER: '1440 60',
      JMB_XMPP_REMINDER: '',
      JMB_MAX_MAILS_PER_HOUR: '0',
      JMB_ICAL_TZID: ZONE,
      JMB_JWT_ISS: 'year',
      JMB_JWT_SECRET: SECRET,
      JMB_SMTP_URL: smtp.url,
      JMB_LOG: join(root, 'log/jmb.log'),
    },
    modules: {},
  };
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
  const jmb = (words: readonly string[], input = '', more: Readonly<Record<string, string>> = {}): Promise<void> => {
    const [command = '', ...rest] = asWebUser(needs, [...before, join(root, 'bin/jmb'), ...words]);
    return ended(spawn(command, rest, { env: { ...env, ...more }, stdio: ['pipe', 'pipe', 'pipe'] }), words, input);
  };
  const world: World = {
    root,
    database,
    smtp,
    times: [],
    runs: 0,
    setClock,
    async ask(asked) {
      const began = performance.now();
      const answered = await request(join(services.sockets, `${asked.program}.sock`), asked);
      world.times.push(performance.now() - began);
      return answered;
    },
    async cron() {
      world.runs += 1;
      await jmb(['remind', '--quiet']);
      await jmb(['remind', '--quiet']);
    },
    deliver: (raw, sender, recipient) => jmb(['reply'], raw, { SENDER: sender, RECIPIENT: recipient }),
    upgrade() {
      makeTree(root, tree, dist);
      prepareTree(root);
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
  return world;
}

function ended(child: ChildProcess, words: readonly string[], input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    child.once('error', reject);
    child.once('close', (status) =>
      status === 0 ? resolve() : reject(new Error(`jmb ${words.join(' ')}: status ${status}\n${said}`)),
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** One request, as Apache hands it to a program that stays. */
function request(socket: string, { program, query, as, form }: Asked): Promise<Answered> {
  const body = form === undefined ? '' : new URLSearchParams(form).toString();
  const identity =
    as === undefined
      ? {}
      : { REMOTE_USER: `organiser${as}`, AUTHENTICATE_MAIL: emailOf(as), AUTHENTICATE_CN: `Organiser ${as}` };
  const env = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_PROTOCOL: 'HTTP/1.1',
    REQUEST_METHOD: form === undefined ? 'GET' : 'POST',
    SCRIPT_NAME: `/cgi-bin/${program}.cgi`,
    QUERY_STRING: query,
    REMOTE_ADDR: '127.0.0.1',
    HTTP_HOST: 'meet.example.org',
    HTTPS: 'on',
    ...(form === undefined
      ? {}
      : { CONTENT_TYPE: 'application/x-www-form-urlencoded', CONTENT_LENGTH: String(Buffer.byteLength(body)) }),
    ...identity,
  };
  return new Promise((resolve, reject) => {
    const answers = new Answers();
    const connection = connect(socket);
    connection.once('error', reject);
    connection.on('data', (piece: Buffer) => answers.push(piece));
    connection.once('close', () => {
      const output = answers.output.get(1) ?? '';
      const [head = '', ...rest] = output.split('\r\n\r\n');
      if (!answers.ended.has(1)) return reject(new Error(`${program}.cgi?${query}: no end of the answer`));
      return resolve({
        status: Number(/^Status: (\d+)/m.exec(head)?.[1] ?? 200),
        location: /^Location: (.*)$/m.exec(head)?.[1] ?? '',
        body: rest.join('\r\n\r\n'),
      });
    });
    connection.write(requestBytes(1, env, Buffer.from(body), { keep: false }));
  });
}

/** Resident MiB of what runs below a folder's cgi-bin. */
function residentOf(root: string): number {
  const found = spawnSync('pgrep', ['-f', `${root}/cgi-bin/`], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean);
  const sizes = found.map((pid) => {
    const file = `/proc/${pid}/status`;
    return existsSync(file) ? Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 0) : 0;
  });
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}
