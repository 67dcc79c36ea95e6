/** The words of a mail's body, by kind and role, in the language of their reader. */
import html from '../../templates/mail/message.html.hbs';
import plain from '../../templates/mail/message.txt.hbs';
import { answerLink, bookingLink, feedLink, meetingLink } from '../calendar/event.ts';
import { toldDetails } from '../meetings/details.ts';
import type { Meeting, Role } from '../meetings/meeting.ts';
import { addressesIn } from '../meetings/people.ts';
import { dayList, excludedFor, seriesWords } from '../meetings/series.ts';
import { type TextKey, type Texts, texts as textsIn } from '../text/catalogue.ts';
import { durationText, isoDate, longDate, type Reader, timeOf, utcOffset } from '../text/dates.ts';
import { straightLine } from '../text/plain_text.ts';
import type { MailEvent, Message } from './messages.ts';
import type { OwnTemplates } from './own_templates.ts';
import { key, type MailSettings, readerOf, type Told, title } from './titles.ts';

/** When a meeting is, in words. */
export interface When {
  readonly date: string;
  /** The begin with its zone. */
  readonly time: string;
  /** Begin and end with their zone; an end on another day has its date. */
  readonly hours: string;
}

/** Says when something is, by its reader's clock. */
export function when({ begin, end }: Pick<Meeting, 'begin' | 'end'>, reader: Reader): When {
  const texts = textsIn(reader.language);
  const zone = reader.zone.name.replace(/_/g, ' ');
  const [before, after] = [utcOffset(reader.zone, begin), utcOffset(reader.zone, end)];
  const named = zone === before ? zone : texts('mail.zone', { zone, offset: before });
  const date = longDate(reader, begin);
  const from = timeOf(reader, begin);
  const until = timeOf(reader, end);
  const sameDay = isoDate(reader.zone, begin) === isoDate(reader.zone, end);
  const hours = {
    begin: from,
    end: sameDay ? until : texts('mail.day_time', { date: longDate(reader, end), time: until }),
  };
  return {
    date,
    time: texts('mail.time', { time: from, zone: named }),
    hours:
      before === after
        ? texts('mail.hours', { ...hours, zone: named })
        : texts('mail.hours_changing', { ...hours, before, after, zone }),
  };
}

/** Plain text and HTML of one message, by the administrator's templates where there are such. */
export function writeBody(
  event: MailEvent,
  message: Message,
  settings: MailSettings,
  own: OwnTemplates,
): { text: string; html: string } {
  const view = viewOf(event, message, settings);
  const { kind, attendee } = message;
  const { language } = readerOf(event, message, settings);
  const occasion = { kind, role: attendee.role, language };
  return {
    text: own.write('txt', occasion, view) ?? plain(view),
    html: own.write('html', occasion, view) ?? html(view),
  };
}

interface Link {
  readonly label: string;
  readonly url: string;
}

/** What templates show. The names are documented in OPERATING.md: each is always there, empty where there is nothing to say. */
function viewOf(event: MailEvent, message: Message, settings: MailSettings): object {
  const reader = readerOf(event, message, settings);
  const { language } = reader;
  const texts = textsIn(language);
  const { meeting, owner } = event;
  const { kind, attendee } = message;
  const name = straightLine(owner.name ?? '');
  const person = name === '' ? owner.email : texts('mail.person', { name, email: owner.email });
  const { date, time, hours } = when(meeting, reader);
  const ended = kind === 'del' || kind === 'removed';
  const row = (label: TextKey, value: string) => ({
    label: texts(label),
    value,
    line: texts('mail.row', { label: texts(label), value }),
  });
  const join = ended ? null : joinLink(event, message, settings, texts);
  const asked = ended || attendee.role === 'owner' ? [] : answers(message, settings, texts);
  const others = accountLinks(event, message, settings, texts);
  const isGuest = attendee.role === 'guest' || kind === 'removed';
  return {
    ...{ kind, role: attendee.role, service: straightLine(settings.JMB_NAME) },
    ...{ subject: straightLine(meeting.subject), organiser: person, date, time, hours },
    duration: durationText(language, meeting.duration),
    repeats: meeting.series === undefined ? '' : seriesWords(meeting.series, texts, reader),
    room: join?.url ?? '',
    accept: asked.find(({ url }) => url.includes('?accept'))?.url ?? '',
    decline: asked.find(({ url }) => url.includes('?decline'))?.url ?? '',
    bookings: others[0]?.url ?? '',
    feed: others[1]?.url ?? '',
    moderators: isGuest ? [] : addressesIn(event.attendees, 'moderator'),
    guests: isGuest ? [] : addressesIn(event.attendees, 'guest'),
    details: toldDetails(ended ? {} : meeting, texts).map(({ label, text }) => ({ label, lines: text.split('\n') })),
    // What `details` has too, for templates that were written before there was more than the agenda.
    agendaTitle: texts('form.agenda'),
    agenda: ended || meeting.agenda === undefined ? [] : meeting.agenda.split('\n'),
    language,
    title: title(event, message, settings, language),
    intro: texts(key('intro', event, message), {
      ...{ organiser: name || owner.email, date, time, ...message.handed },
      day: longDate(reader, message.cut?.begin ?? meeting.begin),
    }),
    rows: [
      row('mail.label_subject', straightLine(meeting.subject)),
      row('mail.label_organiser', person),
      row(meeting.series === undefined ? 'mail.label_date' : 'mail.label_next', date),
      row('mail.label_time', hours),
      ...seriesRows(event, message, reader).map(([label, value]) => row(label, value)),
      row('mail.label_duration', durationText(language, meeting.duration)),
    ],
    people: isGuest ? [] : people(event, texts),
    join: join && {
      ...join,
      note: texts(meeting.series === undefined ? `mail.note_${attendee.role}` : 'mail.note_series'),
    },
    answersTitle: texts(answersTitle(event, message)),
    answers: asked,
    answersNote: asked.length > 0 ? answersNote(settings, texts) : '',
    others,
    footer: texts(attendee.role === 'owner' ? 'mail.footer_owner' : 'mail.footer', {
      name: straightLine(settings.JMB_NAME),
    }),
  };
}

