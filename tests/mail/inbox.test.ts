/** A mailbox from which messages are taken, and what is said where that cannot be. */
import { rootCertificates } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { askInbox, connectionTo, lookInto, type Trouble } from '../../lib/mail/inbox.ts';
import { LONGEST_MESSAGE } from '../../lib/mail/incoming.ts';
import { type Imap, type ImapFault, startImap } from '../support/imap.ts';
import { freePort } from '../support/port.ts';

const LONG = 8000;

let imap: Imap | undefined;
afterEach(async () => {
  await imap?.stop();
  imap = undefined;
});

async function started(unread = 3): Promise<Imap> {
  imap = await startImap(unread);
  return imap;
}

/** Looks into it, and takes all but what is refused. */
async function look(server: Imap, refuses: (text: string) => boolean = () => false, milliseconds = LONG) {
  const taken: string[] = [];
  const looked = await lookInto(
    server.inbox,
    async (raw) => {
      const text = Buffer.from(raw).toString();
      if (refuses(text)) return false;
      taken.push(text.trim());
      return true;
    },
    milliseconds,
  );
  return { ...looked, texts: taken };
}

const trouble = async (server: Imap, milliseconds = LONG) => (await look(server, () => false, milliseconds)).trouble;
const seen = ({ messages }: Imap) => [...messages.values()].map((one) => one.seen);

describe('a look', () => {
  it('takes what is unread, each once, and marks it as read', async () => {
    const server = await started();
    const [, second] = server.messages.values();
    if (second) second.seen = true;
    expect(await look(server)).toEqual({ taken: 2, left: 0, trouble: null, texts: ['Subject: 1', 'Subject: 3'] });
    expect(seen(server)).toEqual([true, true, true]);
    expect(server.asked.at(-1)).toBe('LOGOUT');
    expect(await look(server)).toEqual({ taken: 0, left: 0, trouble: null, texts: [] });
  });

  it('leaves unread what could not be dealt with', async () => {
    const server = await started();
    expect(await look(server, (text) => text.includes('2'))).toMatchObject({ taken: 2, left: 1, trouble: null });
    expect(seen(server)).toEqual([true, false, true]);
  });

  it('marks as read what is gone meanwhile', async () => {
    const server = await started(1);
    server.fault = (command) => {
      if (command.startsWith('UID FETCH')) server.messages.clear();
      return undefined;
    };
    expect(await look(server)).toMatchObject({ taken: 1, left: 0, texts: [] });
  });

  it('ends where nothing can be marked as read', async () => {
    const server = await started();
    server.fault = (command) => (command.startsWith('UID STORE') ? 'NO not allowed' : undefined);
    expect(await look(server)).toMatchObject({
      ...{ taken: 0, left: 3, trouble: { reason: 'messages cannot be marked as read', lasts: false } },
    });
  });

  it('takes 500 messages, and leaves the others for the next', async () => {
    const server = await started(502);
    const { taken, left, trouble, texts } = await look(server, () => false, 60_000);
    expect({ taken, left, trouble, last: texts.at(-1) }).toEqual({
      taken: 500,
      left: 2,
      trouble: null,
      last: 'Subject: 500',
    });
    expect(await look(server)).toMatchObject({ taken: 2, left: 0, texts: ['Subject: 501', 'Subject: 502'] });
  });

  it('asks for no more than is read of a message', async () => {
    const server = await started(1);
    await look(server);
    expect(server.asked.find((command) => command.startsWith('UID FETCH'))).toMatch(/BODY\.PEEK\[\]<0\.10240000>/);
    expect(server.asked.find((command) => command.startsWith('UID SEARCH'))).toMatch(
      /UNDELETED UNSEEN|UNSEEN UNDELETED/,
    );
  });
});

