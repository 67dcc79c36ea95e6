/** The mail that tells an owner who answered what, with the count so far. Plain text alone; its words are light to load. Pure. */
import { bookingLink } from '../calendar/event.ts';
import { fingerprint } from '../calendar/feed_facts.ts';
import { tallyOf, tallyWords, type Words } from '../meetings/answers.ts';
import type { Attendee, Meeting } from '../meetings/meeting.ts';
import type { Settings } from '../settings.ts';
import type { OutboxMail } from '../store/outbox.ts';
import { type Language, type Texts, texts as textsIn } from '../text/catalogue.ts';
import { longDate, timeOf } from '../text/dates.ts';
import { straightLine } from '../text/plain_text.ts';
import { type MailParts, serviceAddress } from './compose.ts';
import { threadRoot } from './messages.ts';

/** One person's answer as the owner hears of it. */
export interface HeardAnswer {
  readonly attendee: Attendee;
  /** Empty where it is not known. */
  readonly name: string;
  readonly words: Words;
}

/** What is new of one meeting. */
export interface MeetingNews {
  readonly meeting: Meeting;
  /** Everybody in it, to be counted. */
  readonly attendees: readonly Attendee[];
  readonly answers: readonly HeardAnswer[];
}

type AnswersSettings = Pick<
  Settings,
  'JMB_NAME' | 'JMB_URL' | 'JMB_ICAL_TZID' | 'JMB_SERVER_NAME' | 'JMB_MAIL_FROM_NOTIFICATION' | 'JMB_MAIL_REPLY'
>;

/**
 * Writes it.
 * @param owner the address that it goes to, with the language that it is written in; `now`: Unix seconds
 */
export function answersMail(
  owner: string,
  news: readonly [MeetingNews, ...MeetingNews[]],
  { settings, language, now }: { settings: AnswersSettings; language: Language; now: number },
): OutboxMail {
  const texts = textsIn(language);
  const [{ meeting }] = news;
  const answers = news.flatMap((one) => one.answers);
  const [only] = answers;
  const alone = answers.length === 1 && only !== undefined ? only : null;
  const title = alone === null ? texts('mail.answers_many', { count: answers.length }) : titleOf(alone, texts);
  const subject = news.length === 1 ? straightLine(meeting.subject) : '';
  const blocks = news.map((one) => blockOf(one, settings, language));
  const footer = texts('mail.footer_owner', { name: straightLine(settings.JMB_NAME) });
  const parts: MailParts = {
    from: { name: straightLine(settings.JMB_NAME), address: serviceAddress(settings) },
    replyTo: { name: '', address: alone === null ? owner : alone.attendee.email },
    to: { name: '', address: owner },
    subject: subject === '' ? title : texts('mail.subject', { title, subject }),
    text: `${blocks.join('\n\n')}\n\n-- \n${footer}\n`,
    html: '',
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'OOF, AutoReply',
      'Content-Language': language,
      ...(news.length === 1 ? { References: threadRoot(meeting, owner, settings.JMB_SERVER_NAME) } : {}),
    },
  };
  const content = JSON.stringify(parts);
  return {
    meetingId: meeting.id,
    kind: 'answers',
    recipient: owner,
    role: 'owner',
    messageId: `<${meeting.id}.answers.${now}.${fingerprint(content)}@${settings.JMB_SERVER_NAME}>`,
    content,
    expires: Math.max(...news.map((one) => one.meeting.end)),
  };
}

function titleOf({ attendee, name, words }: HeardAnswer, texts: Texts): string {
  const who = straightLine(name) || attendee.email;
  return words.proposal === null
    ? texts(`mail.answers_says_${attendee.answer}`, { who })
    : texts('mail.answers_proposes', { who });
}

function blockOf({ meeting, attendees, answers }: MeetingNews, settings: AnswersSettings, language: Language): string {
  const texts = textsIn(language);
  const { JMB_ICAL_TZID, JMB_URL } = settings;
  const at = (unix: number) => ({ date: longDate(language, unix), time: timeOf(language, unix) });
  const zone = JMB_ICAL_TZID.replace(/_/g, ' ');
  const lines = answers.flatMap(({ attendee, name, words }) => {
    const known = straightLine(name);
    const who = known === '' ? attendee.email : texts('mail.person', { name: known, email: attendee.email });
    return [
      texts(`mail.answers_says_${attendee.answer}`, { who }),
      ...(words.comment === '' ? [] : words.comment.split('\n').map((line) => `  > ${line}`)),
      ...(words.proposal === null
        ? []
        : [`  ${texts('mail.answers_proposal', { ...at(words.proposal.begin), zone })}`]),
    ];
  });
  const subject = straightLine(meeting.subject) || texts('meeting.no_subject');
  return [
    texts('mail.answers_meeting', { subject, ...at(meeting.begin), zone }),
    '',
    ...lines,
    '',
    tallyWords(tallyOf(attendees), texts),
    texts('mail.answers_follow'),
    `  ${bookingLink(JMB_URL)}?attendees&id=${meeting.id}`,
  ].join('\n');
}
