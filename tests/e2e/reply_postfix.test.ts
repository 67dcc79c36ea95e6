/** A real Postfix gives messages to `jmb reply`, by an alias, as the user of the web server. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replyAddressOf } from '../../lib/mail/reply_address.ts';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { attendeesOf } from '../../lib/store/meetings.ts';
import { claim, enqueue, markSent, outboxOf } from '../../lib/store/outbox.ts';
import { openStore } from '../../lib/store/store.ts';
import { mail } from '../store/mails.ts';
import { writeAnswer } from '../support/mail_programs.ts';
import { type Postfix, startPostfix } from '../support/postfix.ts';
import { makeTree } from '../support/tree.ts';
import { giveToWebUser } from '../support/web_user.ts';

const REPLY = 'visio+{id}@univ.example';
const BOB = 'bob@x.example';

let root: string;
let postfix: Postfix;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'jmb-pipe-'));
  chmodSync(root, 0o755);
  makeTree(root, {
    settings: {
      JMB_DATA: join(root, 'data'),
      JMB_LOG: join(root, 'log/jmb.log'),
      JMB_MAIL_REPLY: REPLY,
      JMB_SERVER_NAME: 'visio.example',
    },
    modules: {},
  });
  postfix = await startPostfix({ pipe: `${join(root, 'bin/jmb')} reply` });
});
afterAll(async () => {
  await postfix?.stop();
  rmSync(root, { recursive: true, force: true });
});

/** The states of the deliveries that Postfix logged, once there are so many. */
async function deliveries(count: number): Promise<string[]> {
  for (let tries = 0; ; tries += 1) {
    const states = [...postfix.log().matchAll(/local\[\d+\]:.* status=(\w+)/g)].map(([, state = '']) => state);
    if (states.length >= count || tries > 200) return states;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('replies are taken, other mail is swallowed, nothing bounces; while the database is locked it waits', async () => {
  const store = openStore(join(root, 'data/jmb.db'));
  const now = Math.floor(Date.now() / 1000);
  const begin = now + 86_400;
  const facts = { subject: 'Conseil', begin, duration: 3600, moderators: [], guests: [BOB], language: 'fr' } as const;
  const clock = { now: () => now, nanoseconds: () => 10n ** 18n + 1n };
  const { meeting, attendees } = insertMeeting(store, clock, 'alice@x.example', facts);
  for (const suffix of ['', '-wal', '-shm']) giveToWebUser(join(root, `data/jmb.db${suffix}`));
  const bob = attendees.find(({ email }) => email === BOB);
  if (bob === undefined) throw new Error('bob is not invited');
  const answerOf = () => attendeesOf(store, meeting.id).find(({ email }) => email === BOB)?.answer;
  const invitation = {
    ...{ uid: `${meeting.id}@visio.example`, sequence: 0, begin, end: begin + 3600, summary: 'Conseil' },
    ...{ location: '', asked: true, attendee: { name: '', address: BOB } },
    organiser: { name: '', address: replyAddressOf(REPLY, meeting, bob) },
  };
  const transport = createTransport({ host: '127.0.0.1', port: postfix.port, ignoreTLS: true });
  const to = invitation.organiser.address;
  const send = (raw: string | Buffer, from = BOB) => transport.sendMail({ envelope: { from, to }, raw });
  const said = (partstat: 'ACCEPTED' | 'DECLINED', at: number) =>
    writeAnswer('outlook', invitation, { partstat, comment: '', at, id: `m${at}` }).raw;

  await send(said('ACCEPTED', now));
  expect(await deliveries(1)).toEqual(['sent']);
  expect(answerOf()).toBe('accepted');
  await send('From: bob@x.example\r\nAuto-Submitted: auto-replied\r\nSubject: away\r\n\r\nAway.\r\n');
  await send('\r\n\0junk\r\n', '');
  const big = `From: bob@x.example\r\nSubject: big\r\nContent-Type: application/pdf\r\n\r\n${`${'a'.repeat(76)}\r\n`.repeat(128_000)}`;
  await send(big);
  expect(await deliveries(4)).toEqual(['sent', 'sent', 'sent', 'sent']);
  expect(answerOf()).toBe('accepted');

  store.database.exec('BEGIN EXCLUSIVE');
  await send(said('DECLINED', now + 1));
  expect((await deliveries(5))[4]).toBe('deferred');
  store.database.exec('ROLLBACK');
  postfix.flush();
  expect((await deliveries(6)).slice(5)).toEqual(['sent']);
  expect(answerOf()).toBe('declined');
  expect(postfix.log()).not.toContain('status=bounced');

  // What Postfix itself sends back comes to the envelope's sender, and by the same pipe.
  enqueue(store, [mail(meeting.id, BOB)], now);
  const claimed = claim(store, { by: 'test', now, leaseSeconds: 60, limit: 9 });
  const sent = claimed.find(({ recipient }) => recipient === BOB);
  if (sent === undefined) throw new Error('no mail waits');
  markSent(store, sent.id, now);
  const raw = `From: noreply@univ.example\r\nTo: ${BOB}\r\nMessage-ID: ${sent.messageId}\r\nSubject: x\r\n\r\nx\r\n`;
  await transport.sendMail({ envelope: { from: to, to: 'unknown.user@univ.example' }, raw });
  expect((await deliveries(8)).slice(6).sort()).toEqual(['bounced', 'sent']);
  const back = outboxOf(store, meeting.id).find(({ recipient }) => recipient === BOB);
  expect(back?.state).toBe('refused');
  expect(back?.reason).toMatch(/^unknown\.user@univ\.example: .*unknown user/);
  store.close();
});