describe('a connection', () => {
  const ELSEWHERE = {
    host: 'imap.example.org',
    port: 143,
    secure: false,
    user: 'visio',
    password: 'word',
    mailbox: 'INBOX',
  };

  it('to another machine has TLS from the start or by STARTTLS, and a certificate that counts', () => {
    const tls = { rejectUnauthorized: true };
    expect(connectionTo(ELSEWHERE, [])).toMatchObject({ secure: false, doSTARTTLS: true, tls });
    expect(connectionTo({ ...ELSEWHERE, secure: true, port: 993 }, [])).toMatchObject({ secure: true, port: 993, tls });
    expect(connectionTo({ ...ELSEWHERE, host: '2001:db8::1' }, [])).toMatchObject({ doSTARTTLS: true, tls });
  });

  it.each(['localhost', '127.0.0.1', '::1'])('to %s needs neither', (host) => {
    const plain = connectionTo({ ...ELSEWHERE, host }, []);
    expect(plain).toMatchObject({ secure: false, tls: { rejectUnauthorized: false } });
    expect(plain).not.toHaveProperty('doSTARTTLS');
    expect(connectionTo({ ...ELSEWHERE, host, secure: true }, [])).toMatchObject({ secure: true });
  });

  it('believes the house’s authority besides the public ones, and those alone where there is none', () => {
    expect(connectionTo(ELSEWHERE, []).tls).toEqual({ rejectUnauthorized: true });
    expect(connectionTo(ELSEWHERE, ['of the house']).tls).toEqual({
      rejectUnauthorized: true,
      ca: `${rootCertificates.join('\n')}\nof the house`,
    });
  });

  it('hands over the password, says nothing of its own, and bounds what the server may send', () => {
    const { auth, logger, disableAutoIdle, maxLiteralSize, maxResponseSize, maxLineLength } = connectionTo(
      ELSEWHERE,
      [],
    );
    expect({ auth, logger, disableAutoIdle }).toEqual({
      auth: { user: 'visio', pass: 'word' },
      logger: false,
      disableAutoIdle: true,
    });
    expect(maxLiteralSize).toBeGreaterThan(LONGEST_MESSAGE);
    expect(maxResponseSize).toBeGreaterThan(maxLiteralSize ?? 0);
    for (const [bound, most] of [
      [maxResponseSize, 2 * LONGEST_MESSAGE],
      [maxLineLength, LONGEST_MESSAGE],
    ]) {
      expect(bound).toBeGreaterThan(65_536);
      expect(bound).toBeLessThanOrEqual(most ?? 0);
    }
  });
});

describe('asking', () => {
  it('counts what is unread, and takes nothing', async () => {
    const server = await started();
    expect(await askInbox(server.inbox, '', LONG)).toBe(3);
    expect(seen(server)).toEqual([false, false, false]);
  });

  it('says that nothing could be marked as read', async () => {
    const server = await started();
    server.isReadOnly = true;
    expect(await askInbox(server.inbox, '', LONG)).toEqual({
      reason: 'INBOX: messages cannot be marked as read',
      lasts: false,
    });
  });
});

describe('what goes wrong', () => {
  it.each<[string, RegExp, ImapFault, Trouble]>([
    ['a wrong password', /^LOGIN/, 'NO wrong  secret', { reason: 'visio may not sign in: wrong …', lasts: true }],
    [
      'a server that is busy',
      /^LOGIN/,
      'NO [UNAVAILABLE] Temporary failure',
      { reason: 'visio may not sign in: Temporary failure', lasts: false },
    ],
    ['no such mailbox', /^SELECT/, 'NO no such mailbox', { reason: 'INBOX: no such mailbox', lasts: true }],
    ['a mailbox in use', /^SELECT/, 'NO Limit of readers', { reason: 'INBOX: Limit of readers', lasts: false }],
  ])('%s', async (_, command, fault, said) => {
    const server = await started();
    server.fault = (asked) => (command.test(asked) ? fault : undefined);
    expect(await trouble(server)).toEqual(said);
    expect(await askInbox(server.inbox, '', LONG)).toEqual(said);
  });

  it('is said in 300 characters at most', async () => {
    const server = await started();
    server.fault = (asked) => (asked.startsWith('SELECT') ? `NO ${'x'.repeat(400)}` : undefined);
    expect((await trouble(server))?.reason).toBe(`INBOX: ${'x'.repeat(300)}`);
  });

  it('may pass: nobody there, a connection that ends, or no answer in time', async () => {
    const server = await started();
    const nobody = { ...server.inbox, port: await freePort() };
    expect(await askInbox(nobody, '', LONG)).toEqual({ reason: 'connection refused', lasts: false });
    server.fault = (asked) => (asked.startsWith('UID SEARCH') ? 'drop' : undefined);
    expect((await trouble(server))?.lasts).toBe(false);
    server.fault = (asked) => (asked.startsWith('UID SEARCH') ? 'hang' : undefined);
    const began = performance.now();
    expect(await trouble(server, 300)).toEqual({ reason: 'the time was over', lasts: false });
    expect(performance.now() - began).toBeGreaterThan(290);
  });

  it('lasts where there is no TLS as there should be, or no file of certificates', async () => {
    const server = await started();
    const secure = await askInbox({ ...server.inbox, secure: true }, '', LONG);
    expect(secure).toMatchObject({ lasts: true });
    expect(await askInbox(server.inbox, '/nowhere/ca.pem', LONG)).toEqual({
      reason: expect.stringMatching(/^JMB_SMTP_CA: /),
      lasts: true,
    });
    expect(await lookInto(server.inbox, async () => true, LONG, '/nowhere/ca.pem')).toMatchObject({
      ...{ taken: 0, left: 0, trouble: { lasts: true } },
    });
  });

  it('a message that takes all the time is the last', async () => {
    const server = await started();
    const looked = await lookInto(
      server.inbox,
      () => new Promise((resolve) => setTimeout(() => resolve(true), 700)),
      600,
    );
    expect(looked.taken + looked.left).toBe(3);
    expect(looked.taken).toBeLessThanOrEqual(1);
  });
});
