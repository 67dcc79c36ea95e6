/** The mail that tells an organiser whom no mail has reached, with a link to correct the addresses. Pure. */
import html from '../../templates/mail/message.html.hbs';
import plain from '../../templates/mail/message.txt.hbs';
import { bookingLink } from '../calendar/event.ts';
import { fingerprint } from '../calendar/feed_facts.ts';
import type { Attendee, Meeting } from '../meetings/meeting.ts';
import type { OutboxMail } from '../store/outbox.ts';
import { texts as textsIn } from '../text/catalogue.ts';
import { longDate, timeOf } from '../text/dates.ts';
import { straightLine } from '../text/plain_text.ts';
import { type ComposeSettings, type MailParts, returnPath, serviceAddress } from './compose.ts';

/** Seconds for which it is worth sending after the meeting. */
const AFTERWARDS = 86_400;

/** Writes it. @param now Unix seconds */
export function returnedMail(
  meeting: Meeting,
  owner: Attendee,
  returned: readonly { readonly recipient: string; readonly reason: string }[],
  settings: ComposeSettings,
  now: number,
): OutboxMail {
  const texts = textsIn(settings.JMB_LANG);
  const row = (label: string, value: string) => ({ label, value, line: texts('mail.row', { label, value }) });
  const subject = straightLine(meeting.subject);
  const [date, time] = [longDate(settings.JMB_LANG, meeting.begin), timeOf(settings.JMB_LANG, meeting.begin)];
  const isOpen = meeting.begin > now;
  const view = {
    language: settings.JMB_LANG,
    title: texts('mail.title_returned'),
    intro: texts('mail.intro_returned'),
    rows: [row(texts('mail.label_subject'), subject), row(texts('mail.label_date'), `${date}, ${time}`)],
    people: [
      {
        label: texts('mail.label_returned'),
        items: returned.map(({ recipient, reason }) => `${recipient} (${reason})`),
      },
    ],
    others: [
      isOpen
        ? { label: texts('mail.correct'), url: `${bookingLink(settings.JMB_URL)}?edit&id=${meeting.id}` }
        : { label: texts('mail.follow'), url: `${bookingLink(settings.JMB_URL)}?attendees&id=${meeting.id}` },
    ],
    footer: texts('mail.footer_owner', { name: straightLine(settings.JMB_NAME) }),
  };
  const parts: MailParts = {
    from: {
      name: straightLine(settings.JMB_NAME).replace(/=\?/g, '= ?'),
      address: serviceAddress(settings),
    },
    replyTo: { name: '', address: owner.email },
    to: { name: '', address: owner.email },
    subject: subject === '' ? view.title : texts('mail.subject', { title: view.title, subject }),
    text: plain(view),
    html: html(view),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'OOF, AutoReply' },
    ...returnPath(settings, meeting, owner),
  };
  const content = JSON.stringify(parts);
  return {
    meetingId: meeting.id,
    kind: 'returned',
    recipient: owner.email,
    role: 'owner',
    messageId: `<${meeting.id}.returned.${now}.${fingerprint(content)}@${settings.JMB_SERVER_NAME}>`,
    content,
    expires: Math.max(meeting.end, now + AFTERWARDS),
  };
}
