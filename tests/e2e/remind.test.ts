/** The command that cron runs, over a real database, a real mail server and a real Prosody. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { simpleParser } from 'mailparser';
import { afterEach, expect, test } from 'vitest';
import { jmbCommand, type Said } from '../support/command.ts';
import { book, dayFromNow } from '../support/forms.ts';
import { startProsody } from '../support/prosody.ts';
import { type Stage, stage } from '../support/stage.ts';
import { enter, heard, signIn } from '../support/xmpp_session.ts';

let jmb: Stage | undefined;
afterEach(async () => {
  await jmb?.stop();
  jmb = undefined;
});

/** Cron at a moment. */
function remind(running: Stage, now: number): Promise<Said> {
  return jmbCommand(running, 'remind', '--now', String(now));
}

function beginOf(running: Stage): number {
  const database = new Database(running.db, { readonly: true });
  const begin = database.prepare('SELECT meeting_begin FROM meetings').pluck().get();
  database.close();
  return Number(begin);
}

const HOUR = 3600;

test('each reminder goes once to the owner and to those who have not declined, and never twice when the clock steps back', async () => {
  jmb = await stage({ settings: { JMB_MAIL_REMINDER: '1440 60' } });
  const saved = await book(jmb, 'alice', { guests: 'bob.durand@example.org guest@ailleurs.test no@ailleurs.test' });
  expect(saved.status).toBe(303);
  await jmb.mailsOnceThereAre(4);
  const invitation = jmb.mails.find((mail) => mail.to.includes('no@ailleurs.test'));
  const letter = await simpleParser(invitation?.raw ?? '');
  const hash = /join\.cgi\?decline&id=(\w{16})/.exec(letter.text ?? '')?.[1] ?? '';
  expect((await jmb.ask(`/join.cgi?decline&id=${hash}`, { form: {} })).status).toBe(303);
  // The owner hears of the no.
  await jmb.mailsOnceThereAre(5);
  const begin = beginOf(jmb);

  await remind(jmb, begin - 25 * HOUR);
  expect(jmb.mails).toHaveLength(5);
  await remind(jmb, begin - 24 * HOUR);
  await jmb.mailsOnceThereAre(8);
  expect(
    jmb.mails
      .slice(5)
      .flatMap((mail) => mail.to)
      .sort(),
  ).toEqual(['alice.martin@example.org', 'bob.durand@example.org', 'guest@ailleurs.test']);
  // NTP steps back by an hour, and time passes again.
  await remind(jmb, begin - 25 * HOUR);
  await remind(jmb, begin - 24 * HOUR);
  await remind(jmb, begin - 24 * HOUR + 60);
  expect(jmb.mails).toHaveLength(8);
});

test('who wants to hear of each yes gets one mail an hour', async () => {
  jmb = await stage({ settings: { JMB_MAIL_REMINDER: '', JMB_MAIL_ANSWERS: 'all' } });
  await book(jmb, 'alice', { guests: 'bob.durand@example.org guest@ailleurs.test' });
  const invitations = (await jmb.mailsOnceThereAre(3)).filter(({ to }) => !to.includes('alice.martin@example.org'));
  const accept = async (index: number): Promise<void> => {
    const letter = await simpleParser(invitations[index]?.raw ?? '');
    const link = /join\.cgi\?accept&id=\w{16}/.exec(letter.text ?? '')?.[0];
    expect((await jmb?.ask(`/${link}`, { form: {} }))?.status).toBe(303);
  };
  const now = Math.floor(Date.now() / 1000);
  await accept(0);
  await remind(jmb, now + 60);
  const [, , , first] = await jmb.mailsOnceThereAre(4);
  expect(first?.to).toEqual(['alice.martin@example.org']);
  expect((await simpleParser(first?.raw ?? '')).text).toContain('1 oui · 0 non · 1 en attente');
  await accept(1);
  await remind(jmb, now + HOUR);
  expect(jmb.mails).toHaveLength(4);
  await remind(jmb, now + HOUR + 60);
  await jmb.mailsOnceThereAre(5);
  expect((await simpleParser(jmb.mails[4]?.raw ?? '')).text).toContain('2 oui · 0 non · 0 en attente');
  await remind(jmb, now + 3 * HOUR);
  expect(jmb.mails).toHaveLength(5);
});

test('after an outage only the latest reminder goes out, and none for a meeting that has begun', async () => {
  jmb = await stage({ settings: { JMB_MAIL_REMINDER: '1440 60 10' } });
  await book(jmb, 'alice');
  await jmb.mailsOnceThereAre(2);
  const begin = beginOf(jmb);
  await remind(jmb, begin - 9 * 60);
  await jmb.mailsOnceThereAre(4);
  await remind(jmb, begin + 60);
  expect(jmb.mails).toHaveLength(4);

  await book(jmb, 'alice', { date: dayFromNow(9) });
  await jmb.mailsOnceThereAre(6);
  const late = await remind(jmb, begin + 2 * 86_400 + 1);
  expect(late.stdout).toMatch(/reminders: 0 mails/);
  expect(jmb.mails).toHaveLength(6);
});

