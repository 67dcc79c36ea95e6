import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MailServer, openMailServer } from '../../lib/mail/smtp.ts';
import { useZone } from '../../lib/text/zones.ts';
import { meeting, owner } from '../calendar/samples.ts';
import { type Smtp, smtpSettings, startSmtp } from '../support/smtp.ts';
import { compose, eventOf } from './samples.ts';

let smtp: Smtp;
let server: MailServer;
beforeAll(async () => {
  useZone('Europe/Paris');
  smtp = await startSmtp();
  server = openMailServer(smtpSettings(smtp.url));
});
afterAll(async () => {
  server.close();
  await smtp.stop();
});

/** Sends the guest's mail through a real server and reads it with another's parser. */
async function arrived(subject: string, name: string, service = 'Visio', language: 'fr' | 'en' = 'fr') {
  smtp.mails.length = 0;
  const event = eventOf('new', { meeting: { ...meeting, subject }, owner: { email: owner.email, name } });
  const mail = compose(event, { JMB_NAME: service, JMB_LANG: language })[2];
  expect(await server.send(mail.parts, mail.messageId, AbortSignal.timeout(5000))).toEqual({ state: 'sent' });
  const raw = smtp.mails[0]?.raw ?? '';
  return { mail, raw, head: raw.slice(0, raw.indexOf('\r\n\r\n')), parsed: await smtp.mails[0]?.parse() };
}

const NASTY = [
  'plain',
  'Soutenance d’Élodie',
  '"quoted" and \'single\' and \\ backslash',
  'emoji 🎓👩‍👩‍👧 '.repeat(12).trim(),
  'comma, semicolon; <angle@example.org> (round)',
  'line\r\nBcc: victim@example.org\r\n\r\nbody',
  'fold\n continued\ttab',
  'null\u0000escape\u001b[2J separator\u2028end',
  '=?utf-8?Q?fake?=',
  '=?utf-8?q?a=0D=0ABcc:_victim@example.org?=',
  `=?utf-8?b?${Buffer.from('\u202e\r\nBcc: x@y.org').toString('base64')}?= ${'=?iso-8859-1?q?=0A?= '.repeat(20).trim()}`,
  'turned \u202eround\u202c and \u2067about\u2069',
  'x'.repeat(400),
  'é'.repeat(300),
];

describe.each(NASTY)('with %j', (nasty) => {
  const clean = nasty
    .replace(/[\p{Cc}\u2028]+/gu, ' ')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();

  it.each(['fr', 'en'] as const)('as the subject, no header breaks (%s)', async (language) => {
    const { parsed, head, mail } = await arrived(nasty, 'Alice', 'Visio', language);
    expect(parsed?.subject).toBe(mail.parts.subject);
    expect(parsed?.subject).toContain(clean);
    expect(parsed?.subject).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    expect(head).not.toMatch(/^Bcc:/im);
    expect(parsed?.text).toContain(clean);
    for (const line of head.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(998);
    expect(head).toMatch(/^[\u0020-\u007e\t\r\n]*$/);
  });

  it('as a name, no header breaks', async () => {
    const { parsed, head } = await arrived('Subject', nasty, nasty);
    const plain = clean.replaceAll('=?', '= ?');
    expect(parsed?.from?.value).toEqual([{ name: `${plain} (${plain})`, address: 'noreply@example.org' }]);
    expect(parsed?.replyTo?.value).toEqual([{ name: plain, address: owner.email }]);
    expect(head).not.toMatch(/^Bcc:/im);
    expect(smtp.mails[0]?.to).toHaveLength(1);
  });
});

describe('the mail on the wire', () => {
  it('is an alternative of text, HTML and an invitation, which also hangs on it as a file', async () => {
    const { raw, parsed, mail } = await arrived('Réunion', 'Alice');
    expect(raw).toMatch(/Content-Type: multipart\/alternative/);
    expect(raw).toMatch(/Content-Type: text\/calendar; charset=utf-8;\s+method=REQUEST/);
    expect(parsed?.messageId).toBe(mail.messageId);
    expect(parsed?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(parsed?.date).toBeInstanceOf(Date);
    const calendars = parsed?.attachments.map((part) => part.content.toString());
    expect(calendars).toContain(mail.parts.calendar?.body);
  });

  it('is the same Message-ID when it is sent again', async () => {
    const first = await arrived('Réunion', 'Alice');
    const second = await arrived('Réunion', 'Alice');
    expect(second.parsed?.messageId).toBe(first.parsed?.messageId);
  });
});
