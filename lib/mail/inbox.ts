/** A mailbox on an IMAP server (RFC 9051) that messages are taken from, each once: what was dealt with is marked as read. */
import { rootCertificates } from 'node:tls';
import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import { codeOf, whyOf } from '../failure.ts';
import { authorityOf, type Inbox } from '../settings/mail_servers.ts';
import { LONGEST_MESSAGE } from './incoming.ts';
import { LOOPBACK } from './smtp.ts';

/** What came of one look. */
export interface Looked {
  readonly taken: number;
  /** Left for the next look: they could not be dealt with, or the time was over. */
  readonly left: number;
  /** Why the mailbox could not be read, or not to its end; null where it could. The password is not in it. */
  readonly trouble: Trouble | null;
}

/** Why a mailbox cannot be read. */
export interface Trouble {
  readonly reason: string;
  /** It is so until somebody mends it: a wrong password, a certificate that nobody vouches for, no such mailbox. */
  readonly lasts: boolean;
}

/** How many messages one look takes. */
const AT_ONCE = 500;

/** Longest waits, in milliseconds. */
const CONNECT_TIMEOUT = 10_000;
const ANSWER_TIMEOUT = 15_000;

/** Room beside the message itself in an answer of the server, in bytes. */
const MARGIN = 1024 * 1024;

/**
 * How to connect. Only this machine itself needs no TLS: its certificates are often nobody's. The mailbox of a house with an authority
 * of its own may still be somebody else's, so that the public ones count, too.
 * @param certificates those of JMB_SMTP_CA, as PEM; none: the public ones alone count
 */
export function connectionTo(
  { host, port, secure, user, password }: Inbox,
  certificates: readonly string[],
): ImapFlowOptions {
  const isHere = LOOPBACK.test(host.includes(':') ? `[${host}]` : host);
  return {
    host,
    port,
    secure,
    ...(secure || isHere ? {} : { doSTARTTLS: true }),
    tls: {
      rejectUnauthorized: !isHere,
      // As one text, which is three times as fast to read as many.
      ...(certificates.length > 0 && { ca: [...rootCertificates, ...certificates].join('\n') }),
    },
    auth: { user, pass: password },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: CONNECT_TIMEOUT,
    greetingTimeout: CONNECT_TIMEOUT,
    socketTimeout: ANSWER_TIMEOUT,
    maxLiteralSize: LONGEST_MESSAGE + MARGIN,
    maxResponseSize: LONGEST_MESSAGE + 2 * MARGIN,
    maxLineLength: 4 * MARGIN,
    maxResponseTokens: 100_000,
  };
}

/**
 * Takes the unread messages of a mailbox, the oldest first. Never throws. A message is marked as read right after it was dealt with:
 * one whose taking was cut off comes again.
 * @param take deals with the bytes of one message, of which there are LONGEST_MESSAGE at most; false: it is to be given again
 * @param milliseconds until it returns, but for a message that is being dealt with
 * @param authority the file of JMB_SMTP_CA; empty: none
 */
export async function lookInto(
  inbox: Inbox,
  take: (raw: Uint8Array) => Promise<boolean>,
  milliseconds: number,
  authority = '',
): Promise<Looked> {
  const until = performance.now() + milliseconds;
  let taken = 0;
  let left = 0;
  const trouble = await visit(inbox, authority, milliseconds, async (client) => {
    const unread = await unreadIn(client);
    left = unread.length;
    for (const uid of unread.slice(0, AT_ONCE)) {
      if (performance.now() > until) break;
      const raw = await messageOf(client, uid);
      if (raw !== null && !(await take(raw))) continue;
      if (!(await client.messageFlagsAdd(`${uid}`, ['\\Seen'], { uid: true })))
        throw new Error('messages cannot be marked as read');
      taken += 1;
      left -= 1;
    }
  });
  return { taken, left, trouble };
}

/**
 * Asks whether a mailbox can be read, and takes nothing.
 * @param authority the file of JMB_SMTP_CA; empty: none
 * @param milliseconds until it returns
 * @returns how many messages are unread there, or why it cannot be read
 */
export async function askInbox(inbox: Inbox, authority: string, milliseconds: number): Promise<number | Trouble> {
  let unread = 0;
  const trouble = await visit(inbox, authority, milliseconds, async (client, isReadOnly) => {
    if (isReadOnly) throw new Error(`${inbox.mailbox}: messages cannot be marked as read`);
    unread = (await unreadIn(client)).length;
  });
  return trouble ?? unread;
}

/** Enters a mailbox, does something there and leaves, within a time. @returns why it could not be done, or null */
async function visit(
  inbox: Inbox,
  authority: string,
  milliseconds: number,
  work: (client: ImapFlow, isReadOnly: boolean) => Promise<void>,
): Promise<Trouble | null> {
  const { certificates, fault } = authorityOf(authority);
  if (fault !== null) return { reason: fault, lasts: true };
  const client = new ImapFlow(connectionTo(inbox, certificates));
  // A connection that breaks says so here, too; unheard it would end the program.
  client.on('error', () => undefined);
  let isOver = false;
  const end = setTimeout(() => {
    isOver = true;
    client.close();
  }, milliseconds);
  try {
    await client.connect();
    const { readOnly } = await client.mailboxOpen(inbox.mailbox);
    await work(client, readOnly === true);
    await client.logout();
    return null;
  } catch (error) {
    return isOver ? { reason: 'the time was over', lasts: false } : troubleOf(error, inbox);
  } finally {
    clearTimeout(end);
    client.close();
  }
}

/** The messages that nobody has read, by their UIDs, the oldest first. */
async function unreadIn(client: ImapFlow): Promise<number[]> {
  return (await client.search({ seen: false, deleted: false }, { uid: true })) || [];
}

/** The bytes of a message, without marking it; null where somebody has taken it away meanwhile. */
async function messageOf(client: ImapFlow, uid: number): Promise<Uint8Array | null> {
  const message = await client.fetchOne(`${uid}`, { source: { maxLength: LONGEST_MESSAGE } }, { uid: true });
  return message === false ? null : (message.source ?? new Uint8Array());
}

/** What imapflow tells of a failure. */
interface ImapError extends Error {
  readonly authenticationFailed?: boolean;
  readonly responseText?: string;
  readonly mailboxMissing?: boolean;
  readonly responseStatus?: string;
}

/** What Node and imapflow call failures of TLS, such as a certificate that is nobody's. */
const TLS = /CERT|TLS|SSL|SIGNED/i;

/** The server says that it cannot at present (RFC 5530). */
const PASSING = /UNAVAILABLE|INUSE|LIMIT|temporar/i;

function troubleOf(thrown: unknown, { user, password, mailbox }: Inbox): Trouble {
  const error: ImapError = thrown instanceof Error ? thrown : new Error(String(thrown));
  const said = (error.responseText ?? whyOf(error)).split(password).join('…').replace(/\s+/g, ' ').slice(0, 300);
  if (error.authenticationFailed === true) {
    return { reason: `${user} may not sign in: ${said}`, lasts: !PASSING.test(said) };
  }
  if (error.responseStatus === 'NO') return { reason: `${mailbox}: ${said}`, lasts: !PASSING.test(said) };
  return { reason: said, lasts: TLS.test(`${codeOf(error)} ${said}`) };
}
