/** Series in a person's feed: one event each, but for the dates that say something else, which stand for themselves. */
import type { FeedEntry } from '../calendar/feed_facts.ts';
import type { Context } from '../context.ts';
import type { Answer, Attendee, MeetingId } from '../meetings/meeting.ts';
import { highest } from '../meetings/people.ts';
import { saysTheSame } from '../meetings/series.ts';
import { placesOf, seriesById, type WholeSeries } from '../store/series.ts';

/**
 * The entries of a feed with those of each series in the place of its meetings.
 * @param addresses of whoever reads it
 */
export function withSeries(
  { store, clock }: Context,
  entries: readonly FeedEntry[],
  addresses: readonly string[],
): readonly FeedEntry[] {
  const places = placesOf(
    store,
    entries.map(({ meeting }) => meeting.id),
  );
  if (places.size === 0) return entries;
  const series = new Map<MeetingId, FeedEntry[]>();
  for (const entry of entries) {
    const place = places.get(entry.meeting.id);
    if (place !== undefined && !place.apart) series.set(place.seriesId, [...(series.get(place.seriesId) ?? []), entry]);
  }
  const folded = new Set<FeedEntry>();
  const wholes = [...series].flatMap(([id, all]) => {
    const whole = seriesById(store, id, clock.now(), addresses);
    const attendee = whole && highest(whole.attendees, addresses);
    if (whole === undefined || !attendee) return [];
    // A date that is declined alone, or alone is not, takes other time than the rest.
    const declines = declined(all).length * 2 > all.length;
    const answered = declines ? declined(all) : all.filter((entry) => !declined(all).includes(entry));
    const alike = answered.filter((entry) => saysTheSame(whole.meeting, entry.meeting));
    for (const entry of alike) folded.add(entry);
    return alike.length === 0 ? [] : [entryOf(whole, attendee, all, alike)];
  });
  return [...entries.filter((entry) => !folded.has(entry)), ...wholes];
}

function declined(entries: readonly FeedEntry[]): readonly FeedEntry[] {
  return entries.filter(({ attendee }) => attendee.answer === 'declined');
}

/** @param all those of its meetings that are to come, and `alike` those of them that the series speaks for */
function entryOf(
  { meeting, attendees }: WholeSeries,
  attendee: Attendee,
  all: readonly FeedEntry[],
  alike: readonly FeedEntry[],
): FeedEntry {
  const others = new Set(all.filter((entry) => !alike.includes(entry)).map((entry) => entry.meeting.id));
  const turns = meeting.series.turns.map((turn) =>
    turn.meetingId !== null && others.has(turn.meetingId) ? { ...turn, apart: true } : turn,
  );
  const seats = new Map<string, Attendee[]>();
  for (const entry of alike) {
    for (const seat of entry.attendees) {
      const theirs = seats.get(seat.email);
      if (theirs) theirs.push(seat);
      else seats.set(seat.email, [seat]);
    }
  }
  const people = attendees.map((one) => usual(one, seats.get(one.email) ?? []));
  const own = alike.map((entry) => entry.attendee).filter(({ email }) => email === attendee.email);
  const reader = usual(attendee, own);
  const owner = alike[0]?.owner ?? { email: '' };
  return { meeting: { ...meeting, series: { ...meeting.series, turns } }, attendee: reader, owner, attendees: people };
}

/** Somebody with the answer that they gave for most of the dates, and when they gave the last of them. */
function usual(one: Attendee, seats: readonly Attendee[]): Attendee {
  const counts = new Map<Answer, number>();
  let answeredAt = 0;
  for (const seat of seats) {
    counts.set(seat.answer, (counts.get(seat.answer) ?? 0) + 1);
    answeredAt = Math.max(answeredAt, seat.answeredAt ?? 0);
  }
  const answer = [...counts].sort(([, most], [, other]) => other - most)[0]?.[0] ?? 'none';
  const { answeredAt: _, ...rest } = one;
  return { ...rest, answer, ...(answeredAt > 0 ? { answeredAt } : {}) };
}
