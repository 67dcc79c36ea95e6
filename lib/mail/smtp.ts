/** The way to the SMTP server of JMB_SMTP_URL: takes written mails there, over connections that are kept open meanwhile. */
import { createTransport } from 'nodemailer';
import { authorityOf, smtpOf } from '../settings/mail_servers.ts';
import type { Settings } from '../settings.ts';
import { encodedWords, looksEncoded } from '../text/plain_text.ts';
import type { MailParts } from './compose.ts';
import { judge, NO_ANSWER, type Outcome, reasonOf } from './smtp_failures.ts';

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

/** What our own step is told with a mail. */
interface Handed {
  readonly whenHanded?: () => void;
}

/** What says which server it is, and how it is entered. */
export type SmtpSettings = Pick<Settings, 'JMB_SMTP_URL' | 'JMB_SMTP_USER' | 'JMB_SMTP_PASSWORD' | 'JMB_SMTP_CA'>;

/**
 * Makes the way to the mail server; nothing is connected yet.
 * @param connections how many mails may go at the same time
 * @throws SettingsError where the settings have a mistake
 */
export function openMailServer(settings: SmtpSettings, connections = 1): MailServer {
  const { certificates, fault } = authorityOf(settings.JMB_SMTP_CA);
  if (fault !== null) return unusable(fault);
  const transport = createTransport({
    pool: true,
    maxConnections: connections,
    maxRequeues: 1,
    connectionTimeout: CONNECT_TIMEOUT,
    greetingTimeout: CONNECT_TIMEOUT,
    socketTimeout: ANSWER_TIMEOUT,
    ...wayTo(settings, certificates),
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

/** One that takes no mail at all. */
function unusable(reason: string): MailServer {
  return { send: async () => ({ state: 'postponed', reason, obstacle: 'server' }), close: () => undefined };
}

/**
 * Asks the server whether it would take mails: connects, and signs in where it is to.
 * @param milliseconds how long each step may take
 * @returns why not, or null when it would
 */
export async function whyNotReady(settings: SmtpSettings, milliseconds: number): Promise<string | null> {
  const timeouts = { connectionTimeout: milliseconds, greetingTimeout: milliseconds, socketTimeout: milliseconds };
  const { certificates, fault } = authorityOf(settings.JMB_SMTP_CA);
  if (fault !== null) return fault;
  const transport = createTransport({ ...timeouts, ...wayTo(settings, certificates) });
  try {
    await transport.verify();
    return null;
  } catch (error) {
    return reasonOf(error);
  } finally {
    transport.close();
  }
}

/** Options of nodemailer by which TLS may be left out. */
const WITHOUT_TLS = ['requireTLS', 'ignoreTLS', 'opportunisticTLS'];

/**
 * How to reach the server; what the address says itself wins, but for one thing: a password goes to another machine by TLS alone,
 * whatever that offers and the address says. On the machine itself TLS guards nothing, and is used only where it is asked for, or
 * where a password is to be sent, which many servers take in no other way.
 */
function wayTo(settings: SmtpSettings, ca: readonly string[]) {
  const url = smtpOf(settings.JMB_SMTP_URL);
  const user = settings.JMB_SMTP_USER || decoded(url.username);
  const pass = settings.JMB_SMTP_PASSWORD || decoded(url.password);
  url.username = url.password = '';
  const signsIn = user !== '' || pass !== '';
  const isHere = LOOPBACK.test(url.hostname);
  if (signsIn && !isHere) for (const option of WITHOUT_TLS) url.searchParams.delete(option);
  return {
    url: url.href,
    ...(signsIn && { auth: { user, pass } }),
    requireTLS: signsIn && !isHere,
    ignoreTLS: !signsIn && isHere,
    tls: { ...(isHere && { rejectUnauthorized: false }), ...(ca.length > 0 && { ca: [...ca] }) },
  };
}

/** What is percent-encoded in an address; a `%` that encodes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
