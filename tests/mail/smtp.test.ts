import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { MailParts } from '../../lib/mail/compose.ts';
import { openMailServer, whyNotReady } from '../../lib/mail/smtp.ts';
import { meaningOf, type Outcome } from '../../lib/mail/smtp_failures.ts';
import { freePort } from '../support/port.ts';
import { reply, type Smtp, type SmtpOptions, smtpSettings, startSmtp } from '../support/smtp.ts';

const parts: MailParts = {
  from: { name: 'Visio "Example", réunions', address: 'noreply@example.org' },
  replyTo: { name: 'Alice', address: 'alice@example.org' },
  to: { name: '', address: 'bob@example.net' },
  subject: 'Réunion',
  text: 'Bonjour\n',
  html: '<p>Bonjour</p>',
  calendar: { method: 'REQUEST', body: 'BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nX-É:é\r\nEND:VCALENDAR\r\n' },
  headers: { 'Auto-Submitted': 'auto-generated' },
};

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function server(options: SmtpOptions = {}): Promise<Smtp> {
  const smtp = await startSmtp(options);
  undo.push(() => smtp.stop());
  return smtp;
}

/** Sends one mail and closes. */
async function send(url: string, milliseconds = 5000, mail = parts): Promise<Outcome> {
  const way = openMailServer(smtpSettings(url));
  try {
    return await way.send(mail, '<one@example.org>', AbortSignal.timeout(milliseconds));
  } finally {
    way.close();
  }
}

describe('a mail', () => {
  it('arrives as it was written', async () => {
    const smtp = await server();
    expect(await send(smtp.url)).toEqual({ state: 'sent' });
    const [mail] = smtp.mails;
    expect(mail?.from).toBe('noreply@example.org');
    expect(mail?.to).toEqual(['bob@example.net']);
    const parsed = await mail?.parse();
    expect(parsed?.from?.value).toEqual([{ name: 'Visio "Example", réunions', address: 'noreply@example.org' }]);
    expect(parsed?.replyTo?.value).toEqual([{ name: 'Alice', address: 'alice@example.org' }]);
    expect(parsed?.messageId).toBe('<one@example.org>');
    expect(parsed?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(parsed?.text?.trim()).toBe('Bonjour');
    expect(parsed?.html).toContain('<p>Bonjour</p>');
    expect(mail?.raw).toMatch(/Content-Type: text\/calendar; charset=utf-8;\s+method=REQUEST/);
    const calendars = parsed?.attachments.filter((part) => part.contentType.includes('/')) ?? [];
    expect(calendars.map((part) => part.content.toString())).toContain(parts.calendar?.body);
  });

  it('reuses the connection for the next', async () => {
    const smtp = await server();
    const way = openMailServer(smtpSettings(smtp.url));
    undo.push(() => way.close());
    for (const id of ['<1@x>', '<2@x>', '<3@x>']) {
      expect(await way.send(parts, id, AbortSignal.timeout(5000))).toEqual({ state: 'sent' });
    }
    expect(smtp.mails).toHaveLength(3);
    expect(smtp.connections).toBe(1);
  });

  it('does not suffer from the refusal of another', async () => {
    const smtp = await server();
    smtp.fault = ({ at, to }) => (at === 'rcpt' && to === 'bob@example.net' ? reply(550, 'no such user') : undefined);
    const way = openMailServer(smtpSettings(smtp.url));
    undo.push(() => way.close());
    expect((await way.send(parts, '<1@x>', AbortSignal.timeout(5000))).state).toBe('refused');
    const other = { ...parts, to: { name: '', address: 'carol@example.net' } };
    expect(await way.send(other, '<2@x>', AbortSignal.timeout(5000))).toEqual({ state: 'sent' });
  });

  it('that cannot be written is refused, without a word to the server', async () => {
    const smtp = await server();
    const outcome = await send(smtp.url, 5000, { ...parts, to: { name: '', address: 'no address' } });
    expect(outcome.state).toBe('refused');
    expect(smtp.mails).toEqual([]);
  });
});

describe('what the server answers', () => {
  it.each([
    ['rcpt', 550],
    ['rcpt', 554],
    ['data', 552],
  ] as const)('a permanent no at %s (%i) is kept in its own words', async (at, code) => {
    const smtp = await server();
    smtp.fault = (moment) => (moment.at === at ? reply(code, '5.1.1 Utilisateur\tinconnu') : undefined);
    expect(await send(smtp.url)).toEqual({ state: 'refused', reason: `${code} 5.1.1 Utilisateur inconnu` });
  });

  it.each([
    ['mail', 451],
    ['rcpt', 450],
    ['data', 452],
  ] as const)('a passing no at %s (%i) is for this mail only', async (at, code) => {
    const smtp = await server();
    smtp.fault = (moment) => (moment.at === at ? reply(code, '4.2.0 greylisted') : undefined);
    const outcome = { state: 'postponed', reason: `${code} 4.2.0 greylisted`, obstacle: 'mail' };
    expect(await send(smtp.url)).toEqual(outcome);
  });

  it.each([
    ['connect', 421],
    ['connect', 554],
    ['mail', 530],
    ['mail', 550],
  ] as const)('a no to the session at %s (%i) is for all mails', async (at, code) => {
    const smtp = await server();
    smtp.fault = (moment) => (moment.at === at ? reply(code, 'go away') : undefined);
    const outcome = { state: 'postponed', reason: expect.stringContaining('go away'), obstacle: 'server' };
    expect(await send(smtp.url)).toMatchObject(outcome);
  });

  it.each(['mail', 'rcpt', 'data'] as const)(
    'a connection that the server ends at %s is for this mail first',
    async (at) => {
      const smtp = await server();
      smtp.fault = (moment) => (moment.at === at ? reply(421, 'closing') : undefined);
      expect(await send(smtp.url)).toMatchObject({ state: 'postponed', obstacle: 'connection' });
    },
  );

  it('a server that has a mail whole is waited for, so that it does not come twice', async () => {
    const smtp = await server();
    smtp.delay = 1_500;
    const start = performance.now();
    expect(await send(smtp.url, 400)).toEqual({ state: 'sent' });
    expect(performance.now() - start).toBeGreaterThan(1_400);
  });

  it('a connection dropped in the middle says nothing about other mails', async () => {
    for (const at of ['mail', 'rcpt', 'data'] as const) {
      const smtp = await server();
      smtp.fault = (moment) => (moment.at === at ? 'drop' : undefined);
      expect(await send(smtp.url)).toMatchObject({ state: 'postponed', obstacle: 'connection' });
    }
  });

  it.each(['connect', 'mail', 'rcpt'] as const)('silence at %s ends in time', async (at) => {
    const smtp = await server();
    smtp.fault = (moment) => (moment.at === at ? 'hang' : undefined);
    const start = performance.now();
    expect(await send(smtp.url, 400)).toEqual({
      state: 'postponed',
      reason: 'no answer in time',
      obstacle: 'connection',
    });
    expect(performance.now() - start).toBeLessThan(900);
  });
});

describe('a server that is not there', () => {
  it('is unreachable: nobody listens', async () => {
    expect(await send(`smtp://127.0.0.1:${await freePort()}`)).toMatchObject({
      state: 'postponed',
      obstacle: 'server',
    });
  });

  it('is unreachable: no such host', async () => {
    expect(await send('smtp://no-such-host.invalid:25')).toMatchObject({ state: 'postponed', obstacle: 'server' });
  });

  it('is unreachable: it speaks another language', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    undo.push(() => other.close());
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    expect(await send(`smtp://127.0.0.1:${port}`)).toMatchObject({ state: 'postponed', obstacle: 'server' });
  });
});

