/** Reads a message that came in (RFC 5322, 2045) to what JMB has a use for. Everything is bounded before it is read. */
import type { Address, Attachment, Email } from 'postal-mime';
import { textOfHtml } from '../text/plain_text.ts';
import { windowsSigns } from '../text/windows_1252.ts';

/** What is read of a message, in bytes: as much as Postfix takes. What is beyond is not looked at. */
export const LONGEST_MESSAGE = 10_240_000;

/** The longest calendar part that is read, in bytes: the time that reading takes goes by the square of it. */
const LONGEST_CALENDAR = 256 * 1024;

/** How many calendar parts are read; Thunderbird sends the same one twice. */
const MOST_CALENDARS = 4;

/** How many lines may look like the beginning of a part. What is beyond is not looked at. */
const MOST_PARTS = 2_000;

/** How many lines are looked at: the reader keeps each by itself, at some kilobytes. In base64 they are 3.8 MB. */
const MOST_LINES = 50_000;

/** How much of a text somebody wrote is read, in characters. */
const LONGEST_TEXT = 64 * 1024;

/** How many addresses of a message are looked at. */
const MOST_ADDRESSES = 100;

const LIMITS = { maxNestingDepth: 20, maxHeadersSize: 256 * 1024, forceRfc822Attachments: true };

/** A message as it arrived. */
export interface Arrived {
  /** Its bytes, with the line of an mbox in front or without. */
  readonly raw: Uint8Array;
  /** The envelope's sender, empty for what must not be answered; undefined where nobody said. */
  readonly sender?: string | undefined;
  /** Whom the envelope names, as far as known. */
  readonly recipients: readonly string[];
}

/** A message as far as it is of use here. Addresses are in small letters. */
export interface Incoming {
  /** Who wrote it, by From, Reply-To and Sender: all that it says itself. */
  readonly writers: readonly string[];
  /** The name and address of From, or of Reply-To where From has none; null where there is neither. */
  readonly writer: { readonly name: string; readonly address: string } | null;
  /** Whom it was for: the envelope, what the server wrote of it, then To and Cc. */
  readonly recipients: readonly string[];
  readonly subject: string;
  /** The text somebody wrote, from HTML where there is nothing else. */
  readonly text: string;
  /** Calendar parts, the text of each. */
  readonly calendars: readonly string[];
  /** What some Outlooks send in their place (`winmail.dat`), the bytes of each. */
  readonly tnefs: readonly Uint8Array[];
  /** Parts of every kind that are no text, the calendars among them. */
  readonly parts: readonly Attachment[];
  /** Whether a program wrote it: out of office, lists, reports (RFC 3834 section 2), or nobody who could be answered. */
  readonly isAutomatic: boolean;
  /** Whether all that says so is `auto-generated`, as Google Calendar and Nextcloud write of what somebody has them send. */
  readonly isGenerated: boolean;
  /** The value of a header field, the first of that name in small letters; undefined where there is none. */
  header(name: string): string | undefined;
}

/**
 * Reads a message.
 * @returns null where it is none that anybody could read: too deep, or its head too long
 */
export async function readMail(arrived: Arrived): Promise<Incoming | null> {
  const { default: PostalMime } = await import('postal-mime');
  let email: Email;
  try {
    email = await PostalMime.parse(bounded(arrived.raw), LIMITS);
  } catch {
    return null;
  }
  const header = (name: string): string | undefined => email.headers.find(({ key }) => key === name)?.value;
  const isOfNobody = arrived.sender === '' || header('return-path') === '<>';
  const from = flat([email.from]);
  const replyTo = flat(email.replyTo);
  const writer = from[0] ?? replyTo[0];
  return {
    writers: addressesOf([...from, ...replyTo, ...flat([email.sender])]),
    writer: writer === undefined ? null : { name: windowsSigns(writer.name), address: writer.address.toLowerCase() },
    recipients: [
      ...new Set([
        ...arrived.recipients.map((one) => one.toLowerCase()),
        ...envelopeOf(email),
        ...addressesOf([...flat(email.to), ...flat(email.cc)]),
      ]),
    ].slice(0, MOST_ADDRESSES),
    subject: windowsSigns(email.subject ?? ''),
    text: textOf(email),
    calendars: email.attachments.filter(isCalendar).slice(0, MOST_CALENDARS).flatMap(calendarText),
    tnefs: email.attachments.filter(isTnef).slice(0, MOST_CALENDARS).map(bytesOf),
    parts: email.attachments,
    isAutomatic: isOfNobody || isSubmitted(header) || isMass(header),
    isGenerated: /^\s*auto-generated\b/i.test(header('auto-submitted') ?? '') && !isOfNobody && !isMass(header),
    header,
  };
}

