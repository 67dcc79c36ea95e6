/** What somebody wrote to the address that answers go to, as it goes on to the owner of the meeting. Pure. */
import { fingerprint } from '../calendar/feed_facts.ts';
import type { Invitation } from '../meetings/meeting.ts';
import type { Settings } from '../settings.ts';
import type { OutboxMail } from '../store/outbox.ts';
import { texts as textsIn } from '../text/catalogue.ts';
import { dateAndTime } from '../text/dates.ts';
import { straightLine } from '../text/plain_text.ts';
import type { MailParts } from './compose.ts';
import { mailboxName, serviceAddress } from './compose.ts';

/** What is passed on. */
export interface Word {
  /** Who wrote it: answers of the owner go there. */
  readonly writer: { readonly name: string; readonly address: string };
  /** What was written, already bounded. */
  readonly text: string;
  /** The names of what came with it, which stays behind. */
  readonly attached: readonly string[];
}

type WordSettings = Pick<
  Settings,
  'JMB_NAME' | 'JMB_MAIL_FROM_NOTIFICATION' | 'JMB_MAIL_REPLY' | 'JMB_LANG' | 'JMB_SERVER_NAME'
>;

/** How many names of what came with it are told. */
const MOST_NAMES = 20;

/**
 * The mail to the owner.
 * @param owner the owner's address
 */
export function composeWord({ meeting }: Invitation, owner: string, word: Word, settings: WordSettings): OutboxMail {
  const texts = textsIn(settings.JMB_LANG);
  const name = straightLine(word.writer.name).slice(0, 100);
  const who = name === '' ? word.writer.address : texts('mail.person', { name, email: word.writer.address });
  const subject = straightLine(meeting.subject);
  const attached = word.attached.slice(0, MOST_NAMES).map((one) => straightLine(one).slice(0, 100));
  const lines = [
    texts('mail.word_intro', { who, subject, date: dateAndTime(meeting.begin) }),
    ...(attached.length > 0 ? [texts('mail.word_attached', { names: attached.join(', ') })] : []),
    '',
    word.text.trimEnd(),
  ];
  const parts: MailParts = {
    from: { name: mailboxName(settings.JMB_NAME), address: serviceAddress(settings) },
    replyTo: { name: mailboxName(name), address: word.writer.address },
    to: { name: '', address: owner },
    subject: texts('mail.word_subject', { who: name || word.writer.address, subject }),
    text: `${lines.join('\n')}\n`,
    html: '',
    // RFC 3834: nobody's program answers it, so that two of them cannot write to each other by way of us.
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'Content-Language': settings.JMB_LANG,
    },
  };
  const content = JSON.stringify(parts);
  return {
    meetingId: meeting.id,
    kind: 'word',
    recipient: owner,
    role: 'owner',
    messageId: `<${meeting.id}.word.${fingerprint(content)}@${settings.JMB_SERVER_NAME}>`,
    content,
    expires: null,
  };
}
