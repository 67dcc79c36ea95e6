/** Litestream, as JMB calls it: what it is told of this host's database and of the marks, each by a file that nobody else reads. */
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { messageOf } from '../lib/failure.ts';
import { ownNewFile } from '../lib/new_file.ts';
import { keepTurn, type Turn } from '../lib/role.ts';
import { replicaOf } from '../lib/settings/replica.ts';
import type { Settings } from '../lib/settings.ts';
import { type Mark, marksIn, writeMarks } from '../lib/store/marks.ts';
import { newHash } from '../lib/store/secrets.ts';

/** What is copied where: the folder below the replica. */
interface Part {
  readonly file: string;
  readonly folder: string;
  /** Where Litestream keeps what it knows of the copy. */
  readonly meta: string;
}

/** Each turn has a folder of its own, so that a host that was active before, and goes on, writes over nobody's copy. */
export function folderOf({ epoch, id }: Turn): string {
  return `${epoch}-${id}`;
}

/** Where Litestream keeps what it knows of the copy of a database. */
export function metaOf(database: string): string {
  return `${database}-litestream`;
}

/** How often the log of writes is looked at, and how long what was seen there waits: together less than half a second. */
const OFTEN = '200ms';

/** As often as JMB has SQLite write the log back (lib/store/store.ts), or each request of a CGI would read a longer one. */
const LOG_PAGES = 256;

/** What Litestream is to read by -config: JSON is YAML. */
function configOf(settings: Settings, { file, folder, meta }: Part, often = OFTEN): string {
  const { type, path, ...place } = replicaOf(settings.JMB_REPLICA);
  const { JMB_REPLICA_USER: user, JMB_REPLICA_SECRET: secret, JMB_REPLICA_KEY: key } = settings;
  const entry =
    type === 'sftp'
      ? { ...(key === '' ? {} : { 'key-path': key }), ...(secret === '' ? {} : { password: secret }) }
      : type === 's3' && user !== ''
        ? { 'access-key-id': user, 'secret-access-key': secret }
        : {};
  const known = Object.fromEntries(Object.entries(place).filter(([, value]) => value !== null));
  const replica = {
    ...{ type, path: path === '' ? folder : `${path}/${folder}` },
    ...known,
    ...('endpoint' in known ? { 'force-path-style': true } : {}),
    ...entry,
    'sync-interval': often,
    // A copy of a day, begun anew each hour: taking over reads one hour's writes at most.
    retention: '24h',
    'snapshot-interval': '1h',
  };
  const database = {
    ...{ path: file, 'meta-path': meta, 'monitor-interval': often },
    'min-checkpoint-page-count': LOG_PAGES,
    replicas: [replica],
  };
  // Else it says each write, in the journal.
  return `${JSON.stringify({ logging: { level: 'warn' }, dbs: [database] }, null, 1)}\n`;
}

/** Writes down, for the service, how this host's database is copied during a turn; readable by who writes it alone. */
export function writeConfig(settings: Settings, turn: Turn, config: string): void {
  const file = settings.JMB_DB;
  const part = { file, folder: folderOf(turn), meta: metaOf(file) };
  rmSync(config, { force: true });
  writeFileSync(config, configOf(settings, part), { mode: 0o600, flag: 'wx' });
}

/** How long a look at the marks may take, in milliseconds: cron's other work waits for it. */
const LOOK = 10_000;
/** And a mark's way to the replica. */
const PUSH = 30_000;
/** And bringing the database, which may be big. */
const BRING = 600_000;

/** Why Litestream could not do what it was asked for, on one line. */
interface Failure {
  readonly failed: string;
}

/**
 * As whom Litestream is to work where root asks: the service works as that user, who could not read root's files in a folder that both
 * hosts mount, and so would never see a mark.
 */
function ownerOf(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const { uid, gid } = statSync(folder);
  return { uid, gid };
}