describe('asking whether the server is ready', () => {
  it('says yes to a local Postfix with its own certificate, and sends nothing', async () => {
    const smtp = await server({ startTls: true });
    expect(await whyNotReady(smtpSettings(smtp.url), 2000)).toBeNull();
    expect(smtp.mails).toEqual([]);
  });

  it('says why not', async () => {
    expect(await whyNotReady(smtpSettings(`smtp://127.0.0.1:${await freePort()}`), 2000)).toBe('connection refused');
    const smtp = await server();
    smtp.fault = ({ at }) => (at === 'connect' ? reply(554, 'no service') : undefined);
    expect(await whyNotReady(smtpSettings(smtp.url), 2000)).toContain('no service');
    smtp.fault = ({ at }) => (at === 'connect' ? 'hang' : undefined);
    expect(await whyNotReady(smtpSettings(smtp.url), 200)).toMatch(/^no answer in time$/);
  });
});

describe('JMB_SMTP_URL', () => {
  it('goes without TLS where the server offers none', async () => {
    const smtp = await server();
    await send(smtp.url);
    expect(smtp.mails[0]?.secure).toBe(false);
  });

  it('does not stumble over STARTTLS with the certificate of a local Postfix', async () => {
    const smtp = await server({ startTls: true });
    for (const host of ['127.0.0.1', 'localhost']) {
      expect(await send(`smtp://${host}:${smtp.port}`)).toEqual({ state: 'sent' });
    }
    expect(smtp.mails.map((mail) => mail.secure)).toEqual([false, false]);
  });

  it('takes nodemailer’s options: STARTTLS, its certificate verified or not', async () => {
    const smtp = await server({ startTls: true });
    expect(await send(`${smtp.url}/?requireTLS=true`)).toEqual({ state: 'sent' });
    expect(smtp.mails[0]?.secure).toBe(true);
    const strict = `${smtp.url}/?requireTLS=true&tls.rejectUnauthorized=true`;
    expect(await send(strict)).toMatchObject({ state: 'postponed', obstacle: 'server' });
  });

  const accounts: SmtpOptions['onAuth'] = ({ username, password }, _session, done) =>
    username === 'jmb' && password === 'p@ss/word' ? done(null, { user: username }) : done(new Error('wrong password'));

  it('smtp://user:password@ encrypts before it signs in', async () => {
    const smtp = await server({ startTls: true, onAuth: accounts, allowInsecureAuth: false });
    const url = `smtp://jmb:${encodeURIComponent('p@ss/word')}@127.0.0.1:${smtp.port}`;
    expect(await send(url)).toEqual({ state: 'sent' });
    expect(smtp.mails[0]).toMatchObject({ secure: true, user: 'jmb' });
  });

  it('smtps://user:password@ signs in over TLS', async () => {
    const smtp = await server({ secure: true, onAuth: accounts });
    const at = `@127.0.0.1:${smtp.port}`;
    expect(await send(`smtps://jmb:${encodeURIComponent('p@ss/word')}${at}`)).toEqual({ state: 'sent' });
    expect(smtp.mails[0]).toMatchObject({ secure: true, user: 'jmb' });
    expect(await send(`smtps://jmb:wrong${at}`)).toMatchObject({ state: 'postponed', obstacle: 'server' });
  });

  it('JMB_SMTP_USER and JMB_SMTP_PASSWORD need no encoding, and stand above the address', async () => {
    const words = 'p@ss/w:d%41#é ?&"$`\\';
    const smtp = await server({
      secure: true,
      onAuth: ({ username, password }, _session, done) =>
        username === 'jmb@univ.example' && password === words ? done(null, { user: username }) : done(new Error('no')),
    });
    const own = { JMB_SMTP_USER: 'jmb@univ.example', JMB_SMTP_PASSWORD: words };
    expect(await whyNotReady(smtpSettings(smtp.url, own), 2000)).toBeNull();
    const other = smtp.url.replace('//', '//other:wrong@');
    expect(await whyNotReady(smtpSettings(other, own), 2000)).toBeNull();
    // Either may still stand in the address.
    const { JMB_SMTP_PASSWORD } = own;
    const named = smtp.url.replace('//', '//jmb%40univ.example@');
    expect(await whyNotReady(smtpSettings(named, { JMB_SMTP_PASSWORD }), 2000)).toBeNull();
    expect(await whyNotReady(smtpSettings(smtp.url), 2000)).toBeNull();
  });
});

