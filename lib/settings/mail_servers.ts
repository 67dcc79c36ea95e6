/** The addresses of mail servers, as settings have them: where mails go, and the mailbox that messages are fetched from. */

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
