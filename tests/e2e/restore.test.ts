/** A backup comes back: the whole of it or nothing, and only where nobody is at work. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { jmbCommand, type Said } from '../support/command.ts';
import { book } from '../support/forms.ts';
import { type Stage, stage } from '../support/stage.ts';
import { giveToWebUser } from '../support/web_user.ts';

/** A stage of one test. */
let jmb: Stage | undefined;
/** The one that most tests have in common, with its server stopped: each begins with the folder of its database as it was then. */
let resting: Stage;
let asItWas: string;
const folders: string[] = [];

beforeAll(async () => {
  const { running } = await twoStates();
  [resting, jmb] = [running, undefined];
  await resting.stopServer();
  asItWas = join(resting.root, 'as-it-was');
  cpSync(dirname(resting.db), asItWas, AS_IT_IS);
});

afterAll(() => resting?.stop());

afterEach(async () => {
  await jmb?.stop();
  jmb = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const AS_IT_IS = { recursive: true, preserveTimestamps: true };

/** Subjects of the meetings in a database, in order of their booking. */
function subjectsIn(file: string): string[] {
  const database = new Database(file, { fileMustExist: true });
  try {
    return database.prepare<[], string>('SELECT meeting_object FROM meetings ORDER BY meeting_id').pluck().all();
  } finally {
    database.close();
  }
}

/** What lies beside the database, by name; the lock of reminders and the count of answers are no content, and the index of a log is made anew by readers. */
function contents(db: string): Record<string, string> {
  const names = readdirSync(dirname(db)).filter((name) => !/-(shm|remind|requests.*)$/.test(name));
  const digest = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(dirname(db), name)))
      .digest('hex');
  return Object.fromEntries(names.map((name) => [name, digest(name)]));
}

/** A database with "Before" and "After", and a copy of when there was only "Before". */
interface TwoStates {
  readonly running: Stage;
  readonly copy: string;
  restore(file?: string): Promise<Said>;
}

function statesOf(running: Stage): TwoStates {
  const copy = join(running.root, 'copy.db');
  return { running, copy, restore: (file = copy) => jmbCommand(running, 'restore', file) };
}

/** Both states on a stage of their own, whose server runs. */
async function twoStates(): Promise<TwoStates> {
  const running = await stage();
  jmb = running;
  const states = statesOf(running);
  await book(running, 'alice', { object: 'Before' });
  expect((await jmbCommand(running, 'backup', states.copy)).status).toBe(0);
  await book(running, 'alice', { object: 'After' });
  return states;
}

/** Both states, and nobody at work. */
function atRest(): TwoStates {
  const data = dirname(resting.db);
  rmSync(data, { recursive: true });
  cpSync(asItWas, data, AS_IT_IS);
  writeFileSync(join(resting.root, 'log/jmb.log'), '');
  // Copying gives to root what was Apache's user's.
  for (const name of ['.', ...readdirSync(data)]) giveToWebUser(join(data, name));
  return statesOf(resting);
}

test('a copy takes the place of the database, which is kept aside with all that its log held', async () => {
  const { running, restore } = atRest();
  const { mode, uid, gid } = statSync(running.db);
  // Programs leave the database open: the newest booking is in its log alone.
  expect(statSync(`${running.db}-wal`).size).toBeGreaterThan(0);
  const done = await restore();
  expect([done.status, done.stderr]).toEqual([0, '']);
  const aside = /what was there is (\S+)\n/.exec(done.stdout)?.[1] ?? '';
  expect(aside).toMatch(/\/jmb\.db\.before-\d{4}-\d\d-\d\d-\d{4}$/);
  expect(Object.keys(contents(running.db)).sort()).toEqual(['jmb.db', aside.slice(dirname(aside).length + 1)]);
  const { mode: newMode, uid: newUid, gid: newGid } = statSync(running.db);
  expect([newMode & 0o777, newUid, newGid]).toEqual([mode & 0o777, uid, gid]);
  expect(subjectsIn(running.db)).toEqual(['Before']);
  expect(subjectsIn(aside)).toEqual(['Before', 'After']);
  expect(running.log()).toMatch(/jmb\[jmb\] restored file=\S+copy\.db aside=/);

  // And back, within the same minute: no name is used twice.
  const back = await restore(aside);
  expect([back.status, back.stderr]).toEqual([0, '']);
  expect(subjectsIn(running.db)).toEqual(['Before', 'After']);
  expect(readdirSync(dirname(running.db)).filter((name) => name.includes('.before-'))).toHaveLength(2);
});

test('a copy by hand brings along what its log holds', async () => {
  const { running, restore } = atRest();
  const folder = mkdtempSync(join(tmpdir(), 'jmb-by-hand-'));
  folders.push(folder);
  for (const end of ['', '-wal']) copyFileSync(running.db + end, join(folder, `old.db${end}`));
  expect((await restore()).status).toBe(0);
  expect(subjectsIn(running.db)).toEqual(['Before']);
  const names = readdirSync(folder).sort();
  const done = await restore(join(folder, 'old.db'));
  expect([done.status, done.stderr]).toEqual([0, '']);
  expect(subjectsIn(running.db)).toEqual(['Before', 'After']);
  expect(readdirSync(folder).sort()).toEqual(names);
});

