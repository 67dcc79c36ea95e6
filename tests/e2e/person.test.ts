/** `jmb person`, as an administrator calls it: what is shown, the file for the person, and how they are taken out. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { jmbCommand } from '../support/command.ts';
import { within } from '../support/database.ts';
import { book } from '../support/forms.ts';
import { type Stage, stage } from '../support/stage.ts';

let jmb: Stage | undefined;
afterEach(async () => {
  await jmb?.stop();
  jmb = undefined;
});

const ALICE = 'alice.martin@example.org';
const GUEST = 'guest@ailleurs.test';

/** All mails are out, whatever the load of this machine. */
const sent = (running: Stage): Promise<unknown> => jmbCommand(running, 'remind');

test('shows, and writes what it knows into a file that the world cannot read', async () => {
  jmb = await stage();
  await book(jmb, 'alice', { guests: `Hans Müller <${GUEST}>, bob.durand@example.org` });
  const shown = await jmbCommand(jmb, 'person', GUEST.toUpperCase());
  expect(shown).toMatchObject({ status: 0, stderr: '' });
  expect(shown.stdout).toMatch(new RegExp(`^${GUEST}\\n +1 seats\\n`));
  const file = join(jmb.root, 'guest.json');
  expect((await jmbCommand(jmb, 'person', GUEST, '--export', file)).stdout).toMatch(/guest\.json: \d+ rows\n$/);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  const told = JSON.parse(readFileSync(file, 'utf8'));
  expect(told.about.addresses).toEqual([GUEST]);
  // As the page shows it to a guest: no other guest.
  expect(told.meetings).toMatchObject([{ role: 'guest', people: [{ email: ALICE, role: 'owner' }] }]);
  expect(told.rows.seats).toMatchObject([{ name: 'Hans Müller', link: expect.stringMatching(/^\w{16}$/) }]);
  expect(readFileSync(file, 'utf8')).not.toContain('bob.durand');
  expect(await jmbCommand(jmb, 'person', GUEST, '--export', file)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('exists'),
  });
  const own = join(jmb.root, 'alice.json');
  await jmbCommand(jmb, 'person', 'alice', '--export', own);
  expect(JSON.parse(readFileSync(own, 'utf8')).meetings[0].people.map(({ email }: { email: string }) => email)).toEqual(
    [ALICE, GUEST, 'bob.durand@example.org'],
  );
  expect((await jmbCommand(jmb, 'person', 'nobody@x.test')).stdout).toBe('nothing is kept of nobody@x.test\n');
});

test('a guest is erased: the link leads nowhere, the file and the log say so, and copies are named', async () => {
  jmb = await stage();
  await book(jmb, 'alice', { guests: `${GUEST}, bob.durand@example.org` });
  await sent(jmb);
  const hash = within(jmb, (database) =>
    database.prepare('SELECT attendee_meeting_hash FROM attendees WHERE attendee_email = ?').pluck().get(GUEST),
  );
  expect((await jmb.ask(`/join.cgi?accept&id=${hash}`)).status).toBe(200);
  const copy = join(jmb.root, 'copy.db');
  await jmbCommand(jmb, 'backup', copy);
  const asked = await jmbCommand(jmb, 'person', GUEST, '--erase');
  expect(asked).toMatchObject({ status: 1, stderr: 'jmb: nothing was changed\n' });
  expect(asked.stdout).toContain('They are taken off 1 meetings of others that are to come.');

  const mails = jmb.mails.length;
  const done = await jmbCommand(jmb, 'person', GUEST, '--erase', '--yes');
  expect(done).toMatchObject({ status: 0, stderr: '' });
  expect(done.stdout).toMatch(/erased: 1 seats in meetings, 0 meetings/);
  expect(done.stdout).toMatch(/jmb\.db: the address stands 0 times in its bytes\n/);
  expect(done.stdout).toMatch(/copy\.db still holds the address, \d+ times/);
  for (const end of ['', '-wal']) {
    if (existsSync(jmb.db + end)) expect(readFileSync(jmb.db + end, 'latin1')).not.toContain(GUEST);
  }
  expect(jmb.log()).toMatch(/person-erased seats=1 meetings=0 req=\w+\n/);
  expect((await jmb.ask(`/join.cgi?accept&id=${hash}`)).status).toBe(404);
  await sent(jmb);
  expect(jmb.mails).toHaveLength(mails);
  expect(await (await jmb.ask('/booking.cgi?list', { as: 'alice' })).text()).not.toContain(GUEST);
});

test('an organiser is erased once their meetings to come are handed over or cancelled, and none runs', async () => {
  jmb = await stage({ settings: { JMB_MODULE_CHECK_EDITOR: '' } });
  await book(jmb, 'alice', { guests: GUEST, object: 'First' });
  await sent(jmb);
  const refused = await jmbCommand(jmb, 'person', ALICE, '--erase', '--yes');
  expect(refused.stderr).toMatch(/they own 1 meetings to come: nothing was erased; --cancel .*--hand-over/);

  const handed = await jmbCommand(jmb, 'person', ALICE, '--erase', '--yes', '--hand-over', 'bob.durand@example.org');
  expect(handed.stdout).toMatch(/handed over: \d+ /);
  // What tells of it may still wait, on a machine that is busy, also for a process that is sending it.
  const running = jmb;
  const known = async () => {
    await sent(running);
    await jmbCommand(running, 'person', ALICE, '--erase', '--yes');
    return (await jmbCommand(running, 'person', ALICE)).status;
  };
  await expect.poll(known).toBe(1);
  const seats = within(jmb, (database) =>
    database.prepare('SELECT attendee_role, attendee_email FROM attendees ORDER BY attendee_role').raw().all(),
  );
  expect(seats).toEqual([
    ['guest', GUEST],
    ['owner', 'bob.durand@example.org'],
  ]);

  within(jmb, (database) => {
    const now = Math.floor(Date.now() / 1000);
    database.prepare('UPDATE meetings SET meeting_begin = ?, meeting_end = ?').run(now - 60, now + 3000);
  });
  const runs = await jmbCommand(jmb, 'person', 'bob.durand@example.org', '--erase', '--yes', '--cancel');
  expect(runs.stderr).toMatch(/they are in a meeting that runs until .*: nothing was erased/);
  within(jmb, (database) => {
    const later = Math.floor(Date.now() / 1000) + 5 * 86_400;
    database.prepare('UPDATE meetings SET meeting_begin = ?, meeting_end = ?').run(later, later + 3600);
  });
  const before = jmb.mails.length;
  const cancelled = await jmbCommand(jmb, 'person', 'bob.durand@example.org', '--erase', '--yes', '--cancel');
  expect(cancelled.stdout).toMatch(/cancelled: \d+ /);
  await sent(jmb);
  expect(jmb.mails.slice(before).flatMap(({ to }) => to)).toContain(GUEST);
  if (cancelled.status !== 0) await jmbCommand(jmb, 'person', 'bob.durand@example.org', '--erase', '--yes');
  expect((await jmbCommand(jmb, 'person', 'bob.durand@example.org')).status).toBe(1);
});
