/** `jmb check` against a service that is as it should be, and against ones that are not. */
import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { jmbCommand } from '../support/command.ts';
import { book } from '../support/forms.ts';
import { reply, startSmtp } from '../support/smtp.ts';
import { type Stage, stage } from '../support/stage.ts';

let jmb: Stage | undefined;
afterEach(async () => {
  await jmb?.stop();
  jmb = undefined;
});

interface Finding {
  about: string;
  verdict: string;
  detail: string;
}

async function check(running: Stage): Promise<{ status: number | null; about(name: string): string }> {
  const said = await jmbCommand(running, 'check', '--json');
  const findings = JSON.parse(said.stdout) as Finding[];
  return {
    status: said.status,
    about: (name) => {
      const finding = findings.find((one) => one.about === name);
      return `${finding?.verdict}: ${finding?.detail}`;
    },
  };
}

test('all is well', async () => {
  jmb = await stage();
  await book(jmb, 'alice');
  expect((await check(jmb)).about('cron')).toMatch(/^wrong: .*jitsi-jmb is not there .*; jmb remind has never run/);
  await jmbCommand(jmb, 'remind', '--quiet');
  const found = await check(jmb);
  expect(found.about('settings')).toMatch(/^ok/);
  expect(found.about('database')).toMatch(/^ok/);
  // This machine's Node may be of whatever source.
  expect(found.about('updates')).toMatch(/^(ok|warning): /);
  expect(found.about('directory')).toMatch(/^off/);
  expect(found.about('mail')).toMatch(/^ok/);
  expect(found.about('inbox')).toMatch(/^off/);
  expect(found.about('clock')).toMatch(/^(ok|warning)/);
  // This machine has a Prosody at most, not one of this domain.
  expect(found.about('secret')).toMatch(/^unknown: no Prosody of this domain here/);
  expect(found.about('rooms')).toMatch(/^off/);
  expect(found.about('rights')).toMatch(/^ok/);
  // This machine's cron has no file of ours, but it has just run.
  expect(found.about('cron')).toMatch(/^warning: .*; but jmb remind ran \d+ s ago$/);
  expect(found.about('front')).toMatch(/^ok/);
  expect(found.about('guard')).toMatch(/^ok/);
  expect(found.status).toBe(0);
  const lines = (await jmbCommand(jmb, 'check')).stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(18);
  expect((await jmbCommand(jmb, 'check', 'clock', 'database')).stdout.match(/^\w+ +\w+/gm)).toHaveLength(2);
  const unknown = await jmbCommand(jmb, 'check', 'weather');
  expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('not "weather"')]);
});

test('a web server that lets strangers in is found out', async () => {
  jmb = await stage({
    auth: `<LocationMatch "$\{JMB_GUARDED}">\nAuthType None\nRequire all granted\n</LocationMatch>\n`,
  });
  const found = await check(jmb);
  expect(found.about('guard')).toMatch(/^wrong: .*booking\.cgi answers/);
  expect(found.status).toBe(1);
});

test('what does not answer, and what is missing, is named', async () => {
  jmb = await stage({
    settings: {
      JMB_SMTP_URL: 'smtp://127.0.0.1:1',
      JMB_LDAPSEARCH: 'ldapsearch -x -H ldap://127.0.0.1:1 -b dc=example,dc=org',
      JMB_JWT_SECRET: '',
      JMB_MAX_GEUSTS: '5',
      JMB_PROSODY_URL: 'http://127.0.0.1:1/jmb',
      JMB_PROSODY_SECRET_FILE: '/etc/hostname',
    },
  });
  const found = await check(jmb);
  expect(found.about('mail')).toMatch(/^wrong: 127\.0\.0\.1:1: connection refused;/);
  expect(found.about('rooms')).toBe('wrong: http://127.0.0.1:1/jmb/version: connection refused');
  expect(found.about('directory')).toMatch(/^wrong: .*connection refused/);
  expect(found.about('secret')).toMatch(/^wrong/);
  expect(found.about('settings')).toMatch(/^warning: .*JMB_MAX_GEUSTS/);
  expect(found.status).toBe(1);
});