test('a run that finds another at work, or a node that is not active, ends at once and sends nothing', async () => {
  jmb = await stage({
    settings: { JMB_MAIL_REMINDER: '1440', JMB_ACTIVE_COMMAND: `test -e ${tmpdir()}/jmb-active-$$` },
  });
  await book(jmb, 'alice');
  await jmb.mailsOnceThereAre(2);
  const passive = await remind(jmb, beginOf(jmb) - 24 * HOUR);
  expect(passive).toEqual({ status: 0, stdout: 'this node is not the active one\n', stderr: '' });
  expect(jmb.mails).toHaveLength(2);

  writeFileSync(join(jmb.root, 'etc/jmb_local.cf'), `${readSettings(jmb)}\nJMB_ACTIVE_COMMAND=""\n`);
  const holder = new Database(`${jmb.db}-remind`);
  holder.exec('BEGIN EXCLUSIVE');
  expect((await remind(jmb, beginOf(jmb) - 24 * HOUR)).stdout).toBe('another run is at work\n');
  holder.close();
  await remind(jmb, beginOf(jmb) - 24 * HOUR);
  await jmb.mailsOnceThereAre(4);
});

function readSettings(running: Stage): string {
  return spawnSync('cat', [join(running.root, 'etc/jmb_local.cf')], { encoding: 'utf8' }).stdout;
}

test('people in a running room read when it ends, five minutes before and at the end, once', async () => {
  const prosody = await startProsody();
  try {
    jmb = await stage({ settings: { ...prosody.settings, JMB_XMPP_REMINDER: '5 0' } });
    await book(jmb, 'alice');
    await jmb.mailsOnceThereAre(2);
    const [meeting] = JSON.parse((await jmbCommand(jmb, 'list', '--json')).stdout) as { room: string; end: number }[];
    const { room, end } = meeting ?? { room: '', end: 0 };
    // Nobody is there yet: the moment passes, and no room is opened for it.
    const alone = await remind(jmb, end - 300);
    expect(alone.stdout).toMatch(/rooms: 0 told/);
    expect(jmb.log()).toMatch(/room-empty/);
    const alice = await signIn(prosody, 'websocket', { room, token: `alice.${room}` });
    expect(await enter(alice, room, 'alice')).toBe('in');
    await remind(jmb, end);
    await remind(jmb, end + 60);
    await expect.poll(() => heard(alice)).toEqual(['JMB: La réunion est terminée. Merci de libérer la salle.']);
    await alice.leave();
  } finally {
    await prosody.stop();
  }
});

test('with Prosody away the message waits for the next run, and no longer', async () => {
  jmb = await stage({ settings: { JMB_PROSODY_URL: 'http://127.0.0.1:1/jmb', JMB_XMPP_REMINDER: '5' } });
  const secret = join(jmb.root, 'etc/prosody.secret');
  writeFileSync(secret, 'a secret\n', { mode: 0o644 });
  writeFileSync(join(jmb.root, 'etc/jmb_local.cf'), `${readSettings(jmb)}\nJMB_PROSODY_SECRET_FILE="${secret}"\n`);
  await book(jmb, 'alice');
  const [meeting] = JSON.parse((await jmbCommand(jmb, 'list', '--json')).stdout) as { end: number }[];
  const end = meeting?.end ?? 0;
  await remind(jmb, end - 300);
  expect(jmb.log()).toMatch(/rooms-unreachable.*connection refused/);
  expect((await jmbCommand(jmb, 'remind', '--dry-run', '--now', String(end - 240))).stdout).toMatch(/^room: /m);
  await remind(jmb, end - 100);
  expect((await jmbCommand(jmb, 'remind', '--dry-run', '--now', String(end - 60))).stdout).not.toMatch(/^room: /m);
});

