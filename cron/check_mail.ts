/**
 * What `jmb check` asks about mail: whether the server takes ours, and whether the mailbox of answers can be read; and `jmb check
 * templates`: whether the administrator's templates write every mail there is.
 */
import { composeMails } from '../lib/mail/compose.ts';
import { type MessageKind, messagesToAll } from '../lib/mail/messages.ts';
import { ownTemplates } from '../lib/mail/own_templates.ts';
import { meaningOf } from '../lib/mail/smtp_failures.ts';
import { ROLES } from '../lib/meetings/meeting.ts';
import { authorityFault, inboxOf, smtpOf } from '../lib/settings/mail_servers.ts';
import type { Settings } from '../lib/settings.ts';
import type { OutboxRow } from '../lib/store/outbox.ts';
import { LANGUAGES, type Language, texts } from '../lib/text/catalogue.ts';
import type { Answer } from './check.ts';

/** How long a step of a session may take, in milliseconds. */
const PATIENCE = 5000;

/** How long the look into a mailbox may take, in milliseconds. */
const INBOX_PATIENCE = 10_000;

/**
 * Whether the mail server would take mails, by JMB_SMTP_CA, the password and all.
 * @param waiting the mails that wait; now: Unix seconds
 */
export async function mail(settings: Settings, waiting: readonly OutboxRow[], now: number): Promise<Answer> {
  const { hostname, port, protocol } = smtpOf(settings.JMB_SMTP_URL);
  const server = `${hostname}:${port || (protocol === 'smtps:' ? 465 : 587)}`;
  const wrong = (detail: string): Answer => ({
    verdict: 'wrong',
    detail: `${server}: ${detail}; mails wait in the outbox`,
  });
  const { whyNotReady } = await import('../lib/mail/smtp.ts');
  const fault = await authorityFault(settings.JMB_SMTP_CA, now);
  if (fault !== null) return wrong(fault);
  const reason = await whyNotReady(settings, PATIENCE);
  if (reason !== null) return wrong(inWords(reason));
  const refused = waiting.find((one) => one.reason?.startsWith('MAIL FROM:'));
  if (refused === undefined) return { verdict: 'ok', detail: `${server} answers` };
  const sender = settings.JMB_MAIL_FROM_NOTIFICATION;
  return { verdict: 'wrong', detail: `${server} refuses JMB_MAIL_FROM_NOTIFICATION, ${sender}: ${refused.reason}` };
}

/** Whether the mailbox that answers are fetched from can be entered and read, by TLS where it is not on this machine. */
export async function inbox({ JMB_MAIL_INBOX: address, JMB_SMTP_CA }: Settings): Promise<Answer> {
  if (address === '') return { verdict: 'off', detail: 'no mailbox is set (JMB_MAIL_INBOX)' };
  const place = inboxOf(address);
  const { askInbox } = await import('../lib/mail/inbox.ts');
  const found = await askInbox(place, JMB_SMTP_CA, INBOX_PATIENCE);
  const where = `${place.host}:${place.port} ${place.mailbox}`;
  return typeof found === 'number'
    ? { verdict: 'ok', detail: `${where}: ${found} unread` }
    : { verdict: 'wrong', detail: `${where}: ${found.reason}; answers by email wait there` };
}

/** A reason of the outbox as the command line tells it: what it means, and the server's words. */
export function inWords(reason: string): string {
  const meaning = meaningOf(reason);
  return meaning === null ? reason : `${texts('en')(`failure.${meaning}`)} (${reason})`;
}

const KINDS: readonly MessageKind[] = ['new', 'edit', 'del', 'removed', 'reminder', 'ask'];

/**
 * What is wrong with the templates in `etc/mail`, each with its file and line.
 * @param now Unix seconds: when the meeting of the mails is
 */
export function templates(settings: Settings, now: number): Answer {
  const faults: string[] = [];
  const own = ownTemplates(settings.etc, ({ file, line, reason }) => {
    faults.push(`${file}${line === null ? '' : `:${line}`}: ${reason}`);
  });
  for (const language of Object.keys(LANGUAGES) as Language[]) {
    for (const kind of KINDS) composeMails(sample(kind, language, now), settings, own);
  }
  if (faults.length > 0) {
    return { verdict: 'wrong', detail: `${faults.join('; ')}; JMB's own words go out in its place` };
  }
  if (own.unused.length > 0) return { verdict: 'warning', detail: `no mail uses ${own.unused.join(', ')}` };
  if (own.count === 0) return { verdict: 'ok', detail: `none in ${settings.etc}/mail: emails are JMB's own` };
  return { verdict: 'ok', detail: `${own.count} in ${settings.etc}/mail write emails` };
}

/** A mail to each role, with everything that a mail may say. */
function sample(kind: MessageKind, language: Language, now: number): Parameters<typeof composeMails>[0] {
  const attendees = ROLES.map((role) => ({
    hash: `${role}0000000000000`.slice(0, 16),
    role,
    email: `${role}@example.org`,
    connections: 0,
    answer: 'none' as const,
  }));
  const addresses = attendees.map(({ email }) => email);
  return {
    meeting: {
      ...{ id: '1', room: 'abcdefghijklmnop', subject: 'Example', begin: now, end: now + 3600, duration: 3600 },
      ...{ created: now, modified: now, sequence: 0, version: 0, language },
    },
    owner: { email: addresses[0] ?? '', name: 'Example' },
    attendees,
    messages: messagesToAll(kind, attendees),
    accounts: new Map(addresses.map((address) => [address, 'feed000000000000'])),
    languages: new Map(),
    zones: new Map(),
    threads: new Map(),
    at: now,
  };
}