describe('what a reason means', () => {
  it.each([
    ['421 4.3.2 Service not available, closing transmission channel', 'away'],
    ['421-4.7.0 Try again later', 'away'],
    ['452 4.3.1 Insufficient system storage', 'away'],
    ['452 Requested action not taken: insufficient system storage', 'away'],
    ['given up after 9 tries: 421 too busy', 'away'],
    ['535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6', 'password'],
    ['534 5.7.9 Application-specific password required', 'password'],
    ['452 4.2.2 The recipient’s inbox is out of storage space', 'full'],
    ['552 5.2.2 <bob@x.example>: mailbox full', 'full'],
    ['552-5.2.2 The email account that you tried to reach is over quota.', 'full'],
    ['bob@x.example: 554 5.2.2 mailbox full (mx.x.example)', 'full'],
    ['bob@x.example: 5.2.2 (mx.x.example)', 'full'],
    ['550 <bob@x.example> Quota exceeded (mailbox for user is full)', 'full'],
    ['552 Requested mail action aborted: exceeded storage allocation', 'full'],
    ['552 5.3.4 Message size exceeds fixed limit', null],
    ['552 Message size exceeds maximum', null],
    ['550 5.1.1 <full@x.example>: no such user', null],
    ['550 5.1.1 room 421 unknown', null],
    ['450 4.2.0 greylisted', null],
    ['connection refused', null],
    ['TLS: self-signed certificate', 'tls'],
    ['JMB_SMTP_CA: /etc/ssl/house.pem: no such file', 'tls'],
  ])('%s', (reason, meaning) => {
    expect(meaningOf(reason)).toBe(meaning);
  });
});
