/** Twelve weekly courses and what becomes of them: booked, changed, and the mails that tell of it as their readers have them. */
import { expect } from 'vitest';
import type { Meeting } from '../../lib/meetings/meeting.ts';
import { meetingBook, meetingChange } from '../../lib/pages/meeting_save.ts';
import { attendeesOf, meetingById } from '../../lib/store/meetings.ts';
import { dateAndTime } from '../../lib/text/dates.ts';
import { BOB, OUTSIDER, type Site, site } from './site.ts';

const DAY = 86_400;

/** Twelve weekly courses from Tuesday 6 October 2026, 14:00, over the 25th, when clocks are set back. */
export const COURSE = {
  conf_object: 'Cours',
  conf_date: '2026-10-06',
  conf_time: '14:00',
  conf_duration: '60',
  conf_guests: `${BOB}, ${OUTSIDER}`,
  conf_repeat: 'weekly',
  conf_times: '12',
};

/** Thursday 1 October 2026, 10:00, as seconds from NOW. */
export const EARLY = -54 * DAY - 3600;

/** A mail of the outbox, unfolded. */
export interface Mail {
  readonly about: string;
  readonly kind: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly lines: readonly string[];
}

export function bookAt(jmb: Site, form: Record<string, string> = {}, later = EARLY) {
  const typed = { conf_token: jmb.token('alice', later), ...COURSE, ...form };
  return jmb.ask(meetingBook, { as: 'alice', form: typed, later });
}

export function meetings(jmb: Site): Meeting[] {
  return jmb.store
    .all<{ id: string }>('SELECT CAST(meeting_id AS TEXT) AS id FROM meetings ORDER BY meeting_begin')
    .flatMap(({ id }) => meetingById(jmb.store, id) ?? []);
}

export const begins = (jmb: Site): string[] => meetings(jmb).map(({ begin }) => dateAndTime(begin));

/** The mails that were written since the one of this number. */
export function mailsSince(jmb: Site, before = 0): Mail[] {
  return jmb.store
    .all<{ about: string; kind: string; to: string; content: string }>(
      `SELECT CAST(outbox_meeting_id AS TEXT) AS about, outbox_kind AS kind, outbox_recipient AS "to", outbox_content AS content
       FROM outbox WHERE outbox_id > ? AND outbox_content <> '' ORDER BY outbox_id`,
      before,
    )
    .map(({ about, kind, to, content }) => {
      const { subject, text, calendar } = JSON.parse(content);
      return { about, kind, to, subject, text, lines: calendar.body.replace(/\r\n[ \t]/g, '').split('\r\n') };
    });
}

export const last = (jmb: Site): number =>
  jmb.store.get<{ id: number }>('SELECT max(outbox_id) AS id FROM outbox')?.id ?? 0;

/** All the mails are sent: what is written later is about what people have. */
export function sendAll(jmb: Site): number {
  jmb.store.transaction(() => jmb.store.run(`UPDATE outbox SET outbox_state = 'sent'`));
  return last(jmb);
}

/** The lines of a mail's calendar that begin so; of a rule only the event's, not those of its zone. */
export const part = ({ lines }: Mail, name: string): string[] =>
  lines.slice(name === 'RRULE' ? lines.indexOf('BEGIN:VEVENT') : 0).filter((line) => line.startsWith(name));

export async function booked(form: Record<string, string> = {}): Promise<{ jmb: Site; all: Meeting[]; sent: number }> {
  const jmb = site();
  expect((await bookAt(jmb, form)).status).toBe(303);
  return { jmb, all: meetings(jmb), sent: sendAll(jmb) };
}

/** The secret of somebody's link to the first series. */
export function linkOf(jmb: Site, email: string): string {
  const sql = 'SELECT link_hash AS hash FROM series_link WHERE link_email = ? ORDER BY link_id LIMIT 1';
  return jmb.store.get<{ hash: string }>(sql, email)?.hash ?? '';
}

export const linkIn = ({ text }: Mail): string => /join\.cgi\?id=(\w{16})/.exec(text)?.[1] ?? '';

/** What the form of a meeting would send back, with something else in it. */
export function change(jmb: Site, meeting: Meeting | undefined, form: Record<string, string>, later = EARLY) {
  const saved = meeting && meetingById(jmb.store, meeting.id);
  if (saved === undefined) throw new Error('no meeting');
  const [date = '', time = ''] = dateAndTime(saved.begin).split(' ');
  const guests = attendeesOf(jmb.store, saved.id).flatMap(({ role, email }) => (role === 'guest' ? [email] : []));
  const own = {
    ...{ conf_token: jmb.token('alice', later), conf_tsn: saved.id, conf_version: String(saved.version) },
    ...{ conf_object: saved.subject, conf_date: date, conf_time: time, conf_duration: String(saved.duration / 60) },
    conf_guests: guests.join('\n'),
  };
  return jmb.ask(meetingChange, { as: 'alice', form: { ...own, ...form }, later });
}
