/** The mail that tells an owner who answered what, with the count so far. Plain text alone; its words are light to load. Pure. */
import { bookingLink } from '../calendar/event.ts';
import { tallyOf, tallyWords, type Words } from '../meetings/answers.ts';
import type { Attendee, Meeting } from '../meetings/meeting.ts';
import type { OutboxMail } from '../store/outbox.ts';
import { type Texts, texts as textsIn } from '../text/catalogue.ts';
import { straightLine } from '../text/plain_text.ts';
import { beginning, type Hearer, ownerMail } from './owner_mail.ts';

/** One person's answer as the owner hears of it. */
export interface HeardAnswer {
  readonly attendee: Attendee;
  /** Empty where it is not known. */
  readonly name: string;
  readonly words: Words;
  /** How many other dates of a series were answered so. */
  readonly others: number;
}

/** What is new of one meeting. */
export interface MeetingNews {
  readonly meeting: Meeting;
  /** Everybody in it, to be counted. */
  readonly attendees: readonly Attendee[];
  readonly answers: readonly HeardAnswer[];
}

/**
 * Writes it.
 * @param hearer who hears of it; its meeting is the first that there is news of
 * @param now Unix seconds
 */
export function answersMail(hearer: Hearer, news: readonly [MeetingNews, ...MeetingNews[]], now: number): OutboxMail {
  const { owner, language, settings } = hearer;
  const texts = textsIn(language);
  const answers = news.flatMap((one) => one.answers);
  const [only] = answers;
  const alone = answers.length === 1 && only !== undefined ? only : null;
  const blocks = news.map((one) => blockOf(one, hearer));
  const footer = texts('mail.footer_owner', { name: straightLine(settings.JMB_NAME) });
  return ownerMail(hearer, {
    kind: 'answers',
    title: alone === null ? texts('mail.answers_many', { count: answers.length }) : titleOf(alone, texts),
    isOnly: news.length === 1,
    replyTo: alone === null ? { name: '', address: owner.email } : { name: alone.name, address: alone.attendee.email },
    text: `${blocks.join('\n\n')}\n\n-- \n${footer}\n`,
    html: '',
    at: now,
    expires: Math.max(...news.map((one) => one.meeting.end)),
  });
}

function titleOf({ attendee, name, words }: HeardAnswer, texts: Texts): string {
  const who = straightLine(name) || attendee.email;
  return words.proposal === null
    ? texts(`mail.answers_says_${attendee.answer}`, { who })
    : texts('mail.answers_proposes', { who });
}

function blockOf({ meeting, attendees, answers }: MeetingNews, hearer: Hearer): string {
  const texts = textsIn(hearer.language);
  const lines = answers.flatMap(({ attendee, name, others, words: { comment, proposal } }) => {
    const known = straightLine(name);
    const who = known === '' ? attendee.email : texts('mail.person', { name: known, email: attendee.email });
    return [
      texts(`mail.answers_says_${attendee.answer}`, { who }),
      ...(others === 0
        ? []
        : [`  ${texts(others === 1 ? 'mail.answers_dates_one' : 'mail.answers_dates_many', { count: others })}`]),
      ...(comment === '' ? [] : comment.split('\n').map((line) => `  > ${line}`)),
      ...(proposal === null
        ? []
        : [`  ${texts('mail.answers_proposal', { time: beginning(proposal.begin, hearer) })}`]),
    ];
  });
  const subject = straightLine(meeting.subject) || texts('meeting.no_subject');
  return [
    texts('mail.answers_meeting', { subject, time: beginning(meeting.begin, hearer) }),
    '',
    ...lines,
    '',
    tallyWords(tallyOf(attendees), texts),
    texts('mail.answers_follow'),
    `  ${bookingLink(hearer.settings.JMB_URL)}?attendees&id=${meeting.id}`,
  ].join('\n');
}
