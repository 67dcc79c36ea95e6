/** JMB_MAIL_INBOX: what cron fetches from a real Dovecot. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventUid } from '../../lib/calendar/event.ts';
import { replyAddressOf } from '../../lib/mail/reply_address.ts';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { attendeesOf } from '../../lib/store/meetings.ts';
import { openStore } from '../../lib/store/store.ts';
import { jmbCommand, type Said } from '../support/command.ts';
import { type Dovecot, startDovecot } from '../support/dovecot.ts';
import { ELSEWHERE } from '../support/house_authority.ts';
import { keptAnswer } from '../support/kept_answers.ts';
import { freePort } from '../support/port.ts';
import { makeTree, readLog } from '../support/tree.ts';
import { giveToWebUser } from '../support/web_user.ts';

/** Dovecot gives itself the rights of several users. */
const asRoot = test.runIf(process.getuid?.() === 0);

let dovecot: Dovecot;
let root: string;
beforeAll(async () => {
  if (process.getuid?.() === 0) dovecot = await startDovecot();
});
afterAll(() => dovecot?.stop());
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'jmb-inbox-'));
  chmodSync(root, 0o755);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A tree whose mailbox is this one. */
function tree(inbox: string): void {
  const settings = {
    JMB_DATA: join(root, 'data'),
    JMB_LOG: join(root, 'log/jmb.log'),
    JMB_MAIL_REPLY: 'visio+{id}@univ.example',
    JMB_MAIL_INBOX: inbox,
    JMB_SERVER_NAME: 'visio.example',
  };
  makeTree(root, { settings, modules: {} });
}

const remind = (...words: string[]): Promise<Said> => jmbCommand({ root }, 'remind', ...words);

function newsletter(number: number, text = 'news'): string {
  return `From: <news@example.org>\nList-Id: <news>\nMessage-ID: <${number}@news>\nSubject: news\n\n${text}\n`;
}

