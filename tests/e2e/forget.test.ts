/** cron forgets, as the real command: what people then see of it, and that a kill in the middle loses nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { crowd } from '../store/crowd.ts';
import { jmbCommand } from '../support/command.ts';
import { within } from '../support/database.ts';
import { book } from '../support/forms.ts';
import { type Stage, stage } from '../support/stage.ts';

const DAY = 86_400;

let jmb: Stage | undefined;
afterEach(async () => {
  await jmb?.stop();
  jmb = undefined;
});

/** As if cron had forgotten all that was due yesterday. */
const sinceYesterday = (running: Stage): void =>
  within(running, (database) => {
    database.prepare("UPDATE run SET run_at = run_at - ? WHERE run_name = 'forget'").run(DAY);
  });

/** As if all that there is were so many days older, and all mails had gone out. */
const age = (running: Stage, days: number): void =>
  within(running, (database) => {
    const by = days * DAY;
    database.exec(`UPDATE meetings SET meeting_begin = meeting_begin - ${by}, meeting_end = meeting_end - ${by};
      UPDATE outbox SET outbox_state = 'sent', outbox_finished = outbox_created - ${by};
      UPDATE account_seen SET seen_day = seen_day - ${days};
      DELETE FROM mail_reminder; DELETE FROM xmpp_reminder`);
  });

const count = (running: Stage, table: string): number =>
  within(running, (database) => Number(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get()));

const step = (said: { readonly stdout: string }): string =>
  said.stdout.split('\n').find((line) => /^forg/.test(line)) ?? '';

test('a meeting, its links, mails and people go, a day after that was set; the feed stays while it is asked for', async () => {
  jmb = await stage({ settings: { JMB_KEEP_DAYS: '400' } });
  await book(jmb, 'alice', { guests: 'guest@ailleurs.test' });
  const hash = within(jmb, (database) =>
    database.prepare("SELECT attendee_meeting_hash FROM attendees WHERE attendee_role = 'guest'").pluck().get(),
  );
  const link = `/join.cgi?accept&id=${hash}`;
  const feed = /\/ical\.cgi\?id=\w+/.exec(await (await jmb.ask('/booking.cgi?calendar', { as: 'alice' })).text())?.[0];
  expect((await jmb.ask(link)).status).toBe(200);
  age(jmb, 430);

  expect(step(await jmbCommand(jmb, 'remind'))).toBe('forgetting: begins in a day');
  // It is over.
  expect((await jmb.ask(link)).status).toBe(403);
  sinceYesterday(jmb);
  // A calendar program has asked for the feed: it is in use.
  expect((await jmb.ask(feed ?? '')).status).toBe(200);
  expect(step(await jmbCommand(jmb, 'remind'))).toBe('forgotten: 1 meetings, 2 mails');
  const gone = await jmb.ask(link, { headers: { 'accept-language': 'fr' } });
  expect([gone.status, await gone.text()]).toEqual([404, expect.stringContaining('<html lang="fr"')]);
  expect((await jmb.ask(feed ?? '')).status).toBe(200);
  expect(step(await jmbCommand(jmb, 'remind'))).toBe('');
  expect(jmb.log()).toMatch(/forgotten before=\d{4}-\d\d-\d\d meetings=1 mails=2 longest-ms=\d+ req=\w{8}\n/);

  age(jmb, 401);
  sinceYesterday(jmb);
  expect(step(await jmbCommand(jmb, 'remind'))).toMatch(/^forgotten: 1 accounts, 1 names/);
  expect((await jmb.ask(feed ?? '')).status).toBe(404);
  // Who comes back gets another one.
  const page = await (await jmb.ask('/booking.cgi?calendar', { as: 'alice' })).text();
  expect(/\/ical\.cgi\?id=\w+/.exec(page)?.[0]).not.toBe(feed);
  expect((await jmbCommand(jmb, 'check', 'keeping')).stdout).toMatch(
    /^ok +keeping +meetings, .* after 400 days; last on /,
  );
});

test('nothing goes where the setting is silent, or by a time that was only given', async () => {
  jmb = await stage();
  await book(jmb, 'alice');
  age(jmb, 5000);
  expect(step(await jmbCommand(jmb, 'remind'))).toBe('');
  expect((await jmbCommand(jmb, 'check', 'keeping')).stdout).toContain('kept for ever');
  expect(count(jmb, "run WHERE run_name = 'forget'")).toBe(0);
  await jmb.stop();

  jmb = await stage({ settings: { JMB_KEEP_DAYS: '400', JMB_SHOW_ARCHIVES: '500' } });
  await book(jmb, 'alice');
  await jmbCommand(jmb, 'remind');
  sinceYesterday(jmb);
  const later = Math.floor(Date.now() / 1000) + 600 * DAY;
  expect(step(await jmbCommand(jmb, 'remind', '--now', String(later)))).toBe('');
  expect(count(jmb, 'meetings')).toBe(1);
  expect((await jmbCommand(jmb, 'check', 'keeping')).stdout).toMatch(/^warning .*JMB_SHOW_ARCHIVES.* 500 days/);
});

test('a run that is killed leaves every meeting whole or gone, and the next ones finish', async () => {
  jmb = await stage({ settings: { JMB_KEEP_DAYS: '30', JMB_MAIL_REMINDER: '', JMB_XMPP_REMINDER: '' } });
  await book(jmb, 'alice');
  await jmbCommand(jmb, 'remind');
  const database = new Database(jmb.db);
  crowd({ database } as Parameters<typeof crowd>[0], 2000);
  const cut = Math.floor(Date.now() / 1000) - 30 * DAY;
  // Half of them long over, the others to come; and no mail of theirs is waiting.
  database.exec(`UPDATE meetings SET meeting_begin = ${cut} - 9000, meeting_end = ${cut} - 5400 WHERE meeting_id < 1790000000000001000;
    UPDATE meetings SET meeting_begin = ${cut} + 60 * 86400, meeting_end = meeting_begin + 3600
      WHERE meeting_id BETWEEN 1790000000000001000 AND 1790000000000001999;
    DELETE FROM mail_reminder; DELETE FROM xmpp_reminder;
    UPDATE meetings SET meeting_end = meeting_begin + 3600`);
  const living = Number(database.prepare('SELECT count(*) FROM meetings WHERE meeting_end >= ?').pluck().get(cut));
  database.close();
  sinceYesterday(jmb);
  let kills = 0;
  for (let round = 0; round < 4 && count(jmb, `meetings WHERE meeting_end < ${cut}`) > 0; round += 1) {
    const child = spawn(join(jmb.root, 'bin/jmb'), ['remind', '--quiet'], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    const before = count(jmb, 'meetings');
    // Once it is at work, within the next steps.
    for (let look = 0; look < 200 && count(jmb, 'meetings') === before; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
    if (child.kill('SIGKILL')) kills += 1;
    await ended;
    expect(count(jmb, 'attendees WHERE attendee_meeting_id NOT IN (SELECT meeting_id FROM meetings)')).toBe(0);
    expect(count(jmb, 'agenda WHERE agenda_attendee_id NOT IN (SELECT attendee_id FROM attendees)')).toBe(0);
    expect(count(jmb, `meetings WHERE meeting_end >= ${cut}`)).toBe(living);
  }
  expect(kills).toBeGreaterThan(0);
  while (step(await jmbCommand(jmb, 'remind')) !== '');
  expect(count(jmb, 'meetings')).toBe(living);
  expect(within(jmb, (one) => one.pragma('integrity_check', { simple: true }))).toBe('ok');
});
