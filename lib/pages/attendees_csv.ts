/** booking.cgi?csv&id=ID: the people of a meeting as a table for a spreadsheet, for owner and moderators. */

import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import type { Attendee } from '../meetings/meeting.ts';
import type { Request, Response } from '../message.ts';
import { type Said, saidOf } from '../store/answers.ts';
import { namesOf } from '../store/people.ts';
import { clockTime, isoDate } from '../text/dates.ts';
import { personWords } from './meeting_view.ts';

/** Answers with the table. */
export function attendeesCsv(_request: Request, context: Context, { read }: Pick<Granted, 'read'>): Response {
  const { texts, store, language } = context;
  const { meeting, attendees } = read;
  const said = saidOf(store, meeting.id);
  const names = namesOf(
    store,
    attendees.map(({ email }) => email),
  );
  const head = (['person', 'email', 'role', 'answer', 'note', 'answered', 'connections'] as const).map((key) =>
    texts(`follow.${key}`),
  );
  const rows = attendees.map((attendee) =>
    rowOf(context, attendee, names.get(attendee.email), said.get(attendee.hash)),
  );
  const file = `${texts('follow.csv_file')}-${isoDate(meeting.begin)}.csv`;
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
  { texts }: Context,
  attendee: Attendee,
  signedInAs: string | undefined,
  said: Said | undefined,
): string[] {
  const { role, email, name, answer, connections } = attendee;
  const at = said === undefined || answer === 'none' ? '' : `${isoDate(said.at)} ${clockTime(said.at)}`;
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
