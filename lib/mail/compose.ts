/** Writes the mails about an event: one per person told, plain text, HTML and calendar part from the same facts. Pure. */
import { describeEvent, invited, type Owner, repeating } from '../calendar/event.ts';
import { fingerprint } from '../calendar/feed_facts.ts';
import { writeCalendar } from '../calendar/icalendar.ts';
import type { Context } from '../context.ts';
import type { Attendee, Meeting } from '../meetings/meeting.ts';
import { worthUntil } from '../meetings/timing.ts';
import type { Settings } from '../settings.ts';
import type { OutboxMail } from '../store/outbox.ts';
import { type Language, texts as textsIn } from '../text/catalogue.ts';
import { straightLine } from '../text/plain_text.ts';
import { type MailEvent, type Message, threadRoot } from './messages.ts';
import { NONE, type OwnTemplates, ownTemplates } from './own_templates.ts';
import { bounceSetting, replyAddressOf, tellsApart } from './reply_address.ts';
import { type MailSettings, mailSubject, readerOf } from './titles.ts';
import { writeBody } from './wording.ts';

/** A name and an address, as nodemailer takes them. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** A whole mail as the outbox keeps it: what is sent is settled when the booking is saved. */
export interface MailParts {
  readonly from: Mailbox;
  readonly replyTo: Mailbox;
  readonly to: Mailbox;
  /** The envelope's sender, which what comes back goes to; that of `from` where nobody reads it. */
  readonly returnTo?: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The invitation or its cancellation (iTIP, RFC 5546); none in a reminder. */
  readonly calendar?: { readonly method: 'REQUEST' | 'CANCEL'; readonly body: string };
  readonly headers: Readonly<Record<string, string>>;
}

/** Settings that a mail's content depends on. */
export type ComposeSettings = MailSettings & Pick<Settings, 'JMB_MAIL_FROM_NOTIFICATION' | 'JMB_MAIL_BOUNCE'>;

/** Loads what composing needs, some 20 ms: call it before the transaction that mails are written in, which others wait for. */
export function prepareComposing({ etc }: Pick<Settings, 'etc'>): void {
  writeCalendar([], { method: 'REQUEST', properties: [] });
  ownTemplates(etc, () => undefined);
}

/** The administrator's templates; a broken one is a line in the log, and ours writes the mail. */
export function templatesOf({ settings, log }: Pick<Context, 'settings' | 'log'>): OwnTemplates {
  return ownTemplates(settings.etc, ({ file, line, reason }) =>
    log.event('template-broken', { file: line === null ? file : `${file}:${line}`, reason }),
  );
}

/** The mails of an event, in the order of its messages. To someone taken off a meeting it is a deletion. */
export function composeMails(event: MailEvent, settings: ComposeSettings, own: OwnTemplates = NONE): OutboxMail[] {
  return event.messages.map((message) => ({
    meetingId: event.meeting.id,
    kind: message.kind === 'removed' ? 'del' : message.kind,
    recipient: message.attendee.email,
    role: message.attendee.role,
    ...identified(event, message, settings, own),
    expires: expiryOf(event, message),
  }));
}

/** How long a cancellation of what has begun is worth sending, in seconds: calendars still show it. */
const AFTERWARDS = 86_400;

/** From when a mail is worth nothing, in Unix seconds: a reminder or question once the meeting has begun, any other once it is over. */
function expiryOf({ meeting, at }: MailEvent, { kind }: Message): number {
  const { begin } = meeting;
  const end = meeting.series?.over ?? meeting.end;
  if (kind === 'reminder') return worthUntil(at, begin);
  if (kind === 'ask') return begin;
  return kind === 'del' && at >= begin ? Math.max(end, at + AFTERWARDS) : end;
}

function parts(event: MailEvent, message: Message, settings: ComposeSettings, own: OwnTemplates): MailParts {
  const { owner } = event;
  const { language } = readerOf(event, message, settings);
  const invitation = calendar(event, message, settings);
  return {
    from: { name: senderName(owner, settings.JMB_NAME, language), address: serviceAddress(settings) },
    replyTo: { name: mailboxName(owner.name ?? ''), address: repliesTo(event, message, settings) },
    to: { name: mailboxName(message.attendee.name ?? ''), address: message.attendee.email },
    subject: mailSubject(event, message, settings),
    ...writeBody(event, message, settings, own),
    ...(invitation === undefined ? {} : { calendar: invitation }),
    ...returnPath(settings, event.meeting, message.attendee),
    // RFC 3834: no vacation message comes back. The second is what Exchange heeds.
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'OOF, AutoReply',
      'Content-Language': language,
      ...threadHeaders(event, message, settings),
    },
  };
}

/** How many Message-IDs stand in References, the first and the last ones: headers are bounded, reminders many. */
const MOST_REFERENCES = 12;

/**
 * Makes one thread of what somebody is sent about a meeting (RFC 5322 section 3.6.4). The first in References is no mail's, but the
 * same in all of them: a thread holds together also when the outbox has forgotten the mails before.
 */
function threadHeaders(
  { meeting, threads }: MailEvent,
  { kind, attendee }: Message,
  { JMB_SERVER_NAME }: ComposeSettings,
) {
  const root = threadRoot(meeting, attendee.email, JMB_SERVER_NAME);
  const all = [root, ...(threads.get(attendee.email) ?? [])];
  const references = all.length <= MOST_REFERENCES ? all : [...all.slice(0, 2), ...all.slice(2 - MOST_REFERENCES)];
  const last = all.at(-1) ?? root;
  return {
    References: references.join(' '),
    ...(kind === 'new' && last === root ? {} : { 'In-Reply-To': last }),
  };
}

