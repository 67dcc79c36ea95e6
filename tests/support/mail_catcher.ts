/** An SMTP server on 127.0.0.1 that keeps every mail and delivers none. */
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail as it came in. */
export interface CaughtMail {
  /** The envelope's sender. */
  readonly from: string;
  /** The envelope's recipients. */
  readonly to: readonly string[];
  /** The message, as it was sent. */
  readonly raw: Buffer;
}

/** A running catcher. */
export interface MailCatcher {
  /** For JMB_SMTP_URL. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the server on a free port; `keep` is told of every mail before the sender learns that it was taken. */
export async function startMailCatcher(keep: (mail: CaughtMail) => void): Promise<MailCatcher> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom ? mailFrom.address : '';
        keep({ from, to: rcptTo.map((recipient) => recipient.address), raw: Buffer.concat(parts) });
        done();
      });
    },
  });
  // A sender that is killed resets its connection; that is no fault of the catcher's.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
