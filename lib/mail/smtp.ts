/** The way to the SMTP server of JMB_SMTP_URL: takes written mails there, over connections that are kept open meanwhile. */
import { createTransport } from 'nodemailer';
import { whyOf } from '../failure.ts';
import { encodedWords, looksEncoded } from '../text/plain_text.ts';
import type { MailParts } from './compose.ts';

/**
 * What kept a mail from going now: the server's word about this mail (4xx), a connection that broke, fell silent or was closed by
 * the server in the middle, which may be chance or this mail's fault, or a server that takes no mail of ours at present.
 */
export type Obstacle = 'mail' | 'connection' | 'server';

/** How it went with one mail; reasons are the server's own words where it spoke. */
export type Outcome =
  | { readonly state: 'sent' }
  | { readonly state: 'refused'; readonly reason: string }
  | { readonly state: 'postponed'; readonly reason: string; readonly obstacle: Obstacle };

/** A mail server as a sender has it. */
export interface MailServer {
  /**
   * Sends one mail; never throws. Ends by the signal, as postponed, except for a mail that the server has whole by then: its
   * answer is waited for, since the mail would come twice.
   */
  send(parts: MailParts, messageId: string, signal: AbortSignal): Promise<Outcome>;
  /** Ends connections, also those in the middle of something. */
  close(): void;
}

/** Longest waits in milliseconds: RFC 5321 section 4.5.3.2 allows minutes, the next run of cron takes up what these cut off. */
const CONNECT_TIMEOUT = 10_000;
const ANSWER_TIMEOUT = 30_000;

/** How long a server that has a whole mail may take to say so once the time is over, in milliseconds. */
const LAST_ANSWER = 8_000;

/** Hosts whose connection does not leave the machine: Debian's Postfix has a certificate there that nobody can verify. */
export const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** The reason of a mail of which nobody knows whether it has arrived. */
export const NO_ANSWER = 'no answer in time';

/** What our own step is told with a mail. */
interface Handed {
  readonly whenHanded?: () => void;
}

/**
 * Makes the way to a mail server; nothing is connected yet.
 * @param url `smtp://host:port` (STARTTLS where the server offers it), `smtps://user:password@host`; nodemailer's options may follow
 *   as a query, such as `?tls.rejectUnauthorized=false` or `?requireTLS=true`
 * @param connections how many mails may go at the same time
 */
export function openMailServer(url: string, connections = 1): MailServer {
  const transport = createTransport({
    pool: true,
    maxConnections: connections,
    maxRequeues: 1,
    connectionTimeout: CONNECT_TIMEOUT,
    greetingTimeout: CONNECT_TIMEOUT,
    socketTimeout: ANSWER_TIMEOUT,
    ...server(url),
  });
  // The connection reads a body once the server has said yes to sender, recipient and DATA; at its end the server has it.
  transport.use('stream', (mail, done) => {
    const { whenHanded = () => undefined } = mail.data as Handed;
    const { message } = mail;
    const open = message.createReadStream.bind(message);
    message.createReadStream = (options) => open(options).once('end', whenHanded);
    done();
  });
  return {
    async send(parts, messageId, signal) {
      const stop = new AbortController();
      let handed = false;
      let last: NodeJS.Timeout | undefined;
      const whenHanded = (): void => {
        handed = true;
      };
      const end = (): void => {
        if (handed) last = setTimeout(() => stop.abort(), LAST_ANSWER);
        else stop.abort();
      };
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
      try {
        await transport.sendMail({ ...message(parts, messageId), signal: stop.signal, whenHanded } as object);
        return { state: 'sent' };
      } catch (error) {
        return stop.signal.aborted ? { state: 'postponed', reason: NO_ANSWER, obstacle: 'connection' } : judge(error);
      } finally {
        clearTimeout(last);
        signal.removeEventListener('abort', end);
      }
    },
    close: () => transport.close({ force: true }),
  };
}

/**
 * Asks the server whether it would take mails: connects, and signs in where the address says so.
 * @param milliseconds how long each step may take
 * @returns why not, or null when it would
 */
export async function whyNotReady(url: string, milliseconds: number): Promise<string | null> {
  const timeouts = { connectionTimeout: milliseconds, greetingTimeout: milliseconds, socketTimeout: milliseconds };
  const transport = createTransport({ ...timeouts, ...server(url) });
  try {
    await transport.verify();
    return null;
  } catch (error) {
    const failure: SmtpError = error instanceof Error ? error : new Error(String(error));
    return failure.response === undefined ? whyOf(failure, failure.originalCode ?? failure.code) : reasonOf(failure);
  } finally {
    transport.close();
  }
}

/** What lets a connection be without TLS, as options of nodemailer. */
const WITHOUT_TLS = ['requireTLS', 'ignoreTLS', 'opportunisticTLS'];

