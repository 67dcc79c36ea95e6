/** Writing series: booked, cut, moved, ended and split, each within the transaction that does the same to their meetings. */
import type { Booking } from '../meetings/booking.ts';
import type { Attendee, MeetingId } from '../meetings/meeting.ts';
import type { Occurrence, Repetition, Rhythm, Series, Turn } from '../meetings/series.ts';
import { type BookingClock, insertMeeting, type Saved } from './bookings.ts';
import { keepSeriesLinks } from './changes.ts';
import { idOf } from './rows.ts';
import { newHash } from './secrets.ts';
import type { WholeSeries } from './series.ts';
import type { Store } from './store.ts';

/** What an id of a series has more than the nanoseconds of its booking: no meeting has such an id. */
const ABOVE = 4_000_000_000_000_000_000n;

/**
 * Books a series: its meetings, its rule and everybody's link to it.
 * @param booking of the first date
 * @param zone the IANA name of the zone in which it keeps its time
 * @returns the meetings, by their begin, and the id of the series
 */
export function insertSeries(
  store: Store,
  clock: BookingClock,
  owner: string,
  booking: Booking,
  { repetition, zone }: { readonly repetition: Repetition; readonly zone: string },
): { readonly id: MeetingId; readonly meetings: readonly Saved[] } {
  return store.transaction(() => {
    const id = insertRule(store, clock, repetition, zone);
    const meetings: Saved[] = [];
    repetition.occurrences.forEach(({ local, begin, skipped }, number) => {
      const saved = skipped ? null : insertMeeting(store, clock, owner, { ...booking, begin });
      if (saved !== null) meetings.push(saved);
      insertTurn(store, id, number, { local, begin, meetingId: saved?.meeting.id ?? null, off: skipped, apart: false });
    });
    for (const { email, role } of meetings[0]?.attendees ?? []) insertLink(store, id, email, role);
    return { id: id.toString(), meetings };
  });
}

function insertRule(
  store: Store,
  clock: BookingClock,
  { repeat, every, ends }: Rhythm & Pick<Series, 'ends'>,
  zone: string,
): bigint {
  for (let id = clock.nanoseconds() + ABOVE; ; id += 1n) {
    const inserted = store.run(
      `INSERT INTO series (series_id, series_repeat, series_every, series_ends, series_zone, series_created, series_modified)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (series_id) DO NOTHING`,
      id,
      repeat,
      every,
      ends,
      zone,
      clock.now(),
      clock.now(),
    );
    if (inserted === 1) return id;
  }
}

