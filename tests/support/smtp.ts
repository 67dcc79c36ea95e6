/**
 * A real SMTP server on 127.0.0.1 that can refuse, hang and drop, as told.
 *
 *     const smtp = await startSmtp();
 *     smtp.fault = ({ at, to }) => (at === 'rcpt' && to === 'x@example.org' ? reply(550, 'no such user') : undefined);
 *     …
 *     const mail = await smtp.mails[0].parse();
 *     await smtp.stop();
 */
import type { AddressInfo, Socket } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import type { SmtpSettings } from '../../lib/mail/smtp.ts';

/** A mail as it was accepted, or at least received. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  /** False where the sender was never told 250: refused, or the connection dropped before. */
  readonly accepted: boolean;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /** Who signed in, if anybody. */
  readonly user: string | undefined;
  parse(): Promise<ParsedMail>;
}

/** What goes wrong: an answer, silence, or the end of the connection. */
export type Fault = { readonly code: number; readonly text: string } | 'hang' | 'drop';

/** Where in a session the server asks whether something goes wrong; `data` is when the whole message has come. */
export interface Moment {
  readonly at: 'connect' | 'mail' | 'rcpt' | 'data';
  /** The recipient, from `rcpt` on. */
  readonly to: string | undefined;
  /** How many connections there have been, this one counted. */
  readonly connections: number;
}

/** A running server. */
export interface Smtp {
  /** For JMB_SMTP_URL. */
  readonly url: string;
  readonly port: number;
  readonly mails: ReceivedMail[];
  /** How often somebody connected. */
  readonly connections: number;
  /** Decides what goes wrong; nothing does to begin with. */
  fault: (moment: Moment) => Fault | undefined;
  /** Milliseconds before it answers to a whole message; none to begin with. */
  delay: number;
  stop(): Promise<void>;
}

/** The settings that lead to a server by its address, and to others as said. */
export function smtpSettings(url: string, others: Partial<SmtpSettings> = {}): SmtpSettings {
  return { JMB_SMTP_URL: url, JMB_SMTP_USER: '', JMB_SMTP_PASSWORD: '', JMB_SMTP_CA: '', ...others };
}

/** An answer of the server that is no yes. */
export function reply(code: number, text: string): Fault {
  return { code, text };
}

/** What differs from a plain server on a free port, without TLS and accounts. */
export interface SmtpOptions
  extends Pick<SMTPServerOptions, 'secure' | 'key' | 'cert' | 'onAuth' | 'allowInsecureAuth'> {
  readonly port?: number;
  /** Offers STARTTLS with the library's self-signed certificate, as Debian's Postfix does with its own. */
  readonly startTls?: boolean;
}

type Done = (error?: Error | null) => void;

/** Starts a server. */
export async function startSmtp(options: SmtpOptions = {}): Promise<Smtp> {
  const { port = 0, startTls = false, ...rest } = options;
  const sockets = new Map<number | undefined, Socket>();
  const mails: ReceivedMail[] = [];
  const state: Pick<Smtp, 'fault' | 'delay'> & { connections: number } = {
    fault: () => undefined,
    delay: 0,
    connections: 0,
  };

  const faultAt = (at: Moment['at'], to?: string) => state.fault({ at, to, connections: state.connections });
  const answer = (wrong: Fault | undefined, session: SMTPServerSession, done: Done): void => {
    if (wrong === undefined) done();
    else if (wrong === 'drop') sockets.get(session.remotePort)?.destroy();
    else if (wrong !== 'hang') done(Object.assign(new Error(wrong.text), { responseCode: wrong.code }));
  };

  const server = new SMTPServer({
    disabledCommands: [...(rest.onAuth ? [] : ['AUTH']), ...(startTls ? [] : ['STARTTLS'])],
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    ...rest,
    onConnect: (session, done) => answer(faultAt('connect'), session, done),
    onMailFrom: (_address, session, done) => answer(faultAt('mail'), session, done),
    onRcptTo: (address, session, done) => answer(faultAt('rcpt', address.address), session, done),
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const raw = Buffer.concat(parts).toString();
        const { mailFrom, rcptTo } = session.envelope;
        const wrong = faultAt('data', rcptTo[0]?.address);
        mails.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map((recipient) => recipient.address),
          raw,
          accepted: wrong === undefined,
          secure: session.secure,
          user: session.user,
          parse: () => simpleParser(raw),
        });
        if (state.delay > 0) setTimeout(() => answer(wrong, session, done), state.delay);
        else answer(wrong, session, done);
      });
    },
  });
  server.server.on('connection', (socket: Socket) => {
    state.connections++;
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  // A client that goes away in the middle is what tests do.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const bound = (server.server.address() as AddressInfo).port;

  return Object.assign(state, {
    url: `${rest.secure ? 'smtps' : 'smtp'}://127.0.0.1:${bound}`,
    port: bound,
    mails,
    stop(): Promise<void> {
      for (const socket of sockets.values()) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  });
}
