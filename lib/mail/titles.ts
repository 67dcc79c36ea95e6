/** The titles of mails and their subject lines, by kind and role, in the language of their reader. */
import type { Role } from '../meetings/meeting.ts';
import { houseZone, type Settings } from '../settings.ts';
import { type Language, type TextKey, type Texts, texts as textsIn } from '../text/catalogue.ts';
import { longDate, type Reader } from '../text/dates.ts';
import { straightLine } from '../text/plain_text.ts';
import type { MailEvent, Message } from './messages.ts';

/** Settings that the words depend on. */
export type MailSettings = Pick<
  Settings,
  | 'JMB_URL'
  | 'JMB_NAME'
  | 'JMB_SERVER_NAME'
  | 'JMB_LANG'
  | 'JMB_ICAL_TZID'
  | 'JMB_MAIL_REPLY'
  | `JMB_SUBJECT_${'NEW' | 'EDIT' | 'DEL' | 'MAIL_REMINDER'}_${Uppercase<Role>}`
>;

const SETTING = {
  new: 'NEW',
  edit: 'EDIT',
  del: 'DEL',
  removed: 'DEL',
  reminder: 'MAIL_REMINDER',
} as const satisfies Record<Exclude<Message['kind'], 'ask'>, string>;
const ROLE = { owner: 'OWNER', moderator: 'MODERATOR', guest: 'GUEST' } as const;

/** The name of a mail's title, or of its first sentence. */
export function key(
  what: 'title' | 'intro',
  { meeting }: Told,
  { kind, attendee, suits, relinked, handed, cut }: Message,
): TextKey {
  if (relinked) return `mail.${what}_relinked`;
  if (handed) return attendee.role === 'owner' ? `mail.${what}_handed_to` : `mail.${what}_handed_from`;
  if (kind === 'edit' && cut !== undefined) return `mail.${what}_date_${cut.how}`;
  if (meeting.series !== undefined && kind !== 'reminder' && kind !== 'ask') {
    return kind === 'removed' ? `mail.${what}_series_removed` : `mail.${what}_series_${kind}_${attendee.role}`;
  }
  if (what === 'intro' && kind === 'edit' && suits) return 'mail.intro_edit_suits';
  return kind === 'removed' || kind === 'ask' ? `mail.${what}_${kind}` : `mail.${what}_${kind}_${attendee.role}`;
}

/** What a mail is about. */
export type Told = Pick<MailEvent, 'meeting'>;

/**
 * How somebody is written to. The language: as they or the directory say that they prefer, else as the organiser chose, else by JMB_LANG.
 * Times by the clock that they chose, else by the house's.
 */
export function readerOf(
  { languages, zones, meeting }: MailEvent,
  { attendee }: Message,
  settings: MailSettings,
): Reader {
  return {
    language: languages.get(attendee.email) ?? meeting.language ?? settings.JMB_LANG,
    zone: zones.get(attendee.email) ?? houseZone(settings),
  };
}

/** The mail's title: the administrator's for this kind and role, which are words of JMB_LANG, else the catalogue's. */
export function title(about: Told, message: Message, settings: MailSettings, language: Language): string {
  const texts = textsIn(language);
  if (language !== settings.JMB_LANG || message.kind === 'ask' || message.handed)
    return texts(key('title', about, message));
  const own = straightLine(settings[`JMB_SUBJECT_${SETTING[message.kind]}_${ROLE[message.attendee.role]}`]);
  return own || texts(key('title', about, message));
}

/** The subject line: the title, the meeting's subject and its date. A title that ends in punctuation needs no colon. */
export function mailSubject(event: MailEvent, message: Message, settings: MailSettings): string {
  const reader = readerOf(event, message, settings);
  const { language } = reader;
  const texts = textsIn(language);
  const date = longDate(reader, message.cut?.begin ?? event.meeting.begin);
  return texts('mail.subject_date', { subject: titled(event, title(event, message, settings, language), texts), date });
}

function titled(event: MailEvent, title: string, texts: Texts): string {
  const subject = straightLine(event.meeting.subject);
  if (subject === '') return title;
  return /[:\]>)–-]$/.test(title) ? `${title} ${subject}` : texts('mail.subject', { title, subject });
}
