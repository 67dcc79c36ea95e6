/** What a person has in the agenda: only which meetings and when, to choose from, and what a search looks at. */
import { decodeEntities } from '../text/plain_text.ts';
import type { Store } from './store.ts';

/** A meeting in a person's agenda. */
export interface Slot {
  readonly id: string;
  /** Unix seconds. */
  readonly begin: number;
  readonly end: number;
  /** The person's rows of attendees; old meetings give one person several. */
  readonly seats: readonly number[];
}

/**
 * The meetings in which a person takes part, by begin.
 * @param addresses the person's addresses, lower case
 * @param when only meetings that end after this Unix time
 */
export function slotsOf(store: Store, addresses: readonly string[], when: { readonly endAfter: number }): Slot[] {
  const rows = store.all<{ id: string; begin: number; end: number; seat: number }>(
    `SELECT CAST(m.meeting_id AS TEXT) AS id, agenda_attendee_id AS seat,
       max(0, min(CAST(coalesce(m.meeting_begin, 0) AS INTEGER), 253402300799)) AS begin,
       max(0, min(CAST(coalesce(m.meeting_end, 0) AS INTEGER), 253402300799)) AS end
     FROM agenda
     CROSS JOIN attendees AS a ON a.attendee_id = agenda_attendee_id
     CROSS JOIN meetings AS m ON m.meeting_id = a.attendee_meeting_id
     WHERE agenda_email IN (SELECT value FROM json_each(?)) AND agenda_end > ?
     ORDER BY m.meeting_begin, m.meeting_id`,
    JSON.stringify(addresses),
    when.endAfter,
  );
  const slots: (Slot & { readonly seats: number[] })[] = [];
  for (const { id, begin, end, seat } of rows) {
    const last = slots.at(-1);
    if (last?.id === id) last.seats.push(seat);
    else slots.push({ id, begin, end, seats: [seat] });
  }
  return slots;
}

/** A meeting that somebody is in, and has not declined. */
export interface Busy {
  /** The address that they are in it by, lower case. */
  readonly email: string;
  readonly id: string;
  /** Unix seconds. */
  readonly begin: number;
  readonly end: number;
  readonly subject: string;
}

/** How many are looked at: more than fifty people have in their two weeks, or in the hundred dates of a series. */
const MOST_BUSY = 20_000;

/** The meetings that people are in between two Unix times, MOST_BUSY at most. @param addresses lower case */
export function busyOf(store: Store, addresses: readonly string[], from: number, to: number): Busy[] {
  const rows = store.all<Busy & { readonly plain: number }>(
    `SELECT agenda_email AS email, CAST(m.meeting_id AS TEXT) AS id, m.meeting_begin AS begin, agenda_end AS end,
       CAST(coalesce(m.meeting_object, '') AS TEXT) AS subject, coalesce(e.extra_plain, 0) AS plain
     FROM agenda
     CROSS JOIN attendees AS a ON a.attendee_id = agenda_attendee_id
     CROSS JOIN meetings AS m ON m.meeting_id = a.attendee_meeting_id
     LEFT JOIN meeting_extra AS e ON e.extra_meeting_id = m.meeting_id
     WHERE agenda_email IN (SELECT value FROM json_each(?)) AND agenda_end > ? AND m.meeting_begin < ?
       AND coalesce(a.attendee_partstat, 0) <> 2
     LIMIT ?`,
    JSON.stringify(addresses),
    from,
    to,
    MOST_BUSY,
  );
  return rows.map(({ plain, subject, ...row }) => ({
    ...row,
    subject: plain === 1 ? subject : decodeEntities(subject),
  }));
}

/** What of a meeting a person may search: no more of its people than that person is told of. */
export interface Searchable {
  readonly id: string;
  readonly subject: string;
  /** Addresses and known names: of everybody for owner and moderators, of the owner for guests. */
  readonly people: string;
}

/** What there is to search in these meetings. One in which a person has several seats may come once for each. */
export function searchableOf(store: Store, slots: readonly Slot[]): Searchable[] {
  const rows = store.all<Searchable & { readonly plain: number }>(
    `SELECT CAST(m.meeting_id AS TEXT) AS id, CAST(coalesce(m.meeting_object, '') AS TEXT) AS subject,
       coalesce(e.extra_plain, 0) AS plain,
       coalesce((SELECT group_concat(
           lower(o.attendee_email) || ' ' || coalesce(p.person_name, '') || ' ' || coalesce(n.name_text, ''), char(10))
         FROM attendees AS o LEFT JOIN person AS p ON p.person_address = lower(o.attendee_email)
         LEFT JOIN attendee_name AS n ON n.name_hash = o.attendee_meeting_hash
         WHERE o.attendee_meeting_id = m.meeting_id
           AND (a.attendee_role IN ('owner', 'moderator') OR o.attendee_role = 'owner')), '') AS people
     FROM attendees AS a
     CROSS JOIN meetings AS m ON m.meeting_id = a.attendee_meeting_id
     LEFT JOIN meeting_extra AS e ON e.extra_meeting_id = m.meeting_id
     WHERE a.attendee_id IN (SELECT value FROM json_each(?))`,
    seatsIn(slots),
  );
  return rows.map(({ id, subject, people, plain }) => ({
    id,
    subject: plain === 1 ? subject : decodeEntities(subject),
    people,
  }));
}

/** The seats of these meetings as one bound value. */
export function seatsIn(slots: readonly Slot[]): string {
  return JSON.stringify(slots.flatMap(({ seats }) => seats));
}