test('a file that is no whole copy of ours is named with what is wrong, and nothing is touched', async () => {
  const { running, copy, restore } = atRest();
  const bad = (name: string) => join(running.root, name);
  const torn = readFileSync(copy);
  writeFileSync(bad('torn.db'), torn.subarray(0, Math.floor(torn.length / 2)));
  writeFileSync(bad('text.db'), 'no database at all\n'.repeat(100));
  writeFileSync(bad('empty.db'), '');
  const other = new Database(bad('other.db'));
  other.exec('CREATE TABLE meetings (id INTEGER)');
  other.close();
  copyFileSync(copy, bad('later.db'));
  const later = new Database(bad('later.db'));
  later.pragma('user_version = 999');
  later.close();
  const before = contents(running.db);
  for (const [file, why] of [
    [bad('torn.db'), /torn\.db: it (is damaged|cannot be read)/],
    [bad('text.db'), /it cannot be read as a database/],
    [bad('empty.db'), /it is no database of JMB: meetings has no meeting_id/],
    [bad('other.db'), /it is no database of JMB: meetings has no/],
    [bad('later.db'), /it is of version 999, .* bring JMB up to date first/],
    [bad('none.db'), /there is no file/],
    [running.root, /there is no file/],
    [running.db, /is the database itself/],
  ] as const) {
    const refused = await restore(file);
    expect([refused.status, refused.stdout], file).toEqual([1, '']);
    expect(refused.stderr).toMatch(why);
    expect(refused.stderr).toMatch(/^jmb: .*; nothing was changed\n$/);
  }
  expect(contents(running.db)).toEqual(before);
});

test('who has it open is named by program, process and service, whether it belongs to Apache, to cron or to a shell', async () => {
  const { running, restore } = atRest();
  const busy = new Database(running.db);
  busy.prepare('SELECT 1 FROM meetings').get();
  const before = contents(running.db);
  const refused = await restore();
  expect([refused.status, refused.stdout]).toEqual([1, '']);
  expect(refused.stderr).toContain(`(process ${process.pid} of `);
  expect(refused.stderr).toMatch(
    /stop Apache, cron and the programs first \(systemctl stop apache2 cron 'jitsi-jmb@\*\.service'\).*; nothing was changed\n$/,
  );
  expect(contents(running.db)).toEqual(before);
  busy.close();
  const cron = new Database(`${running.db}-remind`);
  cron.exec('BEGIN EXCLUSIVE');
  expect((await restore()).stderr).toMatch(/^jmb: jmb remind is at work: stop cron/);
  cron.close();
  expect((await restore()).status).toBe(0);
});

test('programs that stay hold it until Apache is stopped', async () => {
  jmb = await stage({ way: 'proxy_fcgi' });
  const running = jmb;
  await book(running, 'alice', { object: 'Before' });
  const copy = join(running.root, 'copy.db');
  await jmbCommand(running, 'backup', copy);
  const refused = await jmbCommand(running, 'restore', copy);
  expect([refused.status, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/open in .*booking\.cgi \(process \d+ of \S+\)/),
  ]);
  await running.stopServer();
  expect((await jmbCommand(running, 'restore', copy)).stderr).toBe('');
});

/** The command as the web server's user runs it. */
function restoreAsWeb(running: Stage, copy: string): { status: number | null; stderr: string } {
  const words = [process.execPath, join(running.root, 'bin/jmb'), 'restore', copy];
  const user = ['--reuid', '33', '--regid', '33', '--clear-groups', '--'];
  return spawnSync('setpriv', [...user, ...words], { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '' } });
}

test('the web server’s user, who may not look into programs of others, sees by their locks that they are there', async (context) => {
  if (process.getuid?.() !== 0) return context.skip();
  const { running, copy } = atRest();
  const busy = new Database(running.db);
  busy.prepare('SELECT 1 FROM meetings').get();
  const refused = restoreAsWeb(running, copy);
  busy.close();
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(`process ${process.pid}`)]);
  const done = restoreAsWeb(running, copy);
  expect([done.status, done.stderr]).toEqual([0, '']);
  expect(subjectsIn(running.db)).toEqual(['Before']);
});

test('also on a file system that has two names for a device', async (context) => {
  const { running, copy } = atRest();
  const upper = join(running.root, 'upper');
  const data = dirname(running.db);
  mkdirSync(upper);
  const isOver =
    spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', upper]).status === 0 &&
    spawnSync('mkdir', [join(upper, 'up'), join(upper, 'work')]).status === 0 &&
    spawnSync('mount', [
      '-t',
      'overlay',
      'overlay',
      '-o',
      `lowerdir=${data},upperdir=${upper}/up,workdir=${upper}/work`,
      data,
    ]).status === 0;
  try {
    if (!isOver) return context.skip();
    giveToWebUser(data);
    const busy = new Database(running.db);
    busy.prepare('SELECT 1 FROM meetings').get();
    const refused = restoreAsWeb(running, copy);
    busy.close();
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(`process ${process.pid}`)]);
  } finally {
    for (const at of [data, upper]) spawnSync('umount', ['-l', at]);
  }
});