/**
 * How to reach the server; what the address says itself wins, but for one thing: a password goes to another machine by TLS alone,
 * whatever that offers and the address says. On the machine itself TLS guards nothing, and is used only where it is asked for, or
 * where a password is to be sent, which many servers take in no other way.
 */
function server(address: string): {
  url: string;
  requireTLS?: boolean;
  ignoreTLS?: boolean;
  tls?: { rejectUnauthorized: boolean };
} {
  if (!URL.canParse(address)) return { url: address };
  const url = new URL(address);
  const signsIn = url.username !== '' || url.password !== '';
  if (LOOPBACK.test(url.hostname)) return { url: address, ignoreTLS: !signsIn, tls: { rejectUnauthorized: false } };
  if (!signsIn) return { url: address };
  for (const option of WITHOUT_TLS) url.searchParams.delete(option);
  return { url: url.href, requireTLS: true };
}

/** A mail as nodemailer takes it. The envelope is the service's own: SPF and DMARC of the owner's domain do not matter then. */
function message(parts: MailParts, messageId: string) {
  const { calendar, subject, headers, returnTo, ...rest } = parts;
  const prepared = looksEncoded(subject) && {
    Subject: { prepared: true, foldLines: true, value: encodedWords(subject) },
  };
  return {
    ...rest,
    ...(prepared ? { headers: { ...headers, ...prepared } } : { headers, subject }),
    messageId,
    envelope: { from: returnTo ?? parts.from.address, to: [parts.to.address] },
    ...(calendar && { icalEvent: { method: calendar.method, filename: 'invitation.ics', content: calendar.body } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** What nodemailer tells of a failure. */
interface SmtpError extends Error {
  readonly code?: string;
  readonly originalCode?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly timeoutType?: string;
  /** The command that was answered, such as `RCPT TO`. */
  readonly command?: string;
}

/** The server answered to this very mail, to its envelope or to its content, or nodemailer could not write it. */
const ABOUT_THE_MAIL = ['EENVELOPE', 'EMESSAGE'];

/** The connection came to nothing before any mail was offered: nodemailer's codes, the system's, and its two early timeouts. */
const UNREACHABLE = [
  ...['EAUTH', 'ENOAUTH', 'ECONFIG', 'EDNS', 'ETLS', 'EPROTOCOL', 'EPROXY'],
  ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EACCES'],
  ...['CONNECT_TIMEOUT', 'GREETING_TIMEOUT'],
];

/** What Node calls failures of TLS, such as a certificate that is nobody's: DEPTH_ZERO_SELF_SIGNED_CERT, ERR_TLS_…, ERR_SSL_…. */
const TLS = /CERT|TLS|SSL/;

/** Commands before any mail is offered. */
const GREETING = /^(?:EHLO|HELO|STARTTLS)/;

/** Replies about the session and not about the mail: wrong order, sign in first, encrypt first (RFC 5321, 4954, 3207). */
const ABOUT_THE_SESSION = [503, 530, 538];

/** The server closes the connection (RFC 5321 section 3.8): to one who comes, or, within a mail, perhaps for this mail's sake. */
const CLOSING = 421;
const WITHIN_A_MAIL = /^(MAIL FROM|RCPT TO|DATA)/;

/** The server's words where it spoke, on one line. */
function reasonOf(error: SmtpError): string {
  return (error.response ?? error.message).replace(/\s+/g, ' ').slice(0, 500);
}

/** What a failure means for the mail. */
function judge(thrown: unknown): Outcome {
  const error: SmtpError = thrown instanceof Error ? thrown : new Error(String(thrown));
  const reason = reasonOf(error);
  const code = error.responseCode ?? 0;
  const isAboutTheMail = ABOUT_THE_MAIL.includes(error.code ?? '');
  // Nodemailer names the command, or, where others were under way, the connection.
  const withinMail =
    WITHIN_A_MAIL.test(error.command ?? '') || (error.code === 'ECONNECTION' && error.command === 'CONN');
  if (code === CLOSING && withinMail) return { state: 'postponed', reason, obstacle: 'connection' };
  // Our own sender is refused: a setting to mend, and no fault of anybody whom we write to.
  if (isAboutTheMail && code >= 500 && error.command === 'MAIL FROM') {
    return { state: 'postponed', reason: `MAIL FROM: ${reason}`, obstacle: 'server' };
  }
  if (isAboutTheMail && !ABOUT_THE_SESSION.includes(code)) {
    const later = code >= 400 && code < 500;
    return later ? { state: 'postponed', reason, obstacle: 'mail' } : { state: 'refused', reason };
  }
  const signs = [error.code ?? '', error.originalCode ?? '', error.timeoutType ?? ''];
  const isServer =
    code === CLOSING ||
    ABOUT_THE_SESSION.includes(code) ||
    GREETING.test(error.command ?? '') ||
    signs.some((sign) => UNREACHABLE.includes(sign) || TLS.test(sign));
  return { state: 'postponed', reason, obstacle: isServer ? 'server' : 'connection' };
}
