/** Reading meetings: one by its id or room, those of a person, and their people. */
import type { Attendee, Invitation, Meeting } from '../meetings/meeting.ts';
import { oneSeatEach, RANK } from '../meetings/people.ts';
import { type Slot, seatsIn } from './agenda.ts';
import {
  ATTENDEE_COLUMNS,
  type AttendeeRow,
  attendeeOf,
  idOf,
  MEETING_COLUMNS,
  type MeetingRow,
  meetingOf,
} from './rows.ts';
import type { Store } from './store.ts';

/** A meeting as a person's feed shows it. */
export interface Owned extends Invitation {
  /** The owner's address; empty where an old row has none. */
  readonly owner: string;
}

/** A meeting as a person's list shows it. */
export interface Listed extends Owned {
  /** How many moderators and guests there are; the owner is not counted. */
  readonly invited: number;
  /** How many of them have accepted, declined, and said maybe. */
  readonly accepted: number;
  readonly declined: number;
  readonly tentative: number;
}

interface Counts {
  readonly owner: string | null;
  readonly invited: number;
  readonly accepted: number;
  /** With those who accepted. */
  readonly decided: number;
  /** Who said maybe. */
  readonly maybes: number;
}

/** The counts of a meeting where nobody has two seats and one is the owner's, as in all but a few old rows. */
interface SeatCounts extends Omit<Counts, 'maybes'> {
  readonly id: string;
  /** Whether that is so. */
  readonly plain: number;
}

/** The owner's address of a meeting `m`. */
const OWNER_COLUMN = `
  (SELECT lower(o.attendee_email) FROM attendees AS o
   WHERE o.attendee_meeting_id = m.meeting_id AND o.attendee_role = 'owner' LIMIT 1) AS owner`;

/**
 * Owner and counts of a meeting `m`, whatever seats old rows give its people: they count once, and owners not at all, so everybody
 * less the owners.
 */
const COUNT_COLUMNS = `
  ${OWNER_COLUMN},
  (SELECT count(DISTINCT lower(o.attendee_email))
     - count(DISTINCT CASE o.attendee_role WHEN 'owner' THEN lower(o.attendee_email) END)
   FROM attendees AS o WHERE o.attendee_meeting_id = m.meeting_id) AS invited,
  (SELECT count(DISTINCT CASE WHEN o.attendee_partstat = 1 OR o.attendee_role = 'owner' THEN lower(o.attendee_email) END)
     - count(DISTINCT CASE o.attendee_role WHEN 'owner' THEN lower(o.attendee_email) END)
   FROM attendees AS o WHERE o.attendee_meeting_id = m.meeting_id) AS accepted,
  (SELECT count(DISTINCT CASE WHEN o.attendee_partstat IN (1, 2) OR o.attendee_role = 'owner' THEN lower(o.attendee_email) END)
     - count(DISTINCT CASE o.attendee_role WHEN 'owner' THEN lower(o.attendee_email) END)
   FROM attendees AS o WHERE o.attendee_meeting_id = m.meeting_id) AS decided`;

/** Who said maybe to a meeting `m`, if anybody did to any. */
const MAYBES = `
  CASE WHEN EXISTS (SELECT 1 FROM answer_given WHERE given_tentative = 1)
    THEN (SELECT count(DISTINCT lower(o.attendee_email))
      FROM attendees AS o CROSS JOIN answer_given ON given_hash = o.attendee_meeting_hash
      WHERE o.attendee_meeting_id = m.meeting_id AND coalesce(o.attendee_partstat, 0) = 0
        AND o.attendee_role IS NOT 'owner' AND given_tentative = 1)
    ELSE 0 END AS maybes`;

/** Of a meeting whose seats went between two looks. */
const NOBODY = { owner: null, invited: 0, accepted: 0, decided: 0 } as const;

type SeatRow = MeetingRow & AttendeeRow;

/** The counts of meetings by their ids, from idx_attendee_meeting_role alone. One pass, for telling people apart takes longer than all the rest. */
function countsOf(store: Store, ids: readonly string[]): Map<string, Omit<Counts, 'maybes'>> {
  const rows = store.all<SeatCounts>(
    `SELECT CAST(attendee_meeting_id AS TEXT) AS id,
       count(*) = count(DISTINCT lower(attendee_email)) AND sum(attendee_role IS 'owner') = 1 AS plain,
       max(CASE attendee_role WHEN 'owner' THEN lower(attendee_email) END) AS owner,
       sum(attendee_role IS NOT 'owner') AS invited,
       sum(attendee_role IS NOT 'owner' AND attendee_partstat IS 1) AS accepted,
       sum(attendee_role IS NOT 'owner' AND (attendee_partstat IS 1 OR attendee_partstat IS 2)) AS decided
     FROM attendees
     WHERE attendee_meeting_id IN (SELECT CAST(value AS INTEGER) FROM json_each(?)) GROUP BY attendee_meeting_id`,
    JSON.stringify(ids),
  );
  const counts = new Map<string, Omit<Counts, 'maybes'>>(rows.map((row) => [row.id, row]));
  const odd = rows.filter(({ plain }) => plain === 0).map(({ id }) => id);
  if (odd.length === 0) return counts;
  const counted = store.all<SeatCounts>(
    `SELECT CAST(m.meeting_id AS TEXT) AS id, ${COUNT_COLUMNS}
     FROM meetings AS m WHERE m.meeting_id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))`,
    JSON.stringify(odd),
  );
  for (const row of counted) counts.set(row.id, row);
  return counts;
}

