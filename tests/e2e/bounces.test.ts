/** Mails that come back: by a real Postfix whose next server refuses them, out of a real Dovecot, to the page and the organiser. */

import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jmbCommand } from '../support/command.ts';
import { type Dovecot, startDovecot } from '../support/dovecot.ts';
import { book } from '../support/forms.ts';
import { type Postfix, startPostfix } from '../support/postfix.ts';
import { reply, type Smtp, startSmtp } from '../support/smtp.ts';
import { type Stage, stage } from '../support/stage.ts';

const isRoot = process.getuid?.() === 0;
let jmb: Stage;
let next: Smtp;
let postfix: Postfix;
let dovecot: Dovecot;
beforeAll(async () => {
  if (!isRoot) return;
  next = await startSmtp();
  postfix = await startPostfix({ next: next.port });
  dovecot = await startDovecot();
  jmb = await stage({
    settings: {
      JMB_SMTP_URL: postfix.url,
      JMB_LANG: 'en',
      JMB_MAIL_BOUNCE: 'back+{id}@univ.example',
      JMB_MAIL_INBOX: dovecot.url,
    },
  });
});
afterAll(async () => {
  await jmb?.stop();
  await dovecot?.stop();
  await postfix?.stop();
  await next?.stop();
});

test.runIf(isRoot)(
  'the follow-up, jmb outbox and one mail to the organiser tell who was refused, and why',
  async () => {
    next.fault = ({ at, to }) =>
      at === 'rcpt' && to?.endsWith('@gone.test') ? reply(550, `5.1.1 <${to}>: no such user`) : undefined;
    expect((await book(jmb, 'alice', { guests: 'one@gone.test two@gone.test here@ailleurs.test' })).status).toBe(303);
    const reports = () => next.mails.filter(({ from }) => from === '');
    await expect.poll(() => reports().length).toBe(2);
    for (const { raw, to } of reports()) {
      expect(to[0]).toMatch(/^back\+[0-9a-z]{13,25}@univ\.example$/);
      // The envelope as a mail server writes it into a mailbox.
      dovecot.deliver(`Return-Path: <>\nDelivered-To: ${to[0]}\n${raw}`);
    }
    expect((await jmbCommand(jmb, 'remind')).stdout).toContain('inbox: 2 taken, 0 left');

    const outbox = (await jmbCommand(jmb, 'outbox')).stdout;
    expect(outbox).toMatch(/one@gone\.test {2}refused .*one@gone\.test: 550 5\.1\.1 <one@gone\.test>: no such user/);
    expect(outbox).toContain('two@gone.test');
    expect(outbox).not.toContain('here@ailleurs.test');
    const database = new Database(jmb.db);
    const id = database.prepare('SELECT CAST(meeting_id AS TEXT) FROM meetings').pluck().get();
    const page = await (await jmb.ask(`/booking.cgi?attendees&id=${id}`, { as: 'alice' })).text();
    expect(page).toMatch(/<strong>one@gone\.test<\/strong>[^\n]*no such user/);

    // The organiser is told once no more of them have come for two minutes, once.
    const told = () => next.mails.filter(({ raw }) => /^Message-ID:\s+<\d+\.returned\./im.test(raw));
    await jmbCommand(jmb, 'remind');
    expect(told()).toHaveLength(0);
    database.exec(`UPDATE outbox SET outbox_finished = outbox_finished - 130 WHERE outbox_state = 'refused'`);
    database.close();
    for (let runs = 0; runs < 3; runs += 1) await jmbCommand(jmb, 'remind');
    await expect.poll(() => told().length).toBe(1);
    const [mail] = told();
    expect(mail?.to).toEqual(['alice.martin@example.org']);
    const letter = await mail?.parse();
    for (const part of [letter?.text, String(letter?.html)]) {
      expect(part).toContain('one@gone.test (one@gone.test: 550 5.1.1');
      expect(part).toContain('two@gone.test');
    }
    expect(letter?.text).toContain(`${jmb.url}/booking.cgi?attendees&id=${id}`);

    // Given again it changes nothing; what was sent is not sent again.
    for (const { raw, to } of reports()) dovecot.deliver(`Return-Path: <>\nDelivered-To: ${to[0]}\n${raw}`);
    expect((await jmbCommand(jmb, 'remind')).stdout).toContain('inbox: 2 taken, 0 left');
    expect((await jmbCommand(jmb, 'outbox', '--retry', 'all')).stdout).toContain('0 mails go out');
    await jmbCommand(jmb, 'remind');
    expect(told()).toHaveLength(1);
  },
);
