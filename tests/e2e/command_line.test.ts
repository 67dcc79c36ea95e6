/** `jmb` among other commands: pipes that are closed early, disks that are full, and help. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { jmbCommand } from '../support/command.ts';
import { book } from '../support/forms.ts';
import { type Stage, stage } from '../support/stage.ts';

let jmb: Stage | undefined;
afterEach(async () => {
  await jmb?.stop();
  jmb = undefined;
});

test('a reader that goes early is no fault: no trace, and the true exit status', async () => {
  jmb = await stage({ settings: { JMB_JWT_SECRET: '' } });
  await book(jmb, 'alice');
  const database = new Database(jmb.db);
  database.exec(`
    WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 20000)
    INSERT INTO meetings (meeting_id, meeting_name, meeting_object, meeting_begin, meeting_duration, meeting_end, meeting_create)
    SELECT n, 'room' || n, 'Subject', 2000000000 + n, 3600, 2000003600 + n, 1 FROM many;
    INSERT INTO attendees (attendee_meeting_id, attendee_meeting_hash, attendee_role, attendee_email)
    SELECT meeting_id, 'hash' || meeting_id, 'owner', 'alice@example.org' FROM meetings WHERE meeting_id <= 20000`);
  database.close();
  const piped = (words: string, reader: string) =>
    spawnSync(
      'bash',
      ['-c', `"$0" ${words} | ${reader}; echo "\${PIPESTATUS[0]}"`, join((jmb as Stage).root, 'bin/jmb')],
      {
        encoding: 'utf8',
      },
    );
  for (const words of ['list', 'list --all --json', '--help']) {
    const said = piped(words, 'head -n 1');
    expect([said.stderr, said.stdout.split('\n').at(-2)], words).toEqual(['', '0']);
  }
  const checked = piped('check settings secret', 'true');
  expect([checked.stderr, checked.stdout]).toEqual(['', '1\n']);
  const full = spawnSync('bash', ['-c', '"$0" list >/dev/full', join(jmb.root, 'bin/jmb')], { encoding: 'utf8' });
  expect([full.status, full.stderr]).toEqual([1, expect.stringMatching(/^jmb: .*cannot be written: .*\n$/)]);
});

test('every subcommand has its help', async () => {
  jmb = await stage();
  const main = (await jmbCommand(jmb, '--help')).stdout;
  const names = [...main.matchAll(/^ {2}([a-z]+) .*? {2,}/gm)]
    .map(([, name]) => name ?? '')
    .filter((name) => name !== 'help' && name !== 'jmb');
  expect(names).toEqual(
    expect.arrayContaining(['remind', 'list', 'show', 'rooms', 'outbox', 'purge', 'backup', 'restore', 'check']),
  );
  for (const name of names) {
    for (const words of [
      [name, '--help'],
      ['help', name],
    ]) {
      const said = await jmbCommand(jmb, ...words);
      expect([said.status, said.stderr, said.stdout.split(' [')[0]], words.join(' ')).toEqual([
        0,
        '',
        `Usage: jmb ${name}`,
      ]);
    }
  }
});
