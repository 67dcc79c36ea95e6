/** `jmb reply` as a mail server calls it: the built program, which prints nothing and ends with 0 or 75 whatever happens. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MailParts } from '../../lib/mail/compose.ts';
import { replyAddressOf } from '../../lib/mail/reply_address.ts';
import type { Attendee } from '../../lib/meetings/meeting.ts';
import { saidOf, unconfirmedOf } from '../../lib/store/answers.ts';
import { insertMeeting, updateMeeting } from '../../lib/store/bookings.ts';
import { attendeesOf } from '../../lib/store/meetings.ts';
import { outboxOf } from '../../lib/store/outbox.ts';
import { openStore } from '../../lib/store/store.ts';
import type { Said as Ended } from '../support/command.ts';
import type { ReadInvitation } from '../support/invitation.ts';
import { PROGRAMS, PROPOSERS, type Said, type Written, writeAnswer } from '../support/mail_programs.ts';
import { makeTree } from '../support/tree.ts';

const REPLY = 'visio+{id}@univ.example';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'jmb-reply-'));
  chmodSync(root, 0o755);
  const settings = {
    JMB_DATA: join(root, 'data'),
    JMB_LOG: join(root, 'log/jmb.log'),
    JMB_MAIL_REPLY: REPLY,
    JMB_SERVER_NAME: 'visio.example',
    JMB_MAIL_FROM_NOTIFICATION: 'noreply@univ.example',
  };
  makeTree(root, { settings, modules: {} });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const SILENT = { stdout: '', stderr: '' };

/** Gives a message to `jmb reply`. */
function give(message: string | Buffer, words: string[] = [], to?: string, sender = 'x@y.example'): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(root, 'bin/jmb'), ['reply', ...words], {
      env: { PATH: process.env['PATH'] ?? '', SENDER: sender, ...(to === undefined ? {} : { RECIPIENT: to }) },
    });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text;
      });
    }
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, ...said }));
    child.stdin.end(message);
  });
}

/** A meeting of alice's with bob and carol, and what their calendars hold of it. */
function booked() {
  const store = openStore(join(root, 'data/jmb.db'));
  const now = Math.floor(Date.now() / 1000);
  const begin = now - (now % 60) + 86_400;
  const booking = {
    subject: 'Conseil',
    begin,
    duration: 3600,
    moderators: [],
    guests: ['bob@x.example', 'carol@x.example'],
    language: 'fr',
  } as const;
  const clock = { now: () => now, nanoseconds: () => process.hrtime.bigint() + 10n ** 18n };
  const { meeting, attendees } = insertMeeting(store, clock, 'alice@x.example', booking);
  const person = (email: string): Attendee => {
    const found = attendeesOf(store, meeting.id).find((one) => one.email === email);
    if (found === undefined) throw new Error(`${email} is not invited`);
    return found;
  };
  const invitation = (email: string): ReadInvitation => ({
    uid: `${meeting.id}@visio.example`,
    sequence: 0,
    begin,
    end: begin + 3600,
    summary: 'Conseil',
    location: 'https://visio.example/join.cgi?id=x',
    organiser: { name: 'Alice', address: replyAddressOf(REPLY, meeting, person(email)) },
    attendee: { name: '', address: email },
    asked: true,
  });
  let id = 0;
  const said = (changes: Partial<Said> = {}): Said => {
    id += 1;
    return { partstat: 'ACCEPTED', comment: '', at: now - 60 + id, id: `m${id}`, ...changes };
  };
  return { store, meeting, attendees, person, invitation, said, begin, now };
}

const BOB = 'bob@x.example';

test.each(PROGRAMS)(
  'an answer of %s is the person’s: yes, no, maybe; twice is once, late is nothing',
  async (program) => {
    const { store, meeting, person, invitation, said } = booked();
    const first = writeAnswer(program, invitation(BOB), said());
    const send = (written: Written) => give(written.raw, [], written.to, written.from);
    expect(await send(first)).toEqual({ status: 0, ...SILENT });
    expect(person(BOB).answer).toBe('accepted');
    await send(writeAnswer(program, invitation(BOB), said({ partstat: 'TENTATIVE', comment: 'Peut-être en retard' })));
    expect(person(BOB).answer).toBe('tentative');
    // Thunderbird leaves what is typed in the letter.
    if (program !== 'thunderbird') {
      expect(saidOf(store, meeting.id).get(person(BOB).hash)?.comment).toBe('Peut-être en retard');
    }
    await send(writeAnswer(program, invitation(BOB), said({ partstat: 'DECLINED' })));
    await send(first);
    expect([person(BOB).answer, person('carol@x.example').answer]).toEqual(['declined', 'none']);
    store.close();
  },
);

test.each(PROPOSERS)('another time that %s proposes is a proposal', async (program) => {
  const { store, meeting, person, invitation, said, begin } = booked();
  const proposed = { begin: begin + 7200, end: begin + 7200 + 1800 };
  const written = writeAnswer(program, invitation(BOB), said({ partstat: 'TENTATIVE', proposed }));
  await give(written.raw, [], written.to, written.from);
  expect(saidOf(store, meeting.id).get(person(BOB).hash)?.proposal).toEqual({ begin: begin + 7200, duration: 1800 });
  store.close();
});