test('a damaged database gives way, and is kept as it is', async () => {
  const { running, restore } = atRest();
  for (const end of ['', '-wal']) writeFileSync(running.db + end, `scrambled${end}\n`.repeat(2000));
  const done = await restore();
  expect([done.status, done.stderr]).toEqual([0, '']);
  const aside = /what was there is (\S+)\n/.exec(done.stdout)?.[1] ?? '';
  expect(readFileSync(aside, 'utf8').slice(0, 10)).toBe('scrambled\n');
  expect(existsSync(`${running.db}-wal`)).toBe(false);
  expect(subjectsIn(running.db)).toEqual(['Before']);
});

/** Kills the process before or after a call of node:fs, by number; without a number it counts them. */
const KILLER = `
const fs = require('node:fs');
const [at, when] = (process.env.KILL ?? '0 before').split(' ');
let calls = 0;
for (const name of ['copyFileSync', 'linkSync', 'renameSync', 'rmSync', 'fsyncSync', 'chmodSync', 'chownSync']) {
  const real = fs[name];
  fs[name] = (...words) => {
    calls += 1;
    if (calls === Number(at) && when === 'before') process.kill(process.pid, 'SIGKILL');
    const result = real(...words);
    if (calls === Number(at) && when === 'after') process.kill(process.pid, 'SIGKILL');
    return result;
  };
}
process.on('exit', () => fs.writeSync(2, 'calls ' + calls));
`;

/** Of the changes every third, and the last; with `--full` each. */
const STEP = process.env['JMB_FULL'] === undefined ? 3 : 1;

test('killed between changes of a file, and before and after the last: the old one or the new one, whole, and the next restore goes through', async () => {
  const { running, copy } = atRest();
  const folder = mkdtempSync(join(tmpdir(), 'jmb-restore-'));
  folders.push(folder);
  const killer = join(folder, 'killer.cjs');
  writeFileSync(killer, KILLER);
  const data = dirname(running.db);
  const kept = join(folder, 'data');
  cpSync(data, kept, AS_IT_IS);
  const run = (kill: string) => {
    const words = ['--require', killer, join(running.root, 'bin/jmb'), 'restore', copy];
    return spawnSync(process.execPath, words, {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', KILL: kill },
    });
  };
  const calls = Number(/calls (\d+)/.exec(run('0 before').stderr)?.[1]);
  expect(calls).toBeGreaterThan(5);
  const seen = new Set<string>();
  const chosen = Array.from({ length: calls }, (_, call) => call + 1).filter((at) => at % STEP === 0 || at === calls);
  for (const at of chosen) {
    for (const when of at === calls ? ['before', 'after'] : ['after']) {
      rmSync(data, { recursive: true });
      cpSync(kept, data, AS_IT_IS);
      expect(run(`${at} ${when}`).signal, `${at} ${when}`).toBe('SIGKILL');
      const found = subjectsIn(running.db).join(' ');
      expect(['Before', 'Before After'], `${at} ${when}`).toContain(found);
      seen.add(found);
      if (at % 2 === 0) expect(run('0 before').stderr).toMatch(/^calls/);
    }
  }
  expect([...seen].sort()).toEqual(['Before', 'Before After']);
  expect(run('0 before').status).toBe(0);
  expect(existsSync(`${running.db}.restoring`)).toBe(false);
  // Some twenty-five starts with `--full`: more than a minute on a machine that has much else to do.
});

test('the example in README.md works as it is printed', async () => {
  const { running } = await twoStates();
  const folder = mkdtempSync(join(tmpdir(), 'jmb-backups-'));
  folders.push(folder);
  const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
  const example = /### Restoring a backup\n[^`]*```sh\n(.*?)```/s.exec(readme)?.[1] ?? '';
  expect(example).toMatch(
    /jmb backup .*systemctl stop apache2 cron 'jitsi-jmb@\*\.service'\n.*jmb restore .*systemctl start apache2 cron\n/s,
  );
  const lines = example.replaceAll('/opt/jitsi-jmb', running.root).replaceAll('/var/backups', folder).split('\n');
  const told: string[] = [];
  for (const line of lines) {
    const service = /^systemctl (stop|start) apache2 cron(?: 'jitsi-jmb@\*\.service')?$/.exec(line)?.[1];
    if (service !== undefined) told.push(service);
    if (service === 'stop') await running.stopServer();
    if (service !== undefined) continue;
    const ran = spawnSync('bash', ['-ec', line], { encoding: 'utf8' });
    expect([line, ran.status, ran.stderr]).toEqual([line, 0, '']);
    // What is booked after the copy is gone with it.
    if (line.includes(' backup ')) await book(running, 'alice', { object: 'Too late' });
  }
  expect(told).toEqual(['stop', 'start']);
  expect(subjectsIn(running.db)).toEqual(['Before', 'After']);
});
