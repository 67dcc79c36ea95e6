/** Mail events for tests. */
import type { ComposeSettings, MailParts } from '../../lib/mail/compose.ts';
import { composeMails } from '../../lib/mail/compose.ts';
import { type MailEvent, type MessageKind, messagesToAll } from '../../lib/mail/messages.ts';
import type { OutboxMail } from '../../lib/store/outbox.ts';
import { attendees, settings as feedSettings, meeting, NOW } from '../calendar/samples.ts';

/** What mails are written with. */
export const settings: ComposeSettings = {
  ...feedSettings,
  JMB_NAME: 'Visio "Example", réunions',
  JMB_MAIL_FROM_NOTIFICATION: 'noreply@example.org',
  JMB_MAIL_REPLY: '',
  JMB_LANG: 'fr',
  JMB_MAIL_BOUNCE: '',
  JMB_SUBJECT_NEW_OWNER: '',
  JMB_SUBJECT_NEW_MODERATOR: '',
  JMB_SUBJECT_NEW_GUEST: '',
  JMB_SUBJECT_EDIT_OWNER: '',
  JMB_SUBJECT_EDIT_MODERATOR: '',
  JMB_SUBJECT_EDIT_GUEST: '',
  JMB_SUBJECT_DEL_OWNER: '',
  JMB_SUBJECT_DEL_MODERATOR: '',
  JMB_SUBJECT_DEL_GUEST: '',
  JMB_SUBJECT_MAIL_REMINDER_OWNER: '',
  JMB_SUBJECT_MAIL_REMINDER_MODERATOR: '',
  JMB_SUBJECT_MAIL_REMINDER_GUEST: '',
};

/** An event that everyone is told of. */
export function eventOf(kind: MessageKind, changes: Partial<MailEvent> = {}): MailEvent {
  return {
    meeting,
    owner: { email: 'alice.martin@example.org', name: 'Alice Martin' },
    attendees,
    messages: messagesToAll(kind, attendees),
    accounts: new Map([['alice.martin@example.org', 'feedhash00000001']]),
    languages: new Map(),
    zones: new Map(),
    threads: new Map(),
    at: NOW,
    ...changes,
  };
}

/** A mail and what is in it. */
export interface Composed extends OutboxMail {
  readonly parts: MailParts;
}

/** The mails of an event, in the order owner, moderator, guest. */
export function compose(event: MailEvent, changes: Partial<ComposeSettings> = {}): [Composed, Composed, Composed] {
  const mails = composeMails(event, { ...settings, ...changes });
  const [owner, moderator, guest] = mails.map((mail) => ({ ...mail, parts: JSON.parse(mail.content) as MailParts }));
  if (!owner || !moderator || !guest) throw new Error('three mails were to be written');
  return [owner, moderator, guest];
}
