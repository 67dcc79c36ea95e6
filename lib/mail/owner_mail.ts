/** Mails to the owner of a meeting about others: what is the same in all; whom no mail has reached; what somebody wrote by hand. Pure. */
import html from '../../templates/mail/message.html.hbs';
import plain from '../../templates/mail/message.txt.hbs';
import { bookingLink } from '../calendar/event.ts';
import { fingerprint } from '../calendar/feed_facts.ts';
import type { Attendee, Meeting } from '../meetings/meeting.ts';
import type { Settings } from '../settings.ts';
import type { MailKind, OutboxMail } from '../store/outbox.ts';
import { texts as textsIn } from '../text/catalogue.ts';
import { longDate, type Reader } from '../text/dates.ts';
import { straightLine } from '../text/plain_text.ts';
import { type MailParts, mailboxName, returnPath, serviceAddress } from './compose.ts';
import { threadRoot } from './messages.ts';
import { meaningOf } from './smtp_failures.ts';
import { when } from './wording.ts';

/** Settings that such a mail depends on. */
export type OwnerMailSettings = Pick<
  Settings,
  ('JMB_NAME' | 'JMB_URL' | 'JMB_SERVER_NAME') | ('JMB_MAIL_FROM_NOTIFICATION' | 'JMB_MAIL_REPLY' | 'JMB_MAIL_BOUNCE')
>;

/** Who hears of which meeting, and how. */
export interface Hearer extends Reader {
  readonly meeting: Meeting;
  readonly owner: Attendee;
  readonly settings: OwnerMailSettings;
}

/** What is told. */
export interface Told {
  readonly kind: Extract<MailKind, 'answers' | 'word' | 'returned'>;
  readonly title: string;
  /** Whether it is about this meeting alone: then its subject and its date follow the title, and the mail is one of its thread. */
  readonly isOnly: boolean;
  /** Where an answer goes. */
  readonly replyTo: { readonly name: string; readonly address: string };
  readonly text: string;
  /** Empty: plain text alone. */
  readonly html: string;
  /** Sets it apart from an earlier mail of the same words, in Unix seconds; null: it is the same mail. */
  readonly at: number | null;
  /** Unix seconds from when it is worth nothing; null: never. */
  readonly expires: number | null;
}

/** Writes one. */
export function ownerMail(hearer: Hearer, told: Told): OutboxMail {
  const { meeting, owner, language, settings } = hearer;
  const texts = textsIn(language);
  const { title, kind, at } = told;
  const about = straightLine(meeting.subject);
  const titled = about === '' ? title : texts('mail.subject', { title, subject: about });
  const date = longDate(hearer, meeting.begin);
  const parts: MailParts = {
    from: { name: mailboxName(settings.JMB_NAME), address: serviceAddress(settings) },
    replyTo: { name: mailboxName(told.replyTo.name), address: told.replyTo.address },
    to: { name: '', address: owner.email },
    subject: told.isOnly ? texts('mail.subject_date', { subject: titled, date }) : title,
    text: told.text,
    html: told.html,
    // RFC 3834: nobody's program answers it, so that two of them cannot write to each other by way of us.
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'OOF, AutoReply',
      'Content-Language': language,
      ...(told.isOnly ? { References: threadRoot(meeting, owner.email, settings.JMB_SERVER_NAME) } : {}),
    },
    ...returnPath(settings, meeting, owner),
  };
  const content = JSON.stringify(parts);
  const version = at === null ? kind : `${kind}.${at}`;
  return {
    meetingId: meeting.id,
    kind,
    recipient: owner.email,
    role: 'owner',
    messageId: `<${meeting.id}.${version}.${fingerprint(content)}@${settings.JMB_SERVER_NAME}>`,
    content,
    expires: told.expires,
  };
}

/** What somebody wrote by hand to the address that answers go to. */
export interface Word {
  /** Who wrote it: answers of the owner go there. */
  readonly writer: { readonly name: string; readonly address: string };
  /** What was written, already bounded. */
  readonly text: string;
  /** The names of what came with it, which stays behind. */
  readonly attached: readonly string[];
}

/** How many names of what came with it are told, and how many signs of each. */
const MOST_NAMES = 20;
const LONGEST_NAME = 100;

/** The mail that passes on what somebody wrote. */
export function wordMail(hearer: Hearer, { writer, text, attached }: Word): OutboxMail {
  const { meeting, language } = hearer;
  const texts = textsIn(language);
  const name = straightLine(writer.name).slice(0, LONGEST_NAME);
  const who = name === '' ? writer.address : texts('mail.person', { name, email: writer.address });
  const subject = straightLine(meeting.subject) || texts('meeting.no_subject');
  const names = attached.slice(0, MOST_NAMES).map((one) => straightLine(one).slice(0, LONGEST_NAME));
  const lines = [
    texts('mail.word_intro', { who, subject, time: beginning(meeting.begin, hearer) }),
    ...(names.length > 0 ? [texts('mail.word_attached', { names: names.join(', ') })] : []),
    '',
    text.trimEnd(),
  ];
  return ownerMail(hearer, {
    kind: 'word',
    title: texts('mail.word_title', { who: name || writer.address }),
    isOnly: true,
    replyTo: { name, address: writer.address },
    text: `${lines.join('\n')}\n`,
    html: '',
    at: null,
    expires: null,
  });
}

/** A moment in Unix seconds: day and time, with the zone by name and offset. */
export function beginning(begin: number, reader: Reader): string {
  const { date, time } = when({ begin, end: begin }, reader);
  return textsIn(reader.language)('mail.day_time', { date, time });
}

/** Seconds for which it is worth telling after the meeting that somebody was not reached. */
const AFTERWARDS = 86_400;

/** The mail that tells whom no mail has reached, with a link to correct the addresses. @param now Unix seconds */
export function returnedMail(
  hearer: Hearer,
  returned: readonly { readonly recipient: string; readonly reason: string }[],
  now: number,
): OutboxMail {
  const { meeting, owner, language, settings } = hearer;
  const texts = textsIn(language);
  const row = (label: string, value: string) => ({ label, value, line: texts('mail.row', { label, value }) });
  const { date, hours } = when(meeting, hearer);
  const why = (reason: string): string => {
    const meaning = meaningOf(reason);
    return meaning === null ? reason : texts('mail.row', { label: texts(`failure.${meaning}`), value: reason });
  };
  const title = texts('mail.title_returned');
  const bookings = bookingLink(settings.JMB_URL);
  const view = {
    ...{ language, title, intro: texts('mail.intro_returned') },
    rows: [
      row(texts('mail.label_subject'), straightLine(meeting.subject)),
      row(texts('mail.label_date'), date),
      row(texts('mail.label_time'), hours),
    ],
    people: [
      {
        label: texts('mail.label_returned'),
        items: returned.map(({ recipient, reason }) => `${recipient} (${why(reason)})`),
      },
    ],
    others: [
      {
        label: texts(meeting.end > now ? 'mail.correct' : 'mail.follow'),
        url: `${bookings}?attendees&id=${meeting.series?.next ?? meeting.id}`,
      },
    ],
    footer: texts('mail.footer_owner', { name: straightLine(settings.JMB_NAME) }),
  };
  return ownerMail(hearer, {
    ...{ kind: 'returned', title, isOnly: true, text: plain(view), html: html(view), at: now },
    replyTo: { name: '', address: owner.email },
    expires: Math.max(meeting.end, now + AFTERWARDS),
  });
}
