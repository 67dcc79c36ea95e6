/** One id leads through the log: from the request that booked, over its mails, to the answer and to what came back, whichever process wrote the line. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { door } from '../../cgi-bin/booking.ts';
import { takeMail } from '../../lib/booking/incoming.ts';
import { Environment } from '../../lib/context.ts';
import { answer } from '../../lib/http/answer.ts';
import { newRequestId } from '../../lib/log.ts';
import { sendWaiting } from '../../lib/mail/sender.ts';
import { mailsIn } from '../../lib/store/outbox.ts';
import { formToken } from '../../lib/store/secrets.ts';
import { invitationIn } from '../support/invitation.ts';
import { writeAnswer } from '../support/mail_programs.ts';
import { reply, type Smtp, startSmtp } from '../support/smtp.ts';

const BOB = 'bob@example.org';
const WRONG = 'wrong@example.org';
const NOW = Math.floor(Date.now() / 1000);

let smtp: Smtp;
const root = mkdtempSync(join(tmpdir(), 'jmb-traced-'));
const around = new Environment(root, 'booking', {});

beforeAll(async () => {
  smtp = await startSmtp();
  mkdirSync(join(root, 'etc'));
  const settings = { JMB_LOG: `${root}/log`, JMB_DB: `${root}/jmb.db`, JMB_SMTP_URL: smtp.url };
  const others = { JMB_SERVER_NAME: 'meet.example.org', JMB_MAIL_REPLY: 'visio+{id}@univ.example' };
  const lines = Object.entries({ ...settings, ...others }).map(([name, value]) => `${name}="${value}"\n`);
  writeFileSync(join(root, 'etc/jmb_local.cf'), lines.join(''));
});
afterAll(async () => {
  around.close();
  await smtp.stop();
  rmSync(root, { recursive: true });
});

const events = (req: string) =>
  readFileSync(join(root, 'log'), 'utf8')
    .split('\n')
    .filter((line) => line.endsWith(` req=${req}`))
    .map((line) => / jmb\[\w+\] (\S+)/.exec(line)?.[1]);

async function book(): Promise<void> {
  const form = {
    conf_token: formToken(around.store, 'alice', NOW),
    ...{ conf_date: new Date((NOW + 86_400) * 1000).toISOString().slice(0, 10), conf_time: '10:00' },
    ...{ conf_duration: '60', conf_object: 'Jury', conf_guests: `${BOB} ${WRONG}` },
  };
  const body = Buffer.from(new URLSearchParams(form).toString());
  const posted = { CONTENT_LENGTH: String(body.length), CONTENT_TYPE: 'application/x-www-form-urlencoded' };
  const person = { REMOTE_USER: 'alice', AUTHENTICATE_MAIL: 'alice@example.org', SCRIPT_NAME: '/booking.cgi' };
  const told = await answer(
    { method: 'POST', query: 'register_new', body, env: { ...posted, ...person } },
    door,
    around,
  );
  expect(told.status).toBe(303);
}

it('from a booking over a mail that waited to its answer, its owner’s news, and its return', async () => {
  // The server is away for now: cron sends.
  smtp.fault = () => reply(421, 'later');
  await book();
  const waiting = mailsIn(around.store, 'waiting', 10);
  const req = waiting[0]?.request ?? '';
  expect(req).toMatch(/^[0-9a-z]{8}$/);
  expect(waiting.map(({ request }) => request)).toEqual([req, req, req]);
  expect(events(req)).toEqual(expect.arrayContaining(['booked', 'told']));

  smtp.fault = () => undefined;
  const cron = around.contextIn('fr');
  // By then the page has let go of them, however slow the machine is.
  await sendWaiting(cron, { deadlineMs: 20_000, now: NOW + 1_800 });
  expect(events(req).filter((name) => name === 'mail-sent')).toHaveLength(3);

  const mailTo = async (to: string) => {
    const found = smtp.mails.find((mail) => mail.accepted && mail.to.includes(to));
    if (found === undefined) throw new Error(`no mail to ${to}`);
    return found.parse();
  };
  const invited = invitationIn(await mailTo(BOB));
  if (invited === null) throw new Error('no invitation');
  const said = { partstat: 'DECLINED', comment: 'Malade', at: NOW, id: 'a1' } as const;
  const answered = writeAnswer('gmail', invited, said);
  const reading = around.contextIn('fr');
  expect(await takeMail(reading, { raw: Buffer.from(answered.raw), recipients: [answered.to] })).toBe('done');
  expect(events(req)).toEqual(expect.arrayContaining(['answered', 'reply']));
  // The mail that tells the owner of it goes by the same id.
  expect(mailsIn(around.store, 'waiting', 10)).toMatchObject([{ kind: 'answers', request: req }]);

  const wrong = await mailTo(WRONG);
  const reportTo = invitationIn(wrong)?.organiser.address ?? '';
  const report = `From: MAILER-DAEMON@mx.univ.example\nTo: ${reportTo}\nSubject: Undelivered\nMIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n--b\nContent-Type: text/plain\n\nNo.\n--b
Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.univ.example\n\nFinal-Recipient: rfc822; ${WRONG}
Action: failed\nStatus: 5.1.1\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: ${wrong.messageId}\n\n--b--\n`;
  const other = around.contextIn('fr');
  expect(await takeMail(other, { raw: Buffer.from(report), sender: '', recipients: [reportTo] })).toBe('done');
  expect(events(req)).toContain('mail-returned');

  // Another request has another id.
  around.contextIn('fr').log.event('other', {});
  expect(events(req)).not.toContain('other');
  expect(new Set(Array.from({ length: 10_000 }, newRequestId)).size).toBe(10_000);
});
