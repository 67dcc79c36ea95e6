/** Mails in English, of one meeting and of a series. */
import type { MailEvent, Message, MessageKind } from '../../lib/mail/messages.ts';
import { NONE } from '../../lib/mail/own_templates.ts';
import { mailSubject } from '../../lib/mail/titles.ts';
import { writeBody } from '../../lib/mail/wording.ts';
import type { Meeting } from '../../lib/meetings/meeting.ts';
import { BEGIN, guest, meeting, moderator, owner } from '../calendar/samples.ts';
import { eventOf, settings } from './samples.ts';

/** Seconds. */
export const WEEK = 7 * 86_400;
/** What mails are written with in English. */
export const ENGLISH = { ...settings, JMB_LANG: 'en', JMB_NAME: 'Visio' } as const;
const PEOPLE = { owner, moderator, guest };

/** Four Thursdays; the second is cancelled, and the guest is not invited to the third. */
export const series: Meeting = {
  ...{ ...meeting, subject: 'Jury' },
  series: {
    ...({ repeat: 'weekly', every: 1, ends: 'times', zone: 'Europe/Paris' } as const),
    ...{ next: '1', over: BEGIN + 3 * WEEK + meeting.duration },
    turns: [0, 1, 2, 3].map((week) => ({
      ...{
        begin: BEGIN + week * WEEK,
        local: `2026-12-${String(3 + 7 * week).padStart(2, '0')}T14:00`,
        meetingId: week === 1 ? null : String(week + 1),
      },
      ...{ off: week === 1, apart: false, absent: week === 2 ? [guest.email] : [] },
    })),
  },
};

/** One meeting. */
export const single: Meeting = { ...meeting, subject: 'Jury' };

/** Subject and body of a message in English. */
export function read(message: Message, changes: Partial<MailEvent> = {}) {
  const event = eventOf(message.kind, { meeting: single, ...changes });
  const { text, html } = writeBody(event, message, ENGLISH, NONE);
  const [title = '', intro = ''] = text.split('\n\n');
  return { subject: mailSubject(event, message, ENGLISH), title, intro, text, html };
}

/** A message to one of the three. */
export const to = (role: keyof typeof PEOPLE, kind: MessageKind, more: Partial<Message> = {}): Message => ({
  ...{ kind, attendee: PEOPLE[role], ...more },
});