/** A folder beside the database, of its owner alone; whoever makes it takes it away. */
export function folderBeside(database: string): string {
  const folder = mkdtempSync(join(dirname(database), '.jmb-replica-'));
  const { uid, gid } = ownerOf(dirname(database));
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

function litestream(
  verb: string,
  config: string,
  words: readonly string[],
  patience: number,
): Failure | { readonly said: string } {
  const ran = spawnSync('litestream', [verb, '-config', config, '-no-expand-env', ...words], {
    ...ownerOf(dirname(config)),
    ...{ encoding: 'utf8', timeout: patience, killSignal: 'SIGKILL', maxBuffer: 2 ** 24 },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (ran.error !== undefined) {
    const isAbsent = 'code' in ran.error && ran.error.code === 'ENOENT';
    if (isAbsent) return { failed: 'there is no litestream in PATH' };
    return { failed: ran.signal === null ? messageOf(ran.error) : `no answer within ${patience / 1000} s` };
  }
  if (ran.status === 0) return { said: ran.stdout };
  const said = `${ran.stdout}\n${ran.stderr}`.trim().split('\n').at(-1) ?? '';
  return { failed: /error="?(.*?)"?$/.exec(said)?.[1] ?? said };
}

/** Does something in a folder of this user's own, which goes again. */
function within<Result>(database: string, work: (folder: string) => Result): Result {
  const folder = folderBeside(database);
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const MARKS = 'marks';

/** What both hosts have marked, the newest last; none where the replica is empty, or is not where it should be. */
export function readMarks(settings: Settings): readonly Mark[] | Failure {
  return within(settings.JMB_DB, (folder) => {
    const brought = bringTo(settings, MARKS, join(folder, 'marks.db'), folder, LOOK);
    if ('failed' in brought) return brought;
    try {
      return existsSync(join(folder, 'marks.db')) ? marksIn(join(folder, 'marks.db')) : [];
    } catch (error) {
      return { failed: `the marks cannot be read: ${messageOf(error)}` };
    }
  });
}

/** What came. */
export interface Brought {
  /** Of when it is, where the last file of the copy was cut off in the middle, such as `2026-11-26T19:20:13Z`. */
  readonly asOf?: string;
}

/** Brings the newest state of the database that a turn has left; where it has left none, nothing comes, and the file is not there. */
export function bring(settings: Settings, turn: Turn, file: string): Brought | Failure {
  return within(settings.JMB_DB, (folder) => bringTo(settings, folderOf(turn), file, folder, BRING));
}

function bringTo(settings: Settings, what: string, file: string, folder: string, patience: number): Brought | Failure {
  const source = join(folder, 'source.db');
  const config = join(folder, 'config.yml');
  writeFileSync(config, configOf(settings, { file: source, folder: what, meta: join(folder, 'meta') }), {
    mode: 0o600,
  });
  ownNewFile(config, folder);
  const whole = litestream('restore', config, ['-if-replica-exists', '-o', file, source], patience);
  if (!('failed' in whole)) return {};
  if (!/\bEOF\b|lz4/.test(whole.failed)) return whole;
  // Litestream 0.3.13 writes by SFTP under the last name at once: one that is killed meanwhile leaves half a file, and then nothing of
  // the copy is given out, but for what was there a moment before.
  const files = litestream('wal', config, [source], patience);
  const newest =
    'failed' in files ? [] : [...files.said.matchAll(/\b(20\d\d-\S+Z)$/gm)].map(([, at = '']) => at).sort();
  const asOf = secondBefore(newest.at(-1));
  if (asOf === undefined) return whole;
  const again = join(folder, 'again.db');
  litestream('restore', config, ['-if-replica-exists', '-timestamp', asOf, '-o', again, source], patience);
  if (!existsSync(again)) return whole;
  renameSync(again, file);
  return { asOf };
}

/** Times are kept in seconds there, so that all of that second goes. */
function secondBefore(time: string | undefined): string | undefined {
  return time === undefined ? undefined : new Date(Date.parse(time) - 1000).toISOString();
}

/** How long the marks have for their way, as sleep(1) takes it: Litestream ends with what it starts, and copies the rest then. */
const SECONDS_TO_PUSH = ['0.5', '2', '5'];

/**
 * Marks a turn that begins, beside those before, and looks whether that is what the replica says then.
 * @returns the turn; or why it is none
 */
export function markTurn(settings: Settings, before: readonly Mark[], at: number): Mark | Failure {
  const mark: Mark = { epoch: (before.at(-1)?.epoch ?? 0) + 1, id: newHash(), host: hostname(), at };
  // Where it arrives although we do not hear of it, it is ours all the same.
  keepTurn(settings.JMB_DB, mark);
  let why = '';
  for (const seconds of SECONDS_TO_PUSH) {
    const pushed = within(settings.JMB_DB, (folder) => {
      const file = join(folder, 'marks.db');
      const config = join(folder, 'config.yml');
      writeMarks(file, [...before, mark]);
      ownNewFile(file, folder);
      writeFileSync(config, configOf(settings, { file, folder: MARKS, meta: join(folder, 'meta') }, '50ms'), {
        mode: 0o600,
      });
      ownNewFile(config, folder);
      return litestream('replicate', config, ['-exec', `sleep ${seconds}`], PUSH);
    });
    const now = 'failed' in pushed ? pushed : readMarks(settings);
    if ('failed' in now) why = now.failed;
    else {
      const newest = now.at(-1);
      if (newest?.id === mark.id) return mark;
      why = newest === undefined ? 'the mark did not arrive' : `${newest.host} has marked a turn of its own meanwhile`;
      if (newest !== undefined && newest.epoch >= mark.epoch) break;
    }
  }
  return { failed: why };
}
