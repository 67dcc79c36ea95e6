/** A real SMTP server with bad days: it refuses, hangs and drops, and writes down every mail that it took. */
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { Chance } from './chance.ts';

/** One mail that the server took over. */
export interface Delivery {
  readonly recipient: string;
  readonly messageId: string;
  /** METHOD, UID, SEQUENCE and DTSTART of the calendar part; empty when there is none. */
  readonly method: string;
  readonly uid: string;
  readonly sequence: string;
  readonly begin: string;
}

/** How often each misfortune happened. */
export interface Misfortunes {
  later: number;
  refused: number;
  hung: number;
  dropped: number;
  droppedAfterTaking: number;
}

/** The server and its books. */
export interface PostOffice {
  readonly port: number;
  readonly deliveries: readonly Delivery[];
  readonly misfortunes: Readonly<Misfortunes>;
  /** From now on everything is taken, except for addresses that do not exist. */
  heal(): void;
  stop(): Promise<void>;
}

/** The address that this server never takes: a permanent refusal (5xx). */
export function isUnknown(recipient: string): boolean {
  return recipient.startsWith('unknown');
}

/** Starts the server on a free port of the loopback. */
export async function openPostOffice(chance: Chance): Promise<PostOffice> {
  const deliveries: Delivery[] = [];
  const misfortunes: Misfortunes = { later: 0, refused: 0, hung: 0, dropped: 0, droppedAfterTaking: 0 };
  let ill = true;
  const unlucky = (probability: number, name: keyof Misfortunes): boolean => {
    if (!ill || !chance.happens(probability)) return false;
    misfortunes[name] += 1;
    return true;
  };
  const failure = (code: number, text: string): Error => Object.assign(new Error(text), { responseCode: code });

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onRcptTo(address, session, callback) {
      if (isUnknown(address.address)) {
        misfortunes.refused += 1;
        return callback(failure(550, '5.1.1 no such mailbox here'));
      }
      if (unlucky(0.05, 'later')) return callback(failure(451, '4.7.1 greylisted, come back'));
      if (unlucky(0.008, 'hung')) return;
      if (unlucky(0.02, 'dropped')) return drop(server, session.id);
      return callback();
    },
    onData(stream, session, callback) {
      const taken = simpleParser(stream);
      taken.then(
        (mail) => {
          if (unlucky(0.02, 'dropped')) return drop(server, session.id);
          for (const { address } of session.envelope.rcptTo) deliveries.push(describe(address, mail));
          if (unlucky(0.02, 'droppedAfterTaking')) return drop(server, session.id);
          return callback();
        },
        () => callback(failure(451, 'unreadable')),
      );
    },
  });
  // A sender that is killed resets its connection: the server's loss, not the test's.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  if (!address || typeof address !== 'object') throw new Error('no port');
  return {
    port: address.port,
    deliveries,
    misfortunes,
    heal: () => {
      ill = false;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function drop(server: SMTPServer, id: string): void {
  for (const connection of server.connections) {
    if ('id' in connection && connection.id === id && '_socket' in connection) {
      const socket = connection._socket;
      if (socket && typeof socket === 'object' && 'destroy' in socket && typeof socket.destroy === 'function') {
        socket.destroy();
      }
    }
  }
}

function describe(recipient: string, mail: ParsedMail): Delivery {
  const part = mail.attachments.find((attachment) => attachment.contentType.startsWith('text/calendar'));
  const text = (part?.content.toString('utf8') ?? '').replace(/\r\n[ \t]/g, '');
  const value = (name: string): string => new RegExp(`^${name}[:;](.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  return {
    recipient: recipient.toLowerCase(),
    messageId: mail.messageId ?? '',
    method: value('METHOD'),
    uid: value('UID'),
    sequence: value('SEQUENCE'),
    begin: value('DTSTART'),
  };
}