test('a clock that went back behind the newest booking', async () => {
  jmb = await stage();
  await book(jmb, 'alice');
  const database = new Database(jmb.db);
  database.exec('UPDATE meetings SET meeting_create = meeting_create + 7200');
  database.close();
  expect((await check(jmb)).about('clock')).toMatch(/^wrong: .*went back/);
});

test('a setting that is no setting is a warning; one that needs a shell is named with file and line', async () => {
  jmb = await stage({ settings: { JMB_MAX_GEUSTS: '5' } });
  expect((await check(jmb)).about('settings')).toMatch(/^warning: .*JMB_MAX_GEUSTS/);
  writeFileSync(join(jmb.root, 'etc/jmb_local.cf'), 'JMB_NAME="a"\nJMB_DB=$(rm -rf /)\n');
  const said = await jmbCommand(jmb, 'check');
  expect(said.status).toBe(1);
  expect(said.stdout).toMatch(/^wrong {4}settings .*jmb_local\.cf:2\b.*\n/);
  expect(said.stdout).toMatch(/^wrong {4}database .*jmb_local\.cf:2\b/m);
});

test('a time zone that there is not stops everything, and is named', async () => {
  jmb = await stage({ settings: { JMB_ICAL_TZID: 'Europe/Pairs' } });
  expect((await check(jmb)).about('settings')).toBe('wrong: JMB_ICAL_TZID: there is no time zone Europe/Pairs');
  const page = await jmb.ask('/booking.cgi', { as: 'alice' });
  expect(page.status).toBe(500);
  expect(jmb.log()).toContain('Europe/Pairs');
});

test('a sender that the mail server refuses is a setting to mend', async () => {
  const smtp = await startSmtp();
  try {
    smtp.fault = ({ at }) => (at === 'mail' ? reply(550, 'who are you') : undefined);
    jmb = await stage({ settings: { JMB_SMTP_URL: smtp.url } });
    await book(jmb, 'alice');
    expect((await check(jmb)).about('mail')).toMatch(/^wrong: .*JMB_MAIL_FROM_NOTIFICATION, .*550 who are you/);
  } finally {
    await smtp.stop();
  }
});

test('a database, settings and secrets that are open to everybody, or closed to the web server', async (context) => {
  if (process.getuid?.() !== 0) return context.skip();
  jmb = await stage({ settings: { JMB_PROSODY_SECRET_FILE: '/etc/hostname' } });
  await book(jmb, 'alice');
  chmodSync(jmb.db, 0o644);
  chmodSync(join(jmb.root, 'etc/jmb_jwt.cf'), 0o600);
  chownSync(join(jmb.root, 'etc/jmb_jwt.cf'), 0, 0);
  const found = (await check(jmb)).about('rights');
  expect(found).toMatch(/^wrong: .*everybody on this machine may read \S+data\/jmb\.db \(chmod o=\)/);
  expect(found).toMatch(/www-data cannot read \S+jmb_jwt\.cf \(chgrp www-data, chmod g\+r\)/);
  expect(found).toMatch(/may read \/etc\/hostname/);
  // Of settings it depends on what they hold.
  expect(found).not.toContain('jmb_local.cf');
  writeFileSync(join(jmb.root, 'etc/jmb_local.cf'), 'JMB_NAME="Ours"\n', { mode: 0o644 });
  expect((await check(jmb)).about('rights')).not.toContain('jmb_local.cf');
  for (const line of ['JMB_SMTP_URL="smtp://me:mine@127.0.0.1:1"', "JMB_SMTP_PASSWORD='mine'"]) {
    writeFileSync(join(jmb.root, 'etc/jmb_local.cf'), `${line}\n`);
    expect((await jmbCommand(jmb, 'check', 'rights')).stdout, line).toMatch(
      /everybody on this machine may read \S+jmb_local\.cf \(chgrp www-data, chmod o=\)/,
    );
  }
});
