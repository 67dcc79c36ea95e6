/** What mail servers send back, in the shapes of each: what is read of it, and what is left alone. */
import { describe, expect, it } from 'vitest';
import { type Bounce, readBounce } from '../../lib/mail/bounce.ts';
import { readMail } from '../../lib/mail/incoming.ts';

const ID = '<1.new.1.a.b@meet.example.org>';

async function read(...lines: string[]): Promise<Bounce | null> {
  const mail = await readMail({ raw: Buffer.from(lines.join('\n')), sender: '', recipients: ['visio+x@univ.example'] });
  if (mail === null) throw new Error('no message');
  return readBounce(mail);
}

/** A report by RFC 3464: the letter, the fields, and what came back under a type. */
function report(fields: string[], back = 'message/rfc822', letter = 'See below.'): string[] {
  return [
    'From: MAILER-DAEMON@mx.univ.example (Mail Delivery System)',
    'To: visio+x@univ.example',
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    letter,
    '--b',
    'Content-Type: message/delivery-status',
    '',
    ...fields,
    '',
    '--b',
    `Content-Type: ${back}`,
    '',
    `Message-ID: ${ID}`,
    'Subject: Invitation',
    '',
    '--b--',
    '',
  ];
}

const POSTFIX = [
  'Reporting-MTA: dns; mx.univ.example',
  'X-Postfix-Queue-ID: 4B1',
  '',
  'Final-Recipient: rfc822; bob@ailleurs.test',
  'Original-Recipient: rfc822;bob@ailleurs.test',
  'Action: failed',
  'Status: 5.1.1',
  'Remote-MTA: dns; mx.ailleurs.test',
  'Diagnostic-Code: smtp; 550 5.1.1 <bob@ailleurs.test>: Recipient address',
  '    rejected: User unknown',
];

describe('a report', () => {
  it('of Postfix tells who, why and which mail', async () => {
    expect(await read(...report(POSTFIX))).toEqual({
      reason:
        'bob@ailleurs.test: 550 5.1.1 <bob@ailleurs.test>: Recipient address rejected: User unknown (mx.ailleurs.test)',
      messageId: ID,
    });
  });

  it('of Exim gives the head alone, of Sendmail the old way', async () => {
    const exim = [
      'Reporting-MTA: dns; exim.test',
      '',
      'Action: failed',
      'Final-Recipient: rfc822;bob@b.test',
      'Status: 5.0.0',
    ];
    expect(await read(...report(exim, 'text/rfc822-headers'))).toEqual({
      reason: 'bob@b.test: 5.0.0 (exim.test)',
      messageId: ID,
    });
    const sendmail = [
      'Reporting-MTA: dns; s.test',
      'Received-From-MTA: DNS; localhost',
      'Arrival-Date: Thu, 26 Nov 2026 10:00:00 +0100',
      '',
      'Final-Recipient: RFC822; bob@b.test',
      'Action: failed',
      'Status: 5.7.1',
      'Diagnostic-Code: SMTP; 554 5.7.1 Relay denied',
      'Last-Attempt-Date: Thu, 26 Nov 2026 10:00:01 +0100',
    ];
    expect((await read(...report(sendmail)))?.reason).toBe('bob@b.test: 554 5.7.1 Relay denied (s.test)');
  });

  it('of Exchange and of Gmail reads alike, whatever its line ends', async () => {
    const exchange = [
      'Reporting-MTA: dns;EX01.corp.test',
      '',
      'Final-recipient: RFC822;bob@corp.test',
      'Action: failed',
      'Status: 5.2.2',
      'Diagnostic-code: smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException',
    ];
    expect((await read(...report(exchange.map((line) => `${line}\r`))))?.reason).toBe(
      'bob@corp.test: 554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException (EX01.corp.test)',
    );
    const gmail = [
      'Reporting-MTA: dns; googlemail.com',
      'Arrival-Date: Thu, 26 Nov 2026 01:00:00 -0800 (PST)',
      'X-Original-Message-ID: <x>',
      '',
      'Final-Recipient: rfc822; bob@gmail.test',
      'Action: failed',
      'Status: 5.1.1',
      'Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.',
      'Last-Attempt-Date: Thu, 26 Nov 2026 01:00:01 -0800 (PST)',
    ];
    expect((await read(...report(gmail)))?.reason).toMatch(/^bob@gmail\.test: 550-5\.1\.1 The email account/);
  });

  it.each(['delayed', 'delivered', 'relayed', 'expanded', ''])('of what is %s is none', async (action) => {
    const fields = POSTFIX.map((line) => line.replace('Action: failed', `Action: ${action}`));
    expect(await read(...report(fields, 'message/rfc822', 'could not be delivered: permanent failure'))).toBeNull();
  });

  it('of several tells of one that failed', async () => {
    const fields = [
      'Reporting-MTA: dns; m.test',
      '',
      'Final-Recipient: rfc822; a@list.test',
      'Action: delivered',
      'Status: 2.0.0',
      '',
      'Final-Recipient: rfc822; b@list.test',
      'Action: failed (no such user)',
      'Status: 5.1.1',
    ];
    expect((await read(...report(fields)))?.reason).toBe('b@list.test: 5.1.1 (m.test)');
  });

  it('stays short, whatever it holds', async () => {
    const long = POSTFIX.map((line) =>
      line.startsWith('Diagnostic') ? `Diagnostic-Code: smtp; ${'x'.repeat(50_000)}` : line,
    );
    expect((await read(...report(long)))?.reason).toHaveLength(300);
    expect(await read(...report(Array.from({ length: 2_000 }, () => 'Action: delayed\n')))).toBeNull();
  });
});

