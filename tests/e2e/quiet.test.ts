/** What cron mails: the output of `jmb remind --quiet` in every situation that a host gets into. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { jmbCommand, type Said } from '../support/command.ts';
import { book } from '../support/forms.ts';
import { reply, startSmtp } from '../support/smtp.ts';
import { type Stage, stage } from '../support/stage.ts';

/** Where a complaint is remembered that has no place beside the database. */
const MEMORY = join(tmpdir(), `jmb-told-${process.getuid?.()}`);

let jmb: Stage | undefined;
beforeEach(() => rmSync(MEMORY, { force: true }));
afterEach(async () => {
  await jmb?.stop();
  jmb = undefined;
  rmSync(MEMORY, { force: true });
});

const SILENT = { status: 0, stdout: '', stderr: '' };
const cron = (running: Stage): Promise<Said> => jmbCommand(running, 'remind', '--quiet');

function set(running: Stage, line: string): void {
  writeFileSync(join(running.root, 'etc/jmb_local.cf'), `${line}\n`);
}

/** Has everything fall due. */
function fallDue(running: Stage): void {
  const database = new Database(running.db);
  database.exec('UPDATE mail_reminder SET mail_reminder_date = unixepoch() - 1; UPDATE outbox SET outbox_next = 0');
  database.close();
}

test('all is well, and mails go out: nothing, whichever log there is', async () => {
  jmb = await stage({ settings: { JMB_LOG: 'stderr', JMB_MAIL_REMINDER: '60' } });
  await book(jmb, 'alice');
  fallDue(jmb);
  // A stand-in for logger(1), which the log goes to where it would be a mail.
  const bin = join(jmb.root, 'stand-in');
  mkdirSync(bin);
  writeFileSync(join(bin, 'logger'), `#!/bin/sh\ncat >>"${bin}/said"\n`);
  chmodSync(join(bin, 'logger'), 0o755);
  const env = { PATH: `${bin}:${process.env['PATH']}` };
  const child = spawn(join(jmb.root, 'bin/jmb'), ['remind', '--quiet'], { env });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part) => {
      said += part;
    });
  const status = await new Promise((resolve) => child.once('close', resolve));
  expect([status, said]).toEqual([0, '']);
  await jmb.mailsOnceThereAre(4);
  await expect
    .poll(() => (existsSync(`${bin}/said`) ? readFileSync(`${bin}/said`, 'utf8') : ''))
    .toMatch(/reminded id=/);
});

test('a mail server, a Prosody or a directory that is away, a database that is held, another node: nothing', async () => {
  jmb = await stage({
    settings: {
      JMB_SMTP_URL: 'smtp://127.0.0.1:1',
      JMB_LDAPSEARCH: 'ldapsearch -x -H ldap://127.0.0.1:1 -b dc=example,dc=org',
      JMB_PROSODY_URL: 'http://127.0.0.1:1/jmb',
      JMB_PROSODY_SECRET_FILE: '/etc/hostname',
      JMB_XMPP_REMINDER: '5',
      JMB_MAIL_REMINDER: '60',
    },
  });
  await book(jmb, 'alice');
  fallDue(jmb);
  const database = new Database(jmb.db);
  database.exec('UPDATE xmpp_reminder SET xmpp_reminder_date = unixepoch() - 1');
  expect(await cron(jmb)).toEqual(SILENT);
  expect(jmb.log()).toMatch(/mail-server-away/);
  expect(jmb.log()).toMatch(/rooms-unreachable/);
  set(jmb, 'JMB_ACTIVE_COMMAND="false"');
  expect(await cron(jmb)).toEqual(SILENT);
  set(jmb, '');
  database.exec('BEGIN IMMEDIATE');
  const held = await cron(jmb);
  database.exec('ROLLBACK');
  database.close();
  expect([held.stdout, held.stderr]).toEqual(['', '']);
  expect(jmb.log()).toMatch(/failed step=\w+ reason="database: SQLITE_BUSY/);
});

test('a host that has lost its network: nothing', async (context) => {
  if (spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status !== 0) return context.skip();
  jmb = await stage({ settings: { JMB_SMTP_URL: 'smtp://localhost:1' } });
  await book(jmb, 'alice');
  fallDue(jmb);
  const alone = spawnSync(
    'unshare',
    ['-n', 'sh', '-c', 'ip link set lo up; exec "$0" remind --quiet', join(jmb.root, 'bin/jmb')],
    { encoding: 'utf8' },
  );
  expect([alone.status, alone.stdout, alone.stderr]).toEqual([0, '', '']);
});

test('a line of the settings that cannot be read: a sentence, once, and again when it is broken anew', async () => {
  jmb = await stage();
  await book(jmb, 'alice');
  set(jmb, 'JMB_NAME=$(hostname)');
  const first = await cron(jmb);
  expect(first.stdout).toBe('');
  expect(first.stderr).toMatch(/^jmb: .*jmb_local\.cf:1.*\n$/);
  expect(await cron(jmb)).toEqual({ status: first.status, stdout: '', stderr: '' });
  set(jmb, '');
  expect(await cron(jmb)).toEqual(SILENT);
  set(jmb, 'JMB_NAME=$(hostname)');
  expect((await cron(jmb)).stderr).toBe(first.stderr);
  // Where not even the database's place can be read, it is remembered elsewhere.
  set(jmb, 'JMB_DB=$(pwd)/jmb.db');
  const lost = await cron(jmb);
  expect([lost.status, lost.stderr]).toEqual([2, expect.stringMatching(/^jmb: .*jmb_local\.cf:1.*\n$/)]);
  expect(await cron(jmb)).toEqual({ status: 2, stdout: '', stderr: '' });
});

test('a database that is none, a sender that is refused, a command that is not there: a sentence each, once', async () => {
  const smtp = await startSmtp();
  try {
    smtp.fault = ({ at }) => (at === 'mail' ? reply(550, 'who are you') : undefined);
    jmb = await stage({ settings: { JMB_SMTP_URL: smtp.url } });
    await book(jmb, 'alice');
    const sender = await cron(jmb);
    expect([sender.status, sender.stdout]).toEqual([0, '']);
    expect(sender.stderr).toMatch(/^jmb: mails wait, .*MAIL FROM: 550 who are you.*\n$/);
    expect(await cron(jmb)).toEqual(SILENT);
    set(jmb, 'JMB_ACTIVE_COMMAND="no-such-command"');
    expect((await cron(jmb)).stderr).toMatch(/^jmb: JMB_ACTIVE_COMMAND cannot be run.*no-such-command\n$/);
    expect(await cron(jmb)).toEqual(SILENT);
    set(jmb, '');
    await jmb.stopServer();
    for (const end of ['-wal', '-shm']) rmSync(jmb.db + end, { force: true });
    writeFileSync(jmb.db, 'no database\n'.repeat(100));
    const none = await cron(jmb);
    expect([none.status, none.stdout]).toEqual([2, '']);
    expect(none.stderr).toMatch(/^jmb: database: SQLITE_NOTADB.*\n$/);
    expect(await cron(jmb)).toEqual({ status: 2, stdout: '', stderr: '' });
  } finally {
    await smtp.stop();
  }
});

test('a log that cannot be written: a sentence, once, and no line of it', async () => {
  jmb = await stage({ settings: { JMB_LOG: '/no/such/folder/jmb.log', JMB_SMTP_URL: 'smtp://127.0.0.1:1' } });
  await book(jmb, 'alice');
  expect((await cron(jmb)).stderr).toBe('jmb: JMB_LOG: /no/such/folder: no such file\n');
  expect(await cron(jmb)).toEqual(SILENT);
});