test('what is forged or stale changes nothing; what names another is shown as unconfirmed', async () => {
  const { store, meeting, attendees, person, invitation, said, begin, now } = booked();
  const carol = { ...invitation(BOB), attendee: { name: '', address: 'carol@x.example' } };
  const forged = writeAnswer('gmail', carol, said());
  await give(forged.raw, [], forged.to, forged.from);
  // To the address of nobody, from an address that is no one's.
  const nobody = writeAnswer(
    'gmail',
    { ...invitation(BOB), organiser: { name: '', address: 'visio+0@univ.example' } },
    said(),
  );
  await give(nobody.raw.replace(/^From: .*/m, 'From: mallory@x.example'), [], nobody.to, 'mallory@x.example');
  // To an address that is made up, as if from Bob.
  const madeUp = { name: '', address: replyAddressOf(REPLY, meeting, { hash: 'made up' }) };
  const guessed = writeAnswer('gmail', { ...invitation(BOB), organiser: madeUp }, said());
  await give(guessed.raw, [], guessed.to, guessed.from);
  const moved = { subject: 'Conseil', begin: begin + 600, duration: 3600, moderators: [], language: 'fr' } as const;
  updateMeeting(store, meeting.id, 0, { ...moved, guests: attendees.slice(1).map(({ email }) => email) }, now);
  const stale = writeAnswer('gmail', invitation(BOB), said());
  expect(await give(stale.raw, [], stale.to, stale.from)).toEqual({ status: 0, ...SILENT });
  expect([person(BOB).answer, person('carol@x.example').answer]).toEqual(['none', 'none']);
  expect(unconfirmedOf(store, meeting.id).map(({ from, named }) => [from, named])).toEqual([
    [BOB, BOB],
    ['mallory@x.example', BOB],
    ['carol@x.example', 'carol@x.example'],
  ]);
  store.close();
});

test('what somebody writes by hand goes on to the owner, and what a program writes does not', async () => {
  const { store, meeting, invitation } = booked();
  const { address } = invitation(BOB).organiser;
  const letter = 'From: Bob B <bob@x.example>\nTo: x\nSubject: Re: Conseil\n\nBonjour Alice\n';
  await give(letter, [], address);
  await give(`Auto-Submitted: auto-replied\n${letter}`, [], address);
  await give(letter, [], address, '');
  const mails = outboxOf(store, meeting.id);
  expect(mails.map(({ kind, recipient }) => [kind, recipient])).toEqual([['word', 'alice@x.example']]);
  const parts = JSON.parse(mails[0]?.content ?? '') as MailParts;
  expect(parts.replyTo).toEqual({ name: 'Bob B', address: BOB });
  expect(parts.from.address).toBe('noreply@univ.example');
  expect(parts.text).toContain('Bonjour Alice');
  expect(parts.headers['Auto-Submitted']).toBe('auto-generated');
  for (let more = 0; more < 12; more += 1) await give(letter.replace('Alice', `${more}`), [], address);
  expect(outboxOf(store, meeting.id)).toHaveLength(10);
  store.close();
});

test('a database that is locked has it given again, and then it is taken', async () => {
  const { store, person, invitation, said } = booked();
  store.database.exec('BEGIN EXCLUSIVE');
  const written = writeAnswer('gmail', invitation(BOB), said());
  expect(await give(written.raw, [], written.to, written.from)).toEqual({ status: 75, ...SILENT });
  store.database.exec('ROLLBACK');
  expect(await give(written.raw, [], written.to, written.from)).toEqual({ status: 0, ...SILENT });
  expect(person(BOB).answer).toBe('accepted');
  store.close();
});

test('junk of every kind is of no concern', async () => {
  for (const junk of [
    '',
    '\0\0\0',
    'From a\n',
    `Subject: x\n${'--x\n'.repeat(100_000)}`,
    Buffer.alloc(11_000_000, 'a'),
    `From: a@x.example\n\n${'x\n'.repeat(5_000_000)}`,
  ]) {
    expect(await give(junk)).toEqual({ status: 0, ...SILENT });
  }
});

test('settings that cannot be read have it given again, and so do words that nobody knows', async () => {
  const local = join(root, 'etc/jmb_local.cf');
  writeFileSync(local, 'JMB_MAIL_REPLY="no address"\n');
  expect(await give('Subject: x\n\nx\n')).toEqual({ status: 75, ...SILENT });
  rmSync(local);
  expect(await give('Subject: x\n\nx\n', ['user', '--odd'])).toEqual({ status: 0, ...SILENT });
});

test('a program that is broken has it given again without a word: no addon, no part, no memory, settings that are none', async () => {
  const lib = join(root, 'lib');
  const letter = 'From: a@x.example\nTo: visio+9zzzzzzzzzzzzz@univ.example\nSubject: x\n\nx\n';
  const broken = async (name: string, content?: string) => {
    const file = join(lib, name);
    renameSync(file, `${file}.kept`);
    if (content !== undefined) writeFileSync(file, content);
    expect(await give(letter), name).toEqual({ status: 75, ...SILENT });
    renameSync(`${file}.kept`, file);
  };
  const addon = readdirSync(lib).find((name) => name.endsWith('.node')) ?? '';
  await broken(addon);
  await broken('postal-mime.js', 'throw 1;');
  const env = { ...process.env, NODE_OPTIONS: '--max-old-space-size=6 --max-semi-space-size=1' };
  expect(
    spawnSync(join(root, 'bin/jmb'), ['reply'], { env, input: Buffer.alloc(9_000_000, 'a\n'), encoding: 'utf8' }),
  ).toMatchObject({ status: 75, ...SILENT });
  const local = join(root, 'etc/jmb_local.cf');
  mkdirSync(local);
  expect(await give(letter)).toEqual({ status: 75, ...SILENT });
  rmSync(local, { recursive: true });
  expect(await give(letter)).toEqual({ status: 0, ...SILENT });
});