/**
 * The meetings in which a person takes part, by begin. One who is invited under several addresses has each meeting
 * once, in the highest role.
 * @param addresses the person's addresses, lower case
 * @param when only meetings that end after this Unix time
 */
export function invitationsOf(
  store: Store,
  addresses: readonly string[],
  when: { readonly endAfter: number },
): Owned[] {
  const rows = store.all<SeatRow & Pick<Counts, 'owner'>>(
    `SELECT ${MEETING_COLUMNS}, ${ATTENDEE_COLUMNS}, ${OWNER_COLUMN}
     FROM agenda
     CROSS JOIN attendees AS a ON a.attendee_id = agenda_attendee_id
     CROSS JOIN meetings AS m ON m.meeting_id = a.attendee_meeting_id
     LEFT JOIN meeting_extra AS e ON e.extra_meeting_id = m.meeting_id
     WHERE agenda_email IN (SELECT value FROM json_each(?)) AND agenda_end > ?
     ORDER BY m.meeting_begin, m.meeting_id`,
    JSON.stringify(addresses),
    when.endAfter,
  );
  return onceEach(rows).map(({ row, attendee }) => ({ meeting: meetingOf(row), attendee, owner: row.owner ?? '' }));
}

/** The same of chosen meetings, those of a person's agenda that are shown, with their counts. */
export function invitationsIn(store: Store, slots: readonly Slot[]): Listed[] {
  if (slots.length === 0) return [];
  const rows = store.all<SeatRow & Pick<Counts, 'maybes'>>(
    `SELECT ${MEETING_COLUMNS}, ${ATTENDEE_COLUMNS}, ${MAYBES}
     FROM attendees AS a
     CROSS JOIN meetings AS m ON m.meeting_id = a.attendee_meeting_id
     LEFT JOIN meeting_extra AS e ON e.extra_meeting_id = m.meeting_id
     WHERE a.attendee_id IN (SELECT value FROM json_each(?))
     ORDER BY m.meeting_begin, m.meeting_id`,
    seatsIn(slots),
  );
  const seats = onceEach(rows);
  const counts = countsOf(
    store,
    seats.map(({ row }) => row.id),
  );
  return seats.map(({ row, attendee }) => {
    const { owner, invited, accepted, decided } = counts.get(row.id) ?? NOBODY;
    const tallied = { invited, accepted, declined: decided - accepted, tentative: row.maybes };
    return { meeting: meetingOf(row), attendee, owner: owner ?? '', ...tallied };
  });
}

/** Each meeting once, with the seat that counts there. */
function onceEach<Row extends SeatRow>(rows: readonly Row[]): { readonly row: Row; readonly attendee: Attendee }[] {
  const best = new Map<string, { readonly row: Row; readonly attendee: Attendee }>();
  for (const row of rows) {
    const known = best.get(row.id);
    const seat = attendeeOf(row);
    const attendee = known === undefined ? seat : seatOf([known.attendee, seat]);
    if (attendee !== known?.attendee) best.set(row.id, { row, attendee });
  }
  return [...best.values()];
}

/** The seat that counts: several of one address are one, of several addresses the highest is taken, the first of equals. */
function seatOf(seats: readonly [Attendee, Attendee]): Attendee {
  const [first, second] = oneSeatEach(seats);
  if (first === undefined || second === undefined) return first ?? seats[0];
  return RANK[second.role] > RANK[first.role] ? second : first;
}

/** A meeting by its id, or undefined; the id may be anybody's text. */
export function meetingById(store: Store, id: string): Meeting | undefined {
  const row = store.get<MeetingRow>(
    `SELECT ${MEETING_COLUMNS}
     FROM meetings AS m LEFT JOIN meeting_extra AS e ON e.extra_meeting_id = m.meeting_id
     WHERE m.meeting_id = ?`,
    idOf(id),
  );
  return row && meetingOf(row);
}

/** A meeting by its room's name in small letters, or undefined; old rows may have capitals. Should two have it, the later one. */
export function meetingByRoom(store: Store, room: string): Meeting | undefined {
  const row = store.get<MeetingRow>(
    `SELECT ${MEETING_COLUMNS}
     FROM meetings AS m LEFT JOIN meeting_extra AS e ON e.extra_meeting_id = m.meeting_id
     WHERE m.meeting_name = ? COLLATE NOCASE ORDER BY m.meeting_id DESC LIMIT 1`,
    room,
  );
  return row && meetingOf(row);
}

/** The people of a meeting, each once: owner, moderators, guests, in the order they were added. */
export function attendeesOf(store: Store, id: string): Attendee[] {
  return attendeesOfEach(store, [id]).get(id) ?? [];
}

/** The people of several meetings, by meeting id, as `attendeesOf` gives them. */
export function attendeesOfEach(store: Store, ids: readonly string[]): Map<string, Attendee[]> {
  const rows = store.all<AttendeeRow & { readonly meetingId: string }>(
    `SELECT CAST(a.attendee_meeting_id AS TEXT) AS meetingId, ${ATTENDEE_COLUMNS}
     FROM attendees AS a
     WHERE a.attendee_meeting_id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))
     ORDER BY a.attendee_id`,
    JSON.stringify(ids.filter((id) => idOf(id) !== null)),
  );
  const people = new Map<string, Attendee[]>();
  for (const row of rows) {
    const known = people.get(row.meetingId);
    if (known) known.push(attendeeOf(row));
    else people.set(row.meetingId, [attendeeOf(row)]);
  }
  for (const [id, list] of people) {
    people.set(
      id,
      oneSeatEach(list).sort((a, b) => RANK[b.role] - RANK[a.role]),
    );
  }
  return people;
}
