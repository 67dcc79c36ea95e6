/** Who is in another meeting while one is held, and when all of them are free: of people of the house, whose meetings are known here. */
import type { Context } from '../context.ts';
import type { BookingForm } from '../meetings/booking.ts';
import { freeTimes, LOOKED_AHEAD, overlap, type Span } from '../meetings/busy.ts';
import type { Identity, MeetingId } from '../meetings/meeting.ts';
import { ONCE, type SeriesForm } from '../meetings/series_form.ts';
import { nameOfAddress } from '../people/identity.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { type Busy, busyOf } from '../store/agenda.ts';
import { addressesWith } from '../store/feeds.ts';
import { takeSearch } from '../store/limits.ts';
import { namesOf } from '../store/people.ts';
import { placesOf, seriesById } from '../store/series.ts';
import { domainMatches } from '../text/addresses.ts';
import { type BookingFor, checkedBooking } from './checked.ts';
import { type Booked, checkedSeries, type NoSeries } from './series.ts';

/** Somebody who is in another meeting. */
export interface Taken extends Span {
  readonly name: string;
  /** Whether that is who books. */
  readonly self: boolean;
  /** What it is, where the organiser is in it too; else empty: it is nobody else's to know. */
  readonly subject: string;
}

/** What is known of who is taken. */
export interface Clashes {
  /** By begin. */
  readonly taken: readonly Taken[];
  /** When all of them are free, in Unix seconds; none where nobody is taken. */
  readonly suits: readonly number[];
}

/** Who takes part, and when, in Unix seconds: of a series each date, by begin. */
export interface Plan {
  /** Lower-case addresses, the owner's apart. */
  readonly people: readonly string[];
  readonly spans: readonly Span[];
  /** The meetings themselves, where they are booked already. */
  readonly except: readonly MeetingId[];
}

/** How many free times are proposed. */
const PROPOSED = 3;

/**
 * The clashes of a form as it is typed, in which nothing is written.
 * @param about as whom it is booked; `series` of a new meeting, `wide` where more of its series is meant than the meeting
 * @returns what is wrong with what was typed, where that is no booking; a refusal with 429 of who looks too often
 */
export async function clashesTyped(
  context: Context,
  identity: Identity,
  about: BookingFor & { readonly series?: SeriesForm; readonly wide: boolean },
  typed: BookingForm,
): Promise<Clashes | NoSeries | Refusal> {
  const { store, clock } = context;
  // Counted apart from searches for people: no account has a blank in its name.
  const wait = takeSearch(store, `times ${identity.uid}`, clock.now());
  if (wait > 0) return refuse(429, 'refused.searches_limit', `${identity.uid} looks who is free too often`, {}, wait);
  const { meeting, series = ONCE, wide } = about;
  const checked =
    meeting === null
      ? await checkedSeries(context, about.identity, typed, series)
      : await checkedBooking(context, about, typed);
  if (!('booking' in checked)) return checked;
  const { repetition = null }: Partial<Booked> = checked;
  const { begin, duration, moderators, guests } = checked.booking;
  const dates = repetition?.occurrences ?? [{ begin, skipped: false }];
  return clashesOf(context, about.identity, {
    people: [...moderators, ...guests],
    spans: dates.filter(({ skipped }) => !skipped).map((one) => ({ begin: one.begin, end: one.begin + duration })),
    except: meeting === null ? [] : wide ? wholeSeries(context, meeting.id) : [meeting.id],
  });
}

/** The meetings of the series that a meeting is in. */
function wholeSeries({ store, clock }: Context, id: MeetingId): MeetingId[] {
  const place = placesOf(store, [id]).get(id);
  const turns = place === undefined ? [] : (seriesById(store, place.seriesId, clock.now())?.meeting.series.turns ?? []);
  return [id, ...turns.flatMap(({ meetingId }) => (meetingId === null ? [] : [meetingId]))];
}

/** The clashes of a plan: none where the administrator wants nobody to be told of any (JMB_SHOW_BUSY). Who has declined the other meeting is free. */
export function clashesOf(
  { store, settings, zone }: Context,
  owner: Identity,
  { people, spans, except }: Plan,
): Clashes {
  const [wanted, last] = [spans[0], spans.at(-1)];
  if (!settings.JMB_SHOW_BUSY || wanted === undefined || last === undefined) return { taken: [], suits: [] };
  const accounts = addressesWith(store, people);
  const house = people.filter((email) => accounts.has(email) || domainMatches(email, settings.JMB_MAIL_DOMAIN));
  // By whichever of their addresses people are invited.
  const persons = new Map<string, string>();
  for (const email of house) for (const one of [email, ...(accounts.get(email) ?? [])]) persons.set(one, email);
  for (const one of [owner.email, ...owner.addresses]) persons.set(one, owner.email);
  const to = Math.max(last.end, wanted.end + LOOKED_AHEAD);
  const busy = busyOf(store, [...persons.keys()], wanted.begin, to).filter(({ id }) => !except.includes(id));
  const clashing = busy.filter((one) => spans.some((span) => overlap(one, span)));
  if (clashing.length === 0) return { taken: [], suits: [] };
  const own = new Set(busy.filter(({ email }) => persons.get(email) === owner.email).map(({ id }) => id));
  const names = namesOf(store, [...persons.values()]);
  const taken = onceEach(clashing, persons).map(({ person, busy: one }) => ({
    name: person === owner.email ? owner.name : (names.get(person) ?? nameOfAddress(person)),
    self: person === owner.email && owner.by === undefined,
    subject: own.has(one.id) ? one.subject : '',
    begin: one.begin,
    end: one.end,
  }));
  return { taken, suits: freeTimes(spans, busy, PROPOSED, zone) };
}

/** One meeting of one person once, by whatever addresses they are in it. */
function onceEach(rows: readonly Busy[], persons: ReadonlyMap<string, string>): { person: string; busy: Busy }[] {
  const seen = new Map<string, { person: string; busy: Busy }>();
  for (const busy of rows) {
    const person = persons.get(busy.email) ?? busy.email;
    seen.set(`${person} ${busy.id}`, { person, busy });
  }
  return [...seen.values()].sort((one, other) => one.busy.begin - other.busy.begin);
}
