/** What users and the database see when the environment fails: a full disk, a locked database, a crowd. */
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { jmbCommand } from '../support/command.ts';
import { book, hiddenFields } from '../support/forms.ts';
import { type Stage, stage } from '../support/stage.ts';

let jmb: Stage | undefined;
const tidy: (() => void)[] = [];
afterEach(async () => {
  await jmb?.stop();
  jmb = undefined;
  for (const undo of tidy.splice(0)) undo();
});

/** Subjects of the meetings in a database. */
function subjects(file: string): string[] {
  const database = new Database(file);
  try {
    return database
      .prepare<[], { s: string }>('SELECT meeting_object AS s FROM meetings')
      .all()
      .map((row) => row.s);
  } finally {
    database.close();
  }
}

/** How many rows of each table belong to no meeting, or to a mail without one. */
function orphans(file: string): number {
  const database = new Database(file);
  try {
    return Number(
      database
        .prepare(
          `SELECT (SELECT count(*) FROM attendees WHERE attendee_meeting_id NOT IN (SELECT meeting_id FROM meetings))
             + (SELECT count(*) FROM mail_reminder WHERE mail_reminder_meeting_id NOT IN (SELECT meeting_id FROM meetings))
             + (SELECT count(*) FROM outbox WHERE outbox_meeting_id NOT IN (SELECT meeting_id FROM meetings))`,
        )
        .pluck()
        .get(),
    );
  } finally {
    database.close();
  }
}

/** A small file system of its own; null where this user may not mount one. */
function smallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'jmb-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=0777', 'tmpfs', folder]).status === 0;
  tidy.push(() => {
    if (mounted) spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return mounted ? folder : null;
}

test('with the disk full a booking is refused with a clear page, and nothing is half written', async (context) => {
  const disk = smallDisk();
  if (disk === null) return context.skip();
  jmb = await stage({ settings: { JMB_DB: join(disk, 'jmb.db') } });
  const db = join(disk, 'jmb.db');
  expect((await book(jmb, 'alice', { object: 'Before' })).status).toBe(303);
  const fields = await hiddenFields(await jmb.ask('/booking.cgi?new', { as: 'alice' }));
  const filler = join(disk, 'filler');
  spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096']);

  // What fits into what the log of the database has left may still be kept; then no more.
  const answers: Response[] = [];
  while (answers.length < 20 && answers.at(-1)?.status !== 503) {
    answers.push(await book(jmb, 'alice', { object: `Full ${answers.length}` }, fields));
  }
  const refused = answers.at(-1);
  expect(refused?.status).toBe(503);
  expect(refused?.headers.get('retry-after')).toBeTruthy();
  const page = (await refused?.text()) ?? '';
  expect(page).toMatch(/<h1/);
  expect(page).not.toMatch(/SQLITE|at .*\.ts|stack/i);
  expect(jmb.log()).toMatch(/SQLITE_(FULL|IOERR)/);

  rmSync(filler);
  const kept = answers.filter((answer) => answer.status === 303).map((_, index) => `Full ${index}`);
  expect(subjects(db)).toEqual(['Before', ...kept]);
  expect(orphans(db)).toBe(0);
  expect((await book(jmb, 'alice', { object: 'After' }, fields)).status).toBe(303);
  expect(subjects(db)).toContain('After');
});

test('with the database locked for longer than the busy timeout: 503, and nothing half written', async () => {
  jmb = await stage();
  expect((await book(jmb, 'alice', { object: 'Before' })).status).toBe(303);
  const fields = await hiddenFields(await jmb.ask('/booking.cgi?new', { as: 'alice' }));
  const locker = new Database(jmb.db);
  locker.exec('BEGIN IMMEDIATE');
  try {
    const began = performance.now();
    const answer = await book(jmb, 'alice', { object: 'Locked' }, fields);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toMatch(/<h1/);
    expect(performance.now() - began).toBeGreaterThan(4000);
    // Readers do not wait for a writer (WAL).
    expect((await jmb.ask('/booking.cgi?list', { as: 'alice' })).status).toBe(200);
  } finally {
    locker.exec('ROLLBACK');
    locker.close();
  }
  expect(subjects(jmb.db)).toEqual(['Before']);
  expect((await book(jmb, 'alice', { object: 'Locked' }, fields)).status).toBe(303);
});

/** Books, and says how that was answered, and when one is to come again. */
async function saved(
  running: Stage,
  object: string,
  fields: Parameters<typeof book>[3],
): Promise<{ readonly status: number; readonly again: string | null }> {
  const { status, headers } = await book(running, 'alice', { object }, fields);
  return { status, again: headers.get('Retry-After') };
}

test('fifty bookings at once: fifty saved, and everyone told', async () => {
  jmb = await stage();
  const running = jmb;
  const fields = await hiddenFields(await running.ask('/booking.cgi?new', { as: 'alice' }));
  const names = Array.from({ length: 50 }, (_, index) => `At once ${index}`);
  const answers = await Promise.all(
    names.map(async (object) => ({ object, ...(await saved(running, object, fields)) })),
  );
  // On a machine that has other work one may not have its turn in time: it is told so, and nothing of it is there.
  for (const { object, status, again } of answers.filter((one) => one.status !== 303)) {
    expect([status, again]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    expect((await saved(running, object, fields)).status).toBe(303);
  }
  expect(subjects(running.db).sort()).toEqual([...names].sort());
  // Under such a load some mails may be left to cron, and some that broke off to its run of a few minutes later.
  for (const words of [[], ['--now', `${Math.floor(Date.now() / 1000) + 300}`]]) {
    const sent = await jmbCommand(running, 'remind', ...words);
    expect(sent.stderr).toBe('');
    expect(sent.status).toBe(0);
  }
  expect(running.mails).toHaveLength(100);
});

test('a database that is no database is said so in the log, and not touched', async () => {
  jmb = await stage();
  mkdirSync(join(jmb.root, 'data'), { recursive: true });
  writeFileSync(jmb.db, 'this is no database, but somebody needs it\n'.repeat(50));
  const { uid, gid } = statSync(join(jmb.root, 'data'));
  chownSync(jmb.db, uid, gid);
  const before = readFileSync(jmb.db, 'utf8');
  const answer = await jmb.ask('/booking.cgi?list', { as: 'alice' });
  expect(answer.status).toBe(503);
  expect(jmb.log()).toMatch(/SQLITE_NOTADB/);
  expect(readFileSync(jmb.db, 'utf8')).toBe(before);
});
