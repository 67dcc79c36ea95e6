/** What goes over the wire in clear: of a password nothing may, to any host but this machine. */
import { createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { openMailServer, whyNotReady } from '../../lib/mail/smtp.ts';
import { type Smtp, smtpSettings, startSmtp } from '../support/smtp.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** How a server answers to the first word of a line. */
type Manner = Readonly<Record<string, string>>;

/** A server that never speaks TLS and takes any password; what was sent to it. */
async function listen(manner: Manner): Promise<{ port: number; heard: string[] }> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write('220 mx.example.org ESMTP\r\n');
    socket.on('data', (data) => {
      for (const line of data.toString('latin1').split('\r\n').filter(Boolean)) {
        heard.push(line);
        const [word = ''] = line.toUpperCase().split(' ');
        socket.write(`${manner[word] ?? (word === 'AUTH' ? '235 welcome' : '250 fine')}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0, heard };
}

const AUTH = '250-mx.example.org\r\n250 AUTH PLAIN LOGIN CRAM-MD5';
const NO_TLS: Manner = { EHLO: AUTH };
const BROKEN_TLS: Manner = { EHLO: `250-mx.example.org\r\n250-STARTTLS\r\n250 AUTH PLAIN`, STARTTLS: '454 not now' };
const OLD: Manner = { EHLO: '502 what', HELO: '250 hello' };

const parts = {
  from: { name: '', address: 'noreply@example.org' },
  replyTo: { name: '', address: 'alice@example.org' },
  to: { name: '', address: 'bob@example.net' },
  ...{ subject: 'Private words', text: 'Private words\n', html: '', headers: {} },
};

/** An address of this machine that nothing tells from another machine's. */
const ELSEWHERE = '0.0.0.0';

it.each([
  ['offers no TLS', NO_TLS, ''],
  ['offers TLS and refuses it', BROKEN_TLS, ''],
  ['knows no EHLO', OLD, ''],
  ['offers no TLS, whatever the address says', NO_TLS, '/?requireTLS=false'],
  ['offers TLS, which the address ignores', BROKEN_TLS, '?ignoreTLS=true&requireTLS=false'],
  ['refuses TLS, which the address would let pass', BROKEN_TLS, '?opportunisticTLS=true&requireTLS=false'],
])('a server elsewhere that %s gets no password and no mail', async (_, manner, query) => {
  const { port, heard } = await listen(manner);
  const settings = smtpSettings(`smtp://jmb:open-sesame@${ELSEWHERE}:${port}${query}`);
  const server = openMailServer(settings);
  undo.push(() => server.close());
  const outcome = await server.send(parts, '<1@x>', AbortSignal.timeout(5000));
  expect(outcome).toMatchObject({ state: 'postponed', obstacle: 'server' });
  expect(await whyNotReady(settings, 2000)).not.toBeNull();
  expect(heard.length).toBeGreaterThan(1);
  const apart = smtpSettings(`smtp://${ELSEWHERE}:${port}${query}`, {
    ...{ JMB_SMTP_USER: 'jmb', JMB_SMTP_PASSWORD: 'open-sesame' },
  });
  expect(await whyNotReady(apart, 2000)).not.toBeNull();
  for (const secret of [
    'AUTH',
    'MAIL',
    'Private',
    'open-sesame',
    Buffer.from('open-sesame').toString('base64').slice(0, 8),
  ])
    expect(heard.join('\n')).not.toContain(secret);
});

it('this machine may have it in clear, and a mail without a password may go in clear', async () => {
  const here = await listen(NO_TLS);
  expect(await whyNotReady(smtpSettings(`smtp://jmb:open-sesame@127.0.0.1:${here.port}`), 2000)).toBeNull();
  expect(here.heard.join('\n')).toContain('AUTH PLAIN');
  const plain: Smtp = await startSmtp();
  undo.push(() => plain.stop());
  expect(await whyNotReady(smtpSettings(`smtp://${ELSEWHERE}:${plain.port}`), 2000)).toBeNull();
});