/** A letter without a report. */
function letter(from: string, subject: string, ...text: string[]): string[] {
  return [`From: ${from}`, 'To: visio+x@univ.example', `Subject: ${subject}`, '', ...text, ''];
}

describe('a plain letter', () => {
  it('of qmail', async () => {
    expect(
      await read(
        ...letter(
          'MAILER-DAEMON@q.test',
          'failure notice',
          'Hi. This is the qmail-send program at q.test.',
          "I'm afraid I wasn't able to deliver your message to the following addresses.",
          "This is a permanent error; I've given up. Sorry it didn't work out.",
          '',
          '<bob@b.test>:',
          '192.0.2.1 does not like recipient.',
          'Remote host said: 550 No such user here',
          'Giving up on 192.0.2.1.',
          '',
          '--- Below this line is a copy of the message.',
          '',
          `Message-ID: ${ID}`,
          'Subject: warning: delayed',
        ),
      ),
    ).toEqual({ reason: 'bob@b.test: Remote host said: 550 No such user here', messageId: ID });
  });

  it('of Exim, with its field', async () => {
    expect(
      await read(
        'X-Failed-Recipients: bob@b.test',
        ...letter(
          'Mail Delivery System <Mailer-Daemon@e.test>',
          'Mail delivery failed: returning message to sender',
          'This message was created automatically by mail delivery software.',
          '',
          'A message that you sent could not be delivered to one or more of its',
          'recipients. This is a permanent error. The following address(es) failed:',
          '',
          '  bob@b.test',
          '    Unrouteable address',
          '',
          '------ This is a copy of the message, including all the headers. ------',
          '',
          `Message-ID: ${ID}`,
        ),
      ),
    ).toEqual({ reason: 'bob@b.test: Unrouteable address', messageId: ID });
  });

  it('of Sendmail', async () => {
    const read1 = await read(
      ...letter(
        'Mail Delivery Subsystem <MAILER-DAEMON@s.test>',
        'Returned mail: User unknown',
        '   ----- The following addresses had permanent fatal errors -----',
        '<bob@b.test>',
        '',
        '   ----- Transcript of session follows -----',
        '... while talking to mx.b.test.:',
        '>>> RCPT To:<bob@b.test>',
        '<<< 550 5.1.1 <bob@b.test>... User unknown',
      ),
    );
    expect(read1?.reason).toMatch(/^bob@b\.test: .*550 5\.1\.1 <bob@b\.test>\.\.\. User unknown$/);
  });

  it('of a delay is none, and so is what a person or an absent one writes', async () => {
    const delay = letter(
      'Mail Delivery System <Mailer-Daemon@e.test>',
      'Warning: message 1ABC delayed 24 hours',
      'A message that you sent has not yet been delivered to one or more of its recipients',
      'No action is required on your part. Delivery attempts will continue',
    );
    expect(await read('X-Failed-Recipients: bob@b.test', ...delay)).toBeNull();
    expect(await read(...letter('bob@b.test', 'Re: Invitation', 'The link failed: 550 undeliverable.'))).toBeNull();
    expect(await read(...letter('postmaster@b.test', 'Hello', 'How are you?'))).toBeNull();
    expect(
      await read('Auto-Submitted: auto-replied', ...letter('bob@b.test', 'Out of office', 'I am away.')),
    ).toBeNull();
  });
});
