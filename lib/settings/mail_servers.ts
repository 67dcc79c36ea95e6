/** The address of a mailbox, as a setting has it. */

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