/** How often each message was dealt with, by the log. */
function dealtWith(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, id = ''] of readLog(root, 'jmb.log').matchAll(/mail-in-ignored .*message=(\S+@news>)/g)) {
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

asRoot('each message is taken once, by TLS, and one of 11 MB as far as it is read', async () => {
  tree(dovecot.url);
  dovecot.deliver(newsletter(1));
  dovecot.deliver(newsletter(2, 'x'.repeat(70).concat('\n').repeat(155_000)));
  expect(await remind()).toMatchObject({ status: 0, stdout: expect.stringContaining('inbox: 2 taken, 0 left') });
  expect(dovecot.counts()).toEqual({ read: 2, unread: 0 });
  expect((await remind()).stdout).toContain('inbox: 0 taken, 0 left');
  expect([...dealtWith().values()]).toEqual([1, 1]);
  expect(await remind('--quiet')).toEqual({ status: 0, stdout: '', stderr: '' });
});

asRoot('replies of three programs are taken out of it; an absence and junk are read and change nothing', async () => {
  tree(dovecot.url);
  await remind();
  const store = openStore(join(root, 'data/jmb.db'));
  const now = Math.floor(Date.now() / 1000);
  const guests = ['zoe@x.example', 'yann@x.example', 'bob@x.example'];
  const booking = { subject: 'Jury', begin: now + 86_400, duration: 3600, moderators: [], guests };
  const clock = { now: () => now, nanoseconds: () => BigInt(now) * 1_000_000_000n };
  const { meeting, attendees } = insertMeeting(store, clock, 'alice@x.example', booking);
  for (const suffix of ['', '-wal', '-shm']) giveToWebUser(join(root, `data/jmb.db${suffix}`));
  for (const [at, name] of ['exchange', 'nextcloud', 'kmail'].entries()) {
    const attendee = attendees.find(({ email }) => email === guests[at]);
    if (attendee === undefined) throw new Error('nobody is invited');
    const { raw, to } = keptAnswer(
      name,
      {
        ...{ uid: eventUid(meeting, 'visio.example'), sequence: 0, begin: meeting.begin, end: meeting.end },
        ...{ summary: '', location: '', asked: true, attendee: { name: '', address: attendee.email } },
        organiser: { name: '', address: replyAddressOf('visio+{id}@univ.example', meeting, attendee) },
      },
      { partstat: 'DECLINED', at: now, id: `i${at}` },
    );
    dovecot.deliver(`Delivered-To: ${to}\n${raw}`);
    dovecot.deliver(`Delivered-To: ${to}\nFrom: ${attendee.email}\nAuto-Submitted: auto-replied\n\n${raw}`);
  }
  dovecot.deliver('\0\xff junk');
  expect((await remind()).stdout).toContain('inbox: 7 taken, 0 left');
  expect(attendeesOf(store, meeting.id).map(({ answer }) => answer)).toEqual([
    'accepted',
    'declined',
    'declined',
    'declined',
  ]);
  store.close();
});

asRoot('without TLS on this machine alone', async () => {
  tree(dovecot.plainUrl);
  dovecot.deliver(newsletter(3));
  expect((await remind()).stdout).toContain('inbox: 1 taken, 0 left');
});

asRoot('a run that is killed in the middle takes no message away, and the next goes on', async () => {
  tree(dovecot.url);
  await remind();
  const before = dovecot.counts().read;
  for (let number = 100; number < 400; number += 1) dovecot.deliver(newsletter(number));
  const killed = spawn(join(root, 'bin/jmb'), ['remind'], { stdio: 'ignore' });
  await expect.poll(() => dealtWith().size, { interval: 5 }).toBeGreaterThan(10);
  const ended = new Promise((resolve) => killed.once('close', resolve));
  killed.kill('SIGKILL');
  await ended;
  expect(dealtWith().size).toBeLessThan(300);
  expect((await remind()).stdout).toMatch(/inbox: \d+ taken, 0 left/);
  expect(dovecot.counts()).toEqual({ read: before + 300, unread: 0 });
  const times = [...dealtWith().values()];
  expect(times).toHaveLength(300);
  // The one that was in hand comes again: it may be dealt with twice, never not at all.
  expect(times.filter((one) => one !== 1).length).toBeLessThanOrEqual(1);
});

asRoot('what cannot be dealt with stays unread until it can', async () => {
  tree(dovecot.url);
  await remind();
  dovecot.deliver('To: <visio+9zzzzzzzzzzzzz@univ.example>\nFrom: <a@b.example>\nMessage-ID: <7@news>\n\nhello\n');
  const database = new Database(join(root, 'data/jmb.db'));
  database.exec('ALTER TABLE meetings RENAME TO away');
  const { read } = dovecot.counts();
  expect((await remind()).stdout).toContain('inbox: 0 taken, 1 left');
  expect(dovecot.counts()).toEqual({ read, unread: 1 });
  database.exec('ALTER TABLE away RENAME TO meetings');
  database.close();
  expect((await remind()).stdout).toContain('inbox: 1 taken, 0 left');
  expect(dovecot.counts()).toEqual({ read: read + 1, unread: 0 });
});

asRoot('a mailbox that is away says one line, and no password stands in it', async () => {
  tree(dovecot.url);
  await remind();
  await dovecot.pause();
  try {
    expect(await remind('--quiet')).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(readLog(root, 'jmb.log').match(/inbox-away/g)).toHaveLength(1);
    expect(readLog(root, 'jmb.log')).toMatch(/inbox-away .*connection refused/);
    const database = new Database(join(root, 'data/jmb.db'));
    database.exec(`UPDATE run SET run_at = run_at - 5 * 3600 WHERE run_name = 'inbox'`);
    database.close();
    const late = await remind('--quiet');
    expect(late.stderr).toMatch(
      /^jmb: inbox: 127\.0\.0\.1:\d+ INBOX: connection refused; answers by email wait there\n$/,
    );
  } finally {
    await dovecot.resume();
  }
  writeFileSync(join(root, 'etc/jmb_local.cf'), `JMB_MAIL_INBOX="${dovecot.url.replace('pa%2Fss', 'wrong-secret')}"\n`);
  const refused = await remind('--quiet');
  expect(refused.stderr).toMatch(/^jmb: inbox: 127\.0\.0\.1:\d+ INBOX: visio@univ\.example may not sign in: .*\n$/);
  expect(refused.stderr + readLog(root, 'jmb.log')).not.toContain('wrong-secret');
});

asRoot('a server that says nothing holds up no more than a run', async () => {
  const port = await freePort();
  const silent = createServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
  try {
    tree(`imaps://a:b@127.0.0.1:${port}/INBOX`);
    const begun = performance.now();
    expect((await remind('--quiet')).status).toBe(0);
    expect(performance.now() - begun).toBeLessThan(25_000);
  } finally {
    await new Promise((resolve) => silent.close(resolve));
  }
});

asRoot('an address that cannot be one is a fault of the settings, which does not repeat it', async () => {
  for (const wrong of [
    'imaps://visio:pass-word%@host/INBOX',
    'host',
    'https://a:pass-word@host/',
    'imaps://host/INBOX',
  ]) {
    tree(wrong);
    const said = await jmbCommand({ root }, 'check', 'settings');
    expect(said.stdout, wrong).toContain('JMB_MAIL_INBOX: expected imaps://user:password@host/INBOX');
    expect(said.stdout).not.toContain('pass-word');
  }
});

asRoot('jmb check enters the mailbox and takes nothing, or says why it cannot', async () => {
  const checked = async (inbox: string): Promise<string> => {
    tree(inbox);
    return (await jmbCommand({ root }, 'check', 'inbox')).stdout;
  };
  dovecot.deliver(newsletter(9));
  const before = dovecot.counts();
  expect(await checked(dovecot.url)).toMatch(/^ok +inbox +127\.0\.0\.1:\d+ INBOX: \d+ unread\n$/);
  expect(dovecot.counts()).toEqual(before);
  expect(await checked(dovecot.url.replace('pa%2Fss', 'wrong-secret'))).toMatch(
    /^wrong +inbox .*: visio@univ\.example may not sign in: (?!.*wrong-secret)/,
  );
  expect(await checked(dovecot.url.replace('/INBOX', '/Nowhere'))).toMatch(/^wrong +inbox .* Nowhere: /);
  // Elsewhere than on this machine the certificate counts, and there is no going without TLS.
  expect(await checked(dovecot.url.replace('127.0.0.1', ELSEWHERE))).toMatch(/^wrong +inbox .*self-signed certificate/);
  expect(await checked(dovecot.plainUrl.replace('127.0.0.1', ELSEWHERE))).toMatch(/^wrong +inbox .*certificate/);
  expect(await checked(`imaps://a:b@127.0.0.1:${await freePort()}/INBOX`)).toMatch(
    /^wrong +inbox .*connection refused/,
  );
});