/** By what a series repeats, and which dates to come are left out for its reader. */
function seriesRows({ meeting, at }: MailEvent, { attendee }: Message, reader: Reader): [TextKey, string][] {
  const { series, modified } = meeting;
  if (series === undefined) return [];
  const left = excludedFor(series.turns, attendee.email, modified).filter(({ begin }) => begin > at);
  const days = dayList(
    left.map(({ begin }) => begin),
    reader,
  );
  const repeats = seriesWords(series, textsIn(reader.language), reader);
  return [['mail.label_repeats', repeats], ...(days === '' ? [] : [['mail.label_except', days] as [TextKey, string]])];
}

/** The lists of moderators and guests, without empty ones. */
function people(event: MailEvent, texts: Texts): { label: string; items: string[] }[] {
  const list = (role: Role) =>
    event.attendees
      .filter((one) => one.role === role)
      .map(({ email, name }) =>
        name === undefined ? email : texts('mail.person', { name: straightLine(name), email }),
      );
  return [
    { label: texts('mail.label_moderators'), items: list('moderator') },
    { label: texts('mail.label_guests'), items: list('guest') },
  ].filter((group) => group.items.length > 0);
}

function joinLink(event: MailEvent, { attendee }: Message, settings: MailSettings, texts: Texts): Link {
  return {
    label: texts(`mail.join_${attendee.role}`),
    url: meetingLink(settings.JMB_URL, event.meeting, attendee),
  };
}

/** Whether the reader has said to come, and nothing has changed since but to the time that they wanted. */
function comes({ kind, attendee, suits, handed }: Message): boolean {
  return suits === true || handed !== undefined || (kind === 'reminder' && attendee.answer === 'accepted');
}

function answersTitle({ meeting }: Told, message: Message): TextKey {
  if (message.suits) return 'mail.answers_suits';
  if (message.had !== undefined) return `mail.answers_had_${message.had}`;
  if (meeting.series !== undefined) return 'mail.answers_series';
  return comes(message) ? 'mail.answers_accepted' : 'mail.answers';
}

function answers(message: Message, settings: MailSettings, texts: Texts): Link[] {
  const link = (answer: 'accept' | 'decline') => ({
    label: texts(`mail.${answer}`),
    url: answerLink(settings.JMB_URL, message.attendee.hash, answer),
  });
  return comes(message) ? [link('decline')] : [link('accept'), link('decline')];
}

/** Where nobody reads the answers of mail programs: that these links are the way. */
function answersNote({ JMB_MAIL_REPLY, JMB_NAME }: MailSettings, texts: Texts): string {
  return JMB_MAIL_REPLY === '' ? texts('mail.answers_note', { name: straightLine(JMB_NAME) }) : '';
}

/** For people with an account: their list of meetings, and their feed once they have one. */
function accountLinks(event: MailEvent, { attendee }: Message, settings: MailSettings, texts: Texts): Link[] {
  const feed = event.accounts.get(attendee.email);
  if (feed === undefined) return [];
  const list = { label: texts('mail.bookings'), url: bookingLink(settings.JMB_URL) };
  return feed === null ? [list] : [list, { label: texts('mail.feed'), url: feedLink(settings.JMB_URL, feed) }];
}
