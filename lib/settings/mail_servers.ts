/**
 * Mail servers as settings have them: where mails go, the mailbox that messages are fetched from, and the certificates of a house's own
 * authority (JMB_SMTP_CA), which theirs come from.
 */
import { readFileSync, statSync } from 'node:fs';
import { codeOf, whyOf } from '../failure.ts';

/** Where a mailbox is, and how it is entered. */
export interface Inbox {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; else STARTTLS, which only this machine itself may do without. */
  readonly secure: boolean;
  readonly user: string;
  readonly password: string;
  /** Such as `INBOX`. */
  readonly mailbox: string;
}

/**
 * Reads the address of a mailbox: `imaps://user:password@host/INBOX`, or `imap://…` with STARTTLS; what is special in a user name or
 * password is percent-encoded, `@` as `%40`.
 * @throws Error that says what was expected, without what stands there
 */
export function inboxOf(url: string): Inbox {
  const wrong = new Error(
    'expected imaps://user:password@host/INBOX, with @ : / % in user and password as %40 %3A %2F %25',
  );
  if (!URL.canParse(url)) throw wrong;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(url);
  const secure = protocol === 'imaps:';
  const isComplete = hostname !== '' && username !== '' && password !== '' && search === '' && hash === '';
  if ((!secure && protocol !== 'imap:') || !isComplete) throw wrong;
  try {
    return {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (secure ? 993 : 143),
      secure,
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      mailbox: decodeURIComponent(pathname.slice(1)) || 'INBOX',
    };
  } catch {
    throw wrong;
  }
}

/** What would lead elsewhere than the address says. */
const ASTRAY = ['service', 'auth'];

/**
 * Reads the address of an SMTP server: `smtp://host:port` or `smtps://host:port`, with `user:password@` where they are not settings
 * of their own. Options of nodemailer may follow as a query.
 * @throws Error that says what was expected, without what stands there
 */
export function smtpOf(address: string): URL {
  const wrong = new Error(
    'expected smtp://host:port, or smtps://host:port for TLS; a user and a password go into JMB_SMTP_USER and JMB_SMTP_PASSWORD',
  );
  if (!/^smtps?:\/\//i.test(address) || !URL.canParse(address)) throw wrong;
  const url = new URL(address);
  const options = [...url.searchParams.keys()];
  const isPlain = options.every((name) => /^[a-z.]+$/i.test(name) && !ASTRAY.includes(name));
  if (url.hostname === '' || !/^\/?$/.test(url.pathname) || url.hash !== '' || !isPlain) throw wrong;
  return url;
}

/** Bytes of such a file; all public authorities together are a quarter of it. */
const LONGEST = 1024 * 1024;

/** One certificate in PEM (RFC 7468 section 5). */
const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** What a file of certificates gives. */
export interface Authority {
  /** Each in PEM. */
  readonly certificates: readonly string[];
  /** Why it can't be used, with the setting and the file; null where it can. */
  readonly fault: string | null;
}

/** Reads the file of certificates; where none is set there are none. */
export function authorityOf(path: string): Authority {
  if (path === '') return { certificates: [], fault: null };
  const fault = (why: string): Authority => ({ certificates: [], fault: `JMB_SMTP_CA: ${why}` });
  try {
    if (statSync(path).size > LONGEST) return fault(`${path}: too long for a file of certificates`);
    const certificates = readFileSync(path, 'latin1').match(CERTIFICATE);
    if (certificates === null) return fault(`${path}: no certificate in PEM (-----BEGIN CERTIFICATE-----)`);
    return { certificates, fault: null };
  } catch (error) {
    return fault(codeOf(error) === 'EISDIR' ? `${path}: a folder` : whyOf(error));
  }
}

/**
 * What is wrong with the file of certificates: it can't be read, none of them is one, or none is valid now.
 * @param now Unix seconds
 * @returns null where nothing is
 */
export async function authorityFault(path: string, now: number): Promise<string | null> {
  const { certificates, fault } = authorityOf(path);
  if (fault !== null) return fault;
  const { X509Certificate } = await import('node:crypto');
  const faults = certificates.map((pem) => {
    try {
      return certificateFault(new X509Certificate(pem), now);
    } catch (error) {
      return `a certificate that cannot be read (${whyOf(error)})`;
    }
  });
  const [first] = faults;
  return first == null || faults.includes(null) ? null : `JMB_SMTP_CA: ${path}: ${first}`;
}

function certificateFault(
  { subject, validFrom, validTo }: { subject: string; validFrom: string; validTo: string },
  now: number,
): string | null {
  const name = subject.replace(/\n/g, ', ');
  if (Date.parse(validTo) / 1000 < now) return `the certificate of ${name} has expired (${validTo})`;
  return Date.parse(validFrom) / 1000 > now ? `the certificate of ${name} is not valid before ${validFrom}` : null;
}
