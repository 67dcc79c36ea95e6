/** What it means that a mail could not be sent: for this mail, for those after it, and for who reads of it. Pure. */
import { whyOf } from '../failure.ts';

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

/** The reason of a mail of which nobody knows whether it has arrived. */
export const NO_ANSWER = 'no answer in time';

/** What nodemailer tells of a failure. */
export interface SmtpError extends Error {
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

/** What Node calls failures of TLS, such as a certificate that nobody vouches for: DEPTH_ZERO_SELF_SIGNED_CERT, ERR_TLS_…, ERR_SSL_…. */
const TLS = /CERT|TLS|SSL|LEAF_SIGNATURE|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|^EPROTO$/;

/** Commands before any mail is offered. */
const GREETING = /^(?:EHLO|HELO|STARTTLS)/;

/** Replies about the session and not about the mail: wrong order, sign in first, encrypt first (RFC 5321, 4954, 3207). */
const ABOUT_THE_SESSION = [503, 530, 538];

/** The server closes the connection (RFC 5321 section 3.8): to one who comes, or, within a mail, perhaps for this mail's sake. */
const CLOSING = 421;
const WITHIN_A_MAIL = /^(MAIL FROM|RCPT TO|DATA)/;

/** The server's words where it spoke, else those of the system, on one line; that TLS failed stands before. */
export function reasonOf(thrown: unknown): string {
  const error: SmtpError = thrown instanceof Error ? thrown : new Error(String(thrown));
  const said = (error.response ?? whyOf(error, error.originalCode ?? error.code)).replace(/\s+/g, ' ').slice(0, 500);
  return error.command === 'STARTTLS' || signsOf(error).some((sign) => TLS.test(sign)) ? `TLS: ${said}` : said;
}

function signsOf(error: SmtpError): string[] {
  return [error.code ?? '', error.originalCode ?? '', error.timeoutType ?? ''];
}

/**
 * What a reason says to somebody who reads no codes: `away`, the server takes no mail at present; `password`, it does not take ours;
 * `full`, the recipient's mailbox is; `tls`, it is not reached by TLS that can be trusted.
 */
export type Meaning = 'away' | 'password' | 'full' | 'tls';

/** Codes of RFC 5321 section 4.2.3, RFC 4954 section 6 and RFC 3463; before them stands who said it, and how often, at most. */
const MEANINGS: readonly (readonly [Meaning, RegExp])[] = [
  ['tls', /^(?:TLS|JMB_SMTP_CA): /],
  ['password', /^53[45]\b/],
  ['full', /(?:^|: )(?:[45]\d\d[ -])?#?[45]\.2\.2\b|\b(?:over ?quota|quota (?:is )?exceeded|mailbox (?:is )?full)\b/i],
  ['away', /(?:^|: )(?:421\b|4\d\d[ -]4\.3\.[12]\b|45[12] .*system storage)/i],
  ['full', /(?:^|: )[45]52\b(?![ -]#?[45]\.\d)(?!.*\bsize\b)/i],
];

/** What a reason of the outbox means; null where the server's own words must do. */
export function meaningOf(reason: string): Meaning | null {
  return MEANINGS.find(([, pattern]) => pattern.test(reason))?.[0] ?? null;
}

/** What a failure means for the mail. */
export function judge(thrown: unknown): Outcome {
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
  const isServer =
    code === CLOSING ||
    ABOUT_THE_SESSION.includes(code) ||
    GREETING.test(error.command ?? '') ||
    signsOf(error).some((sign) => UNREACHABLE.includes(sign) || TLS.test(sign));
  return { state: 'postponed', reason, obstacle: isServer ? 'server' : 'connection' };
}
