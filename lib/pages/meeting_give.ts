/**
 * What one takes along from a meeting's page: the room's own address, an invitation in words, in neither of which is anybody's secret,
 * and booking.cgi?csv, its people as a table.
 */
import type { Owned } from '../booking/access.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import { roomLink } from '../jitsi/room_name.ts';
import { when } from '../mail/wording.ts';
import { toldDetails } from '../meetings/details.ts';
import type { Attendee } from '../meetings/meeting.ts';
import type { Request, Response } from '../message.ts';
import { houseZone } from '../settings.ts';
import { type Said, saidOf } from '../store/answers.ts';
import { namesOf } from '../store/people.ts';
import { texts as textsIn } from '../text/catalogue.ts';
import { clockTime, isoDate } from '../text/dates.ts';
import { clockWords, personWords } from './meeting_view.ts';

/** An address and a text to copy. */
export interface Given {
  readonly address: string;
  readonly text: string;
  /** How many lines the text has. */
  readonly lines: number;
}

/**
 * The invitation in the meeting's language, else the reader's, and by the house's clock, for it is given to anybody; null where no room
 * can be entered.
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
  const { date, hours } = when(meeting, { language, zone: houseZone(settings) });
  const row = (label: 'mail.label_date' | 'mail.label_time', value: string) =>
    texts('mail.row', { label: texts(label), value });
  const lines = [
    meeting.subject.trim() || texts('meeting.no_subject'),
    ...(email === '' ? [] : [texts('mail.intro_new_guest', { organiser: name })]),
    '',
    row('mail.label_date', date),
    row('mail.label_time', hours),
    ...toldDetails(meeting, texts).flatMap(({ label, text }) => ['', label, ...text.split('\n')]),
    '',
    texts('mail.join_guest'),
    address,
  ];
  return { address, text: lines.join('\n'), lines: Math.min(lines.length, 16) };
}

/** Answers with the table. */
export function attendeesCsv(_request: Request, context: Context, { read }: Pick<Granted, 'read'>): Response {
  const { texts, store, language, zone } = context;
  const { meeting, attendees } = read;
  const said = saidOf(store, meeting.id);
  const names = namesOf(
    store,
    attendees.map(({ email }) => email),
  );
  const head = [
    ...(['person', 'email', 'role', 'answer', 'note'] as const).map((key) => texts(`follow.${key}`)),
    texts('mail.time', { time: texts('follow.answered'), zone: clockWords(context, meeting.begin) }),
    texts('follow.connections'),
  ];
  const rows = attendees.map((attendee) =>
    rowOf(context, attendee, names.get(attendee.email), said.get(attendee.hash)),
  );
  const file = `${texts('follow.csv_file')}-${isoDate(zone, meeting.begin)}.csv`;
  return {
    status: 200,
    headers: [
      ['Content-Type', 'text/csv; charset=utf-8'],
      ['Content-Disposition', `attachment; filename="${file}"`],
      ['Cache-Control', 'no-store'],
      ['X-Content-Type-Options', 'nosniff'],
      ['Vary', 'Accept-Language'],
    ],
    body: csv([head, ...rows], language === 'fr' ? ';' : ','),
  };
}

function rowOf(
  { texts, zone }: Context,
  attendee: Attendee,
  signedInAs: string | undefined,
  said: Said | undefined,
): string[] {
  const { role, email, name, answer, connections } = attendee;
  const at = said === undefined || answer === 'none' ? '' : `${isoDate(zone, said.at)} ${clockTime(zone, said.at)}`;
  const word = role === 'owner' ? '' : texts(`follow.${answer}`);
  const person = personWords(email, name ?? signedInAs).name;
  return [person, email, texts(`role.${role}`), word, said?.comment ?? '', at, String(connections)];
}

/** What a spreadsheet takes for a formula, and would run: anybody who is invited can write a note. */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;

/**
 * Cells as RFC 4180 has them, after a byte order mark, by which Excel knows UTF-8.
 * @param separator what Excel expects where the reader's language is spoken
 */
export function csv(rows: readonly (readonly string[])[], separator: ';' | ','): string {
  const cell = (text: string): string => `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  return `\ufeff${rows.map((row) => `${row.map(cell).join(separator)}\r\n`).join('')}`;
}