/** Without the line that Postfix puts before the head, and cut where it gets too much. */
function bounded(raw: Uint8Array): Uint8Array {
  const message = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, LONGEST_MESSAGE));
  const ends = [endAfter(message, '\n--', MOST_PARTS), endAfter(message, '\n', MOST_LINES)];
  const whole = message.subarray(0, Math.min(...ends));
  return whole.toString('latin1', 0, 5) === 'From ' ? whole.subarray(whole.indexOf(0x0a) + 1) : whole;
}

/** Where a mark stands once more than so many times; else the end. */
function endAfter(message: Buffer, mark: string, most: number): number {
  let at = -1;
  for (let count = 0; count <= most; count += 1) {
    at = message.indexOf(mark, at + 1, 'latin1');
    if (at < 0) return message.length;
  }
  return at;
}

/** How much of an HTML text is read, in characters: programs put long style sheets first. */
const LONGEST_HTML = 256 * 1024;

function textOf({ text = '', html = '' }: Email): string {
  const written = text.trim() === '' && html !== '' ? textOfHtml(html.slice(0, LONGEST_HTML)) : text;
  return windowsSigns(written.slice(0, LONGEST_TEXT));
}

type Mailbox = { readonly name: string; readonly address: string };

function flat(addresses: readonly (Address | undefined)[] = []): Mailbox[] {
  return addresses
    .flatMap((one): Mailbox[] => (one === undefined ? [] : one.group === undefined ? [one] : one.group))
    .filter(({ address }) => address?.includes('@'))
    .slice(0, MOST_ADDRESSES);
}

function addressesOf(mailboxes: readonly Mailbox[]): string[] {
  return [...new Set(mailboxes.map(({ address }) => address.toLowerCase()))];
}

/** What servers write of the envelope's recipient into the head. */
const RECIPIENT_FIELDS = ['x-original-to', 'delivered-to', 'envelope-to'];

function envelopeOf({ headers }: Email): string[] {
  return headers
    .filter(({ key }) => RECIPIENT_FIELDS.includes(key))
    .map(({ value }) => value.replace(/[<>]/g, '').trim().toLowerCase())
    .filter((value) => value.includes('@'));
}

function isCalendar({ mimeType, filename }: Attachment): boolean {
  return /^(text\/calendar|application\/ics)$/.test(mimeType) || /\.ics$/i.test(filename ?? '');
}

function calendarText({ content }: Attachment): string[] {
  if (typeof content === 'string') return content.length > LONGEST_CALENDAR ? [] : [content];
  return content.byteLength > LONGEST_CALENDAR ? [] : [new TextDecoder().decode(content)];
}

function isTnef({ mimeType, filename }: Attachment): boolean {
  return /^application\/(vnd\.)?ms-tnef$/.test(mimeType) || /^winmail\.dat$/i.test(filename ?? '');
}

function bytesOf({ content }: Attachment): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
}

/** By RFC 3834 section 5. */
function isSubmitted(header: (name: string) => string | undefined): boolean {
  const submitted = header('auto-submitted');
  return submitted !== undefined && !/^\s*no\b/i.test(submitted);
}

/** By RFC 3834 section 2, and what programs wrote before there was one. */
function isMass(header: (name: string) => string | undefined): boolean {
  if (/^\s*(bulk|junk|list)\b/i.test(header('precedence') ?? '')) return true;
  return ['list-id', 'list-unsubscribe', 'x-autoreply', 'x-autorespond', 'x-loop'].some(
    (name) => header(name) !== undefined,
  );
}