/** Whose meeting it is, who books it in their place, and by way of which service; of a nameless owner the service alone. */
function senderName({ name: owner = '', by }: Owner, service: string, language: Language): string {
  const texts = textsIn(language);
  const [boss, name, standIn] = [mailboxName(owner), mailboxName(service), mailboxName(by?.name ?? by?.email ?? '')];
  const person = boss === '' || standIn === '' ? boss : texts('mail.from_for', { by: standIn, owner: boss });
  return person === '' || name === '' ? person || name : texts('mail.from', { owner: person, name });
}

/**
 * The constant address that mails come from (header and envelope). Calendars drop a cancellation whose organiser is neither in From nor
 * in Reply-To, so that it is the organiser's too, where everybody's answers go to one address.
 */
export function serviceAddress({
  JMB_MAIL_REPLY: reply,
  JMB_MAIL_FROM_NOTIFICATION: from,
}: Pick<Settings, 'JMB_MAIL_REPLY' | 'JMB_MAIL_FROM_NOTIFICATION'>): string {
  return reply === '' || tellsApart(reply) ? from : reply;
}

/** Where what somebody writes by hand goes: to the owner, at once or by an address that tells who wrote. */
function repliesTo({ meeting, owner }: MailEvent, { attendee }: Message, { JMB_MAIL_REPLY }: ComposeSettings): string {
  const own = tellsApart(JMB_MAIL_REPLY) && attendee.role !== 'owner';
  return own ? replyAddressOf(JMB_MAIL_REPLY, meeting, attendee) : owner.email;
}

/** Whom a calendar takes for the organiser, and sends answers to. Outlook may throw away what its reader organises. */
function organiserOf(event: MailEvent, message: Message, settings: ComposeSettings): string {
  const { JMB_MAIL_REPLY: reply } = settings;
  if (message.attendee.role === 'owner' || (reply !== '' && !tellsApart(reply))) return serviceAddress(settings);
  return repliesTo(event, message, settings);
}

/** The envelope's sender of a mail to somebody: it says whose mail it is that comes back. */
export function returnPath(
  settings: Pick<ComposeSettings, 'JMB_MAIL_REPLY' | 'JMB_MAIL_BOUNCE'>,
  meeting: Pick<Meeting, 'id'>,
  attendee: Pick<Attendee, 'hash'>,
): Pick<MailParts, 'returnTo'> {
  const setting = bounceSetting(settings);
  return setting === '' ? {} : { returnTo: replyAddressOf(setting, meeting, attendee) };
}

/** A name for a header; one that looks like an encoded word (RFC 2047) must not be decoded, and some programs would. */
export function mailboxName(name: string): string {
  return straightLine(name).replace(/=\?/g, '= ?');
}

/** The content, and an identification that no other text has: a database that was restored counts its versions again. */
function identified(
  event: MailEvent,
  message: Message,
  settings: ComposeSettings,
  own: OwnTemplates,
): Pick<OutboxMail, 'messageId' | 'content'> {
  const content = JSON.stringify(parts(event, message, settings, own));
  return { messageId: messageId(event, message, fingerprint(content), settings.JMB_SERVER_NAME), content };
}

/** What sets this mail apart from the others of the meeting: kind, version, recipient and text, none of them secret. */
function messageId(event: MailEvent, message: Message, text: string, serverName: string): string {
  const { id, begin } = event.meeting;
  // A reminder is told from another by when it was due and for what time, a question by when it was put, whatever else changes meanwhile.
  const version =
    message.kind === 'reminder' || message.kind === 'ask' ? `${begin}-${event.at}` : `${event.meeting.version}`;
  return `<${id}.${message.kind}.${version}.${fingerprint(message.attendee.email)}.${text}@${serverName}>`;
}

/** The number of the date of a series that is next. */
function nextTurn({ series, begin }: Meeting): number {
  return Math.max(0, series?.turns.findIndex((turn) => turn.begin >= begin) ?? 0);
}

/** The calendar part: a cancellation takes the next SEQUENCE where the meeting itself was not changed by it. */
function calendar(event: MailEvent, message: Message, settings: ComposeSettings): MailParts['calendar'] {
  const { kind, attendee } = message;
  if (kind === 'reminder') return undefined;
  const cancelled = kind === 'del' || kind === 'removed';
  const meeting =
    kind === 'del' ? { ...event.meeting, sequence: event.meeting.sequence + 1, modified: event.at } : event.meeting;
  const method = cancelled ? 'CANCEL' : 'REQUEST';
  const described = describeEvent(
    meeting,
    attendee,
    event.owner,
    settings,
    textsIn(readerOf(event, message, settings).language),
  );
  const sent = {
    ...described,
    // Nextcloud takes no cancellation whose begin is over.
    ...(cancelled ? repeating(meeting, attendee, nextTurn(meeting)) : {}),
    cancelled,
    organiser: { ...described.organiser, email: organiserOf(event, message, settings) },
    attendees: [invited(attendee, settings.JMB_MAIL_REPLY !== '', message.suits ?? message.handed !== undefined)],
  };
  const body = writeCalendar([sent], { method, properties: [] });
  return { method, body };
}