function insertTurn(store: Store, id: bigint, number: number, turn: Omit<Turn, 'absent'>): void {
  store.run(
    `INSERT INTO series_meeting
       (turn_series_id, turn_number, turn_local, turn_begin, turn_meeting_id, turn_off, turn_apart)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    id,
    number,
    turn.local,
    turn.begin,
    turn.meetingId === null ? null : idOf(turn.meetingId),
    turn.off ? 1 : 0,
    turn.apart ? 1 : 0,
  );
}

function insertLink(store: Store, id: bigint, email: string, role: string): void {
  store.run(
    'INSERT INTO series_link (link_series_id, link_hash, link_email, link_role) VALUES (?, ?, ?, ?)',
    id,
    newHash(),
    email,
    role,
  );
}

/** Notes a change of a series as a whole, which everybody is told of: `sequence` and `version` go up. @param now Unix seconds */
export function touchSeries(store: Store, id: MeetingId, now: number): void {
  store.run(
    `UPDATE series SET series_sequence = series_sequence + 1, series_version = series_version + 1,
       series_modified = max(series_modified, ?) WHERE series_id = ?`,
    now,
    idOf(id),
  );
}

/**
 * Takes one date out of what the series says: its meeting is off, or stands apart from now on; or it is `odd`, and says something else
 * that nobody is told of.
 */
export function cutTurn(store: Store, id: MeetingId, number: number, how: 'off' | 'apart' | 'odd'): void {
  store.run(
    `UPDATE series_meeting SET turn_off = max(turn_off, ?), turn_apart = coalesce(?, turn_apart)
     WHERE turn_series_id = ? AND turn_number = ?`,
    how === 'off' ? 1 : 0,
    how === 'off' ? null : how === 'apart' ? 1 : 2,
    idOf(id),
    number,
  );
}

/** Ends a series before one of its dates; what becomes of the meetings from there on is the caller's to say. */
export function endSeries(store: Store, id: MeetingId, number: number): void {
  const bound = idOf(id);
  store.run('DELETE FROM series_meeting WHERE turn_series_id = ? AND turn_number >= ?', bound, number);
  store.run(`UPDATE series SET series_ends = 'until' WHERE series_id = ?`, bound);
}

/** Moves the dates of a series, in their order; what any of their meetings said besides, it says no more. */
export function moveTurns(store: Store, id: MeetingId, occurrences: readonly Occurrence[]): void {
  store.run('UPDATE series_meeting SET turn_apart = 0 WHERE turn_series_id = ? AND turn_apart = 2', idOf(id));
  occurrences.forEach(({ local, begin }, number) => {
    store.run(
      'UPDATE series_meeting SET turn_local = ?, turn_begin = ? WHERE turn_series_id = ? AND turn_number = ?',
      local,
      begin,
      idOf(id),
      number,
    );
  });
}

/**
 * Ends a series before one of its dates, and begins another with the meetings from there on.
 * @param occurrences the dates of the new one
 * @returns the new one's id; nobody has a link to it yet
 */
export function splitSeries(
  store: Store,
  clock: BookingClock,
  { meeting: { id, series } }: WholeSeries,
  number: number,
  occurrences: readonly Occurrence[],
): MeetingId {
  endSeries(store, id, number);
  const next = insertRule(store, clock, series, series.zone);
  occurrences.forEach((occurrence, at) => {
    const turn = series.turns[number + at];
    if (turn !== undefined) insertTurn(store, next, at, { ...turn, ...occurrence });
  });
  return next.toString();
}

/** Gives everybody in a meeting of a series a link to all of it; the links of those who are in it no more say so for a while. */
export function linkPeople(store: Store, whole: WholeSeries, people: readonly Attendee[], now: number): void {
  const { id } = whole.meeting;
  const known = new Map(whole.attendees.map((attendee) => [attendee.email, attendee]));
  for (const { email, role } of people) {
    const before = known.get(email);
    if (before === undefined) addLink(store, id, email, role);
    else if (before.role !== role) {
      store.run(
        'UPDATE series_link SET link_role = ? WHERE link_series_id = ? AND link_email = ?',
        role,
        idOf(id),
        email,
      );
    }
  }
  const staying = new Set(people.map(({ email }) => email));
  for (const { email } of whole.attendees) {
    if (staying.has(email)) continue;
    keepSeriesLinks(store, whole, email, now);
    store.run('DELETE FROM series_link WHERE link_series_id = ? AND link_email = ?', idOf(id), email);
  }
}

/** Gives somebody a link to a series. */
export function addLink(store: Store, id: MeetingId, email: string, role: string): void {
  const bound = idOf(id);
  if (bound !== null) insertLink(store, bound, email, role);
}

/** Puts another address in the place of somebody's, whose link stays; nothing where the other one is in the series already. */
export function changeLink(store: Store, id: MeetingId, from: string, to: string): void {
  store.run(
    `UPDATE series_link SET link_email = ? WHERE link_series_id = ? AND link_email = ?
       AND NOT EXISTS (SELECT 1 FROM series_link AS other WHERE other.link_series_id = ? AND other.link_email = ?)`,
    to,
    idOf(id),
    from,
    idOf(id),
    to,
  );
}

/** Gives somebody another link to a series in the place of the one that they had, which leads nowhere from now on. */
export function replaceSeriesLink(store: Store, whole: WholeSeries, email: string, now: number): void {
  keepSeriesLinks(store, whole, email, now);
  const bound = idOf(whole.meeting.id);
  store.run(
    'UPDATE series_link SET link_hash = ? WHERE link_series_id = ? AND link_email = ?',
    newHash(),
    bound,
    email,
  );
}

/** Forgets a series that is cancelled; its links say so for a while. What is over of its meetings stays, each for itself. */
export function removeSeries(store: Store, whole: WholeSeries, now: number): void {
  keepSeriesLinks(store, whole, null, now);
  store.run('DELETE FROM series WHERE series_id = ?', idOf(whole.meeting.id));
}
