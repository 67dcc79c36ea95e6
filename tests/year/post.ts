/** The mail of the simulated year: what came is written down, and what a mail server further on sends back is a report by RFC 3464. */
import { type ParsedMail, simpleParser } from 'mailparser';
import { invitationIn } from '../support/invitation.ts';
import type { ReceivedMail } from '../support/smtp.ts';
import type { Diary, Got } from './diary.ts';

/** A report that a mail came back. */
export interface Report {
  readonly raw: string;
  /** Where it goes: the envelope's sender of what came back. */
  readonly to: string;
}

/**
 * Writes down what has come since.
 * @param at simulated Unix seconds
 * @returns the reports that come of it: addresses that begin with `gone` have no mailbox any more
 */
export async function readMails(diary: Diary, received: readonly ReceivedMail[], at: number): Promise<Report[]> {
  const reports: Report[] = [];
  for (const one of received) {
    const mail = await simpleParser(one.raw);
    for (const to of one.to) {
      if (!one.accepted) {
        diary.delayed.push({ to: to.toLowerCase(), messageId: mail.messageId ?? '' });
        continue;
      }
      diary.mails.push(gotBy(to.toLowerCase(), mail, at));
      if (to.startsWith('gone')) reports.push({ raw: reportOf(one, to, at), to: one.from });
    }
  }
  return reports;
}

function gotBy(to: string, mail: ParsedMail, at: number): Got {
  const part = mail.attachments.find(({ contentType }) => contentType === 'text/calendar');
  const calendar = (part?.content.toString('utf8') ?? '').replace(/\r\n[ \t]/g, '');
  const value = (name: string): string => new RegExp(`^${name}[:;](.*)$`, 'm').exec(calendar)?.[1]?.trim() ?? '';
  const invitation = invitationIn(mail);
  return {
    ...{ to, at, invitation, messageId: mail.messageId ?? '', subject: mail.subject ?? '' },
    text: part === undefined ? (mail.text ?? '') : '',
    method: value('METHOD'),
    uid: value('UID'),
    sequence: Number(value('SEQUENCE')),
    begin: invitation?.begin ?? 0,
    hash: /join\.cgi\?(?:\w+&(?:amp;)?)?id=(\w+)/.exec(mail.text ?? '')?.[1] ?? '',
  };
}

/** As Postfix writes it. */
function reportOf({ from, raw }: ReceivedMail, to: string, at: number): string {
  const date = new Date(at * 1000).toUTCString().replace('GMT', '+0000');
  const head = raw.split('\r\n\r\n')[0] ?? '';
  return [
    'Return-Path: <>',
    `Date: ${date}`,
    'From: MAILER-DAEMON@mx.ailleurs.test (Mail Delivery System)',
    'Subject: Undelivered Mail Returned to Sender',
    `To: ${from}`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="year"',
    `Message-Id: <${at.toFixed(3)}.${to}>`,
    '',
    'This is a MIME-encapsulated message.',
    '',
    '--year',
    'Content-Description: Notification',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'This is the mail system at host mx.ailleurs.test.',
    '',
    "I'm sorry to have to inform you that your message could not",
    "be delivered to one or more recipients. It's attached below.",
    '',
    `<${to}>: host mailbox.ailleurs.test[192.0.2.7] said: 550 5.1.1 <${to}>: no such user`,
    '    (in reply to RCPT TO command)',
    '',
    '--year',
    'Content-Description: Delivery report',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.ailleurs.test',
    `Arrival-Date: ${date}`,
    '',
    `Final-Recipient: rfc822; ${to}`,
    `Original-Recipient: rfc822;${to}`,
    'Action: failed',
    'Status: 5.1.1',
    'Remote-MTA: dns; mailbox.ailleurs.test',
    `Diagnostic-Code: smtp; 550 5.1.1 <${to}>: no such user`,
    '',
    '--year',
    'Content-Description: Undelivered Message Headers',
    'Content-Type: text/rfc822-headers',
    '',
    head,
    '',
    '--year--',
    '',
  ].join('\r\n');
}
