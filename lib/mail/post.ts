/** A post office: takes written mails to the SMTP server of JMB_SMTP_URL, over connections that are kept open meanwhile. */

import { createTransport } from 'nodemailer';
import { whyOf } from '../failure.ts';
import type { MailParts } from './compose.ts';

/**
 * What kept a mail from going now: the server's word about this mail (4xx), a connection that broke or fell silent in the middle,
 * which may be chance, or a server that no mail can reach at present.
 */
export type Obstacle = 'mail' | 'connection' | 'server';

/** How it went with one mail; reasons are the server's own words where it spoke. */
export type Outcome =
  | { readonly state: 'sent' }
  | { readonly state: 'refused'; readonly reason: string }
  | { readonly state: 'postponed'; readonly reason: string; readonly obstacle: Obstacle };

/** An open post office. */
export interface PostOffice {
  /** Sends one mail; never throws. Ends by the signal at the latest, as postponed. */
  send(parts: MailParts, messageId: string, signal: AbortSignal): Promise<Outcome>;
  /** Ends connections, also those in the middle of something. */
  close(): void;
}

/** Longest waits in milliseconds: RFC 5321 section 4.5.3.2 allows minutes, the next run of cron takes up what these cut off. */
const CONNECT_TIMEOUT = 10_000;
const ANSWER_TIMEOUT = 30_000;

/** Hosts whose connection does not leave the machine: Debian's Postfix has a certificate there that nobody can verify. */
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/**
 * Opens a post office; nothing is connected yet.
 * @param url `smtp://host:port` (STARTTLS where the server offers it), `smtps://user:password@host`; nodemailer's options may follow
 *   as a query, such as `?tls.rejectUnauthorized=false` or `?requireTLS=true`
 * @param connections how many mails may go at the same time
 */
export function openPostOffice(url: string, connections = 1): PostOffice {
  const transport = createTransport({
    pool: true,
    maxConnections: connections,
    maxRequeues: 1,
    connectionTimeout: CONNECT_TIMEOUT,
    greetingTimeout: CONNECT_TIMEOUT,
    socketTimeout: ANSWER_TIMEOUT,
    ...server(url),
  });
  return {
    async send(parts, messageId, signal) {
      try {
        await transport.sendMail({ ...message(parts, messageId), signal });
        return { state: 'sent' };
      } catch (error) {
        return signal.aborted
          ? { state: 'postponed', reason: 'no answer in time', obstacle: 'connection' }
          : judge(error);
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

/**
 * How to reach the server; what the address says itself wins. On the machine itself TLS guards nothing, and is used only where it
 * is asked for, or where a password is to be sent, which many servers take in no other way.
 */
function server(url: string): { url: string; ignoreTLS?: boolean; tls?: { rejectUnauthorized: boolean } } {
  const { hostname, username } = URL.canParse(url) ? new URL(url) : { hostname: '', username: '' };
  if (!LOOPBACK.test(hostname)) return { url };
  return { url, ignoreTLS: username === '', tls: { rejectUnauthorized: false } };
}

/** A mail as nodemailer takes it. The envelope is the service's own: SPF and DMARC of the owner's domain do not matter then. */
function message(parts: MailParts, messageId: string) {
  const { calendar, ...rest } = parts;
  return {
    ...rest,
    messageId,
    envelope: { from: parts.from.address, to: [parts.to.address] },
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

/** Replies about the session and not about the mail: closing down, wrong order, sign in first, encrypt first (RFC 5321, 4954, 3207). */
const ABOUT_THE_SESSION = [421, 503, 530, 538];

/** The server's words where it spoke, on one line. */
function reasonOf(error: SmtpError): string {
  return (error.response ?? error.message).replace(/\s+/g, ' ').slice(0, 500);
}

/** What a failure means for the mail. */
function judge(thrown: unknown): Outcome {
  const error: SmtpError = thrown instanceof Error ? thrown : new Error(String(thrown));
  const reason = reasonOf(error);
  const code = error.responseCode ?? 0;
  if (ABOUT_THE_MAIL.includes(error.code ?? '') && !ABOUT_THE_SESSION.includes(code)) {
    const later = code >= 400 && code < 500;
    return later ? { state: 'postponed', reason, obstacle: 'mail' } : { state: 'refused', reason };
  }
  const signs = [error.code ?? '', error.originalCode ?? '', error.timeoutType ?? ''];
  const server = ABOUT_THE_SESSION.includes(code) || signs.some((sign) => UNREACHABLE.includes(sign) || TLS.test(sign));
  return { state: 'postponed', reason, obstacle: server ? 'server' : 'connection' };
}
