/**
 * What is given on by hand: the room's own address, by which anybody enters as a guest, and an invitation in words. Nobody's secret is in it.
 */

import type { Owned } from '../booking/access.ts';
import type { Context } from '../context.ts';
import { roomLink } from '../jitsi/room_name.ts';
import { when } from '../mail/wording.ts';
import { texts as textsIn } from '../text/catalogue.ts';
import { personWords } from './meeting_view.ts';

/** An address and a text to copy. */
export interface Given {
  readonly address: string;
  readonly text: string;
  /** How many lines the text has. */
  readonly lines: number;
}

/**
 * The invitation in the meeting's language, else the reader's; null where no room can be entered.
 * @param organiser the owner's name where it is known
 */
export function givenOf(context: Context, { meeting, attendees }: Owned, organiser: string | undefined): Given | null {
  const { settings } = context;
  const address = roomLink(settings.JMB_URL, meeting.room);
  if (address === undefined) return null;
  const language = meeting.language ?? context.language;
  const texts = textsIn(language);
  const owner = attendees.find(({ role }) => role === 'owner');
  const { name, email } = personWords(owner?.email ?? '', owner?.name ?? organiser);
  const { date, hours } = when(meeting, settings.JMB_ICAL_TZID, language);
  const row = (label: 'mail.label_date' | 'mail.label_time', value: string) =>
    texts('mail.row', { label: texts(label), value });
  const lines = [
    meeting.subject.trim() || texts('meeting.no_subject'),
    ...(email === '' ? [] : [texts('mail.intro_new_guest', { organiser: name })]),
    '',
    row('mail.label_date', date),
    row('mail.label_time', hours),
    ...(meeting.agenda === undefined ? [] : ['', texts('mail.label_agenda'), ...meeting.agenda.split('\n')]),
    '',
    texts('mail.join_guest'),
    address,
  ];
  return { address, text: lines.join('\n'), lines: Math.min(lines.length, 16) };
}