test('purge, backup, list, show and outbox do what their help says', async () => {
  jmb = await stage();
  await book(jmb, 'alice', { object: 'Réunion « d’été »' });
  const [listed] = JSON.parse((await jmbCommand(jmb, 'list', '--json')).stdout) as { id: string; subject: string }[];
  expect(listed?.subject).toBe('Réunion « d’été »');
  expect(listed?.id).toMatch(/^\d{19}$/);
  const shown = (await jmbCommand(jmb, 'show', listed?.id ?? '')).stdout;
  expect(shown).toContain('alice.martin@example.org');
  expect(shown).not.toMatch(/\bid=\w{16}\b/);
  const copy = join(jmb.root, 'data/copy.db');
  expect((await jmbCommand(jmb, 'backup', copy)).status).toBe(0);
  expect(new Database(copy, { readonly: true }).pragma('integrity_check', { simple: true })).toBe('ok');
  expect(statSync(copy).mode & 0o777).toBe(0o640);
  expect(statSync(copy).uid).toBe(statSync(jmb.db).uid);
  expect((await jmbCommand(jmb, 'backup', copy)).status).toBe(1);
  const nowhere = await jmbCommand(jmb, 'backup', join(jmb.root, 'no/where/copy.db'));
  expect([nowhere.status, nowhere.stderr]).toEqual([1, expect.stringContaining('there is no folder')]);
  expect((await jmbCommand(jmb, 'purge', '--older-than', '0')).stdout).toBe('0 meetings removed\n');
  expect((await jmbCommand(jmb, 'show', '12')).status).toBe(1);
  expect((await jmbCommand(jmb, 'outbox', '--retry', '99')).status).toBe(1);
  // What a page has left to cron on a machine that has other work is none of these.
  await jmbCommand(jmb, 'remind');
  expect((await jmbCommand(jmb, 'outbox', '--retry', 'all')).stdout).toBe(
    '0 mails go out with the next run of jmb remind\n',
  );
  expect((await jmbCommand(jmb, 'outbox', '--retry', 'whom')).status).toBe(2);
  expect((await jmbCommand(jmb, 'nonsense')).status).toBe(1);
  // The index of the database's log outlives the last who had it open: a full disk would not let the next make it again.
  expect(existsSync(`${jmb.db}-shm`)).toBe(true);
});

test('Munin’s own runner understands the plugin', async (context) => {
  if (!existsSync('/usr/sbin/munin-run')) return context.skip();
  jmb = await stage();
  await book(jmb, 'alice');
  const folder = mkdtempSync(join(tmpdir(), 'jmb-munin-'));
  try {
    const plugins = join(folder, 'plugins');
    // Munin runs plugins as nobody unless told otherwise; a host tells it to use the owner of the database.
    spawnSync('mkdir', ['-p', plugins, join(folder, 'conf.d')]);
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'conf.d/jmb'), '[jitsi_jmb_*]\nuser root\n');
    symlinkSync(join(jmb.root, 'bin/jmb'), join(plugins, 'jitsi_jmb_meetings'));
    const config = join(folder, 'munin-node.conf');
    writeFileSync(config, 'log_level 4\nport 0\nhost 127.0.0.1\nallow ^127\\.0\\.0\\.1$\n');
    const run = (...args: string[]) =>
      spawnSync(
        '/usr/sbin/munin-run',
        [
          '--config',
          config,
          '--servicedir',
          plugins,
          '--sconfdir',
          join(folder, 'conf.d'),
          'jitsi_jmb_meetings',
          ...args,
        ],
        { encoding: 'utf8' },
      );
    expect(run('config').stdout).toMatch(/^graph_title Jitsi Meet Booking/m);
    expect(run().stdout).toMatch(/^planned\.value 1$/m);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a time by hand is on the wall clock of JMB_ICAL_TZID, whatever the machine’s', async () => {
  jmb = await stage({ settings: { JMB_MAIL_REMINDER: '60', JMB_ICAL_TZID: 'Asia/Tokyo' } });
  const day = dayFromNow(7);
  await book(jmb, 'alice', { date: day, time: '10:00' });
  const at = async (time: string) =>
    (await jmbCommand(jmb as Stage, 'remind', '--dry-run', '--now', `${day}T${time}`)).stdout;
  expect(await at('08:59')).not.toContain('reminder:');
  expect(await at('09:00')).toContain('reminder:');
  expect((await jmbCommand(jmb, 'remind', '--now', 'tomorrow')).status).toBe(2);
});

test('anybody is told how it is, and Prometheus how much there is', async () => {
  jmb = await stage();
  const health = async (method: string) => {
    const answer = await jmb?.ask('/join.cgi?health', { method });
    return [answer?.status, answer?.headers.get('content-type'), await answer?.text()];
  };
  const nothing = 'cron unknown\noutbox unknown\nrooms unknown\n';
  expect(await health('GET')).toEqual([503, 'text/plain; charset=utf-8', `settings ok\ndatabase missing\n${nothing}`]);
  await book(jmb, 'alice');
  await jmbCommand(jmb, 'remind');
  expect(await health('GET')).toEqual([
    ...[200, 'text/plain; charset=utf-8'],
    'settings ok\ndatabase ok\ncron ok\noutbox ok\nrooms off\n',
  ]);
  expect(await health('HEAD')).toEqual([200, 'text/plain; charset=utf-8', '']);
  const { stdout } = await jmbCommand(jmb, 'metrics');
  expect(stdout).toMatch(/^jmb_meetings\{state="planned"\} 1$/m);
  expect(stdout).toMatch(/^jmb_requests_total\{page="booking\.cgi\?register_new",status="30[23]"\} 1$/m);
});
