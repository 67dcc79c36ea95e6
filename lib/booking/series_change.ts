/** Changing meetings of a series: one, which then may stand apart; those from one on, which become a series of their own; or all to come. */
import type { Context } from '../context.ts';
import { type Message, messagesToAll, whoIsTold } from '../mail/messages.ts';
import { type Booking, FARTHEST, GRACE, type Mistake } from '../meetings/booking.ts';
import { bookingOf } from '../meetings/fields.ts';
import type { Identity, Meeting, MeetingId } from '../meetings/meeting.ts';
import { movedDates, type Occurrence, type Scope, saysTheSame } from '../meetings/series.ts';
import { noteStandIn } from '../store/assistants.ts';
import { type Saved, updateMeeting } from '../store/bookings.ts';
import { attendeesOf, meetingById } from '../store/meetings.ts';
import { dropReminders } from '../store/outbox_changes.ts';
import { type Place, seriesById, type WholeSeries } from '../store/series.ts';
import { addLink, cutTurn, linkPeople, moveTurns, splitSeries, touchSeries } from '../store/series_changes.ts';
import { processZone, zoneOf } from '../text/zones.ts';
import type { Owned } from './access.ts';
import { type Letters, writeAll } from './messages.ts';
import { knownAlone } from './remove.ts';
import { orderOwnership } from './rooms.ts';
import { plan } from './series.ts';
import { among, wholeOf } from './series_people.ts';

/**
 * What a change of one meeting of a series means to whom. Another time or role makes it an event of its own: whoever is in the series
 * hears that this date is in it no more, and of the event. Other people alone do not: then the others' calendars are as they were.
 */
export function lettersOfOne(context: Context, place: Place, before: Owned, after: Saved): Letters[] {
  const { store, clock } = context;
  const told = whoIsTold(before, after);
  const stands = told.changed.length > 0;
  const { attendees: members, meeting } = wholeOf(context, place);
  const isMember = among(members);
  const isNew = among(told.newcomers);
  const isGone = among(told.removed);
  const shown = members.filter(among(before.attendees)).filter((one) => stands || isGone(one));
  const again = stands ? [] : members.filter(isNew);
  const staying = stands ? after.attendees.filter((one) => !isNew(one)) : [];
  const own = [
    ...messagesToAll(
      'new',
      told.newcomers.filter((one) => stands || !isMember(one)),
    ),
    ...messagesToAll('edit', staying),
    ...messagesToAll(
      'removed',
      told.removed.filter((one) => !isMember(one)),
    ),
  ];
  if (stands) cutTurn(store, place.seriesId, place.number, 'apart');
  else if (!saysTheSame(before.meeting, after.meeting)) cutTurn(store, place.seriesId, place.number, 'odd');
  if (shown.length + again.length === 0) return [{ ...after, messages: own }];
  touchSeries(store, place.seriesId, clock.now());
  const begin = meeting.series.turns[place.number]?.begin ?? before.meeting.begin;
  const cut = (message: Message): Message => ({
    ...message,
    cut: { how: isGone(message.attendee) ? 'without' : 'apart', begin },
  });
  const messages = [...messagesToAll('edit', shown).map(cut), ...messagesToAll('edit', again)];
  return [
    { ...wholeOf(context, place), messages },
    { ...after, messages: own },
  ];
}

/** A change of several meetings of a series. */
export interface SeriesChange {
  /** The meeting that its owner changed, and where it stands. */
  readonly before: Owned;
  readonly place: Place;
  readonly scope: Exclude<Scope, 'one'>;
  readonly booking: Booking;
  readonly accounts: ReadonlyMap<string, string | null>;
}

/** What became of it: what the mails are about, or why the dates cannot be so. */
export type SeriesChanged =
  | { readonly meeting: Meeting; readonly about: readonly MeetingId[] }
  | { readonly mistakes: { readonly date: readonly Mistake[] } }
  | { readonly unchanged: Meeting };

/** One of the meetings that are changed. */
interface Target extends Owned {
  readonly number: number;
  readonly apart: boolean;
}

/** Changes within the caller's transaction, and writes the messages. What has begun stays as it was, but for the chosen one. */
export function changeSeries(context: Context, identity: Identity, change: SeriesChange): SeriesChanged {
  const { before, place, booking, accounts } = change;
  const whole = wholeOf(context, place);
  const { series } = whole.meeting;
  const { turns } = series;
  const targets = targetsOf(context, change, whole);
  const moves = !place.apart && booking.begin !== before.meeting.begin;
  const from = change.scope === 'following' ? place.number : moves ? (targets[0]?.number ?? 0) : 0;
  const start = turns.slice(0, from).some(({ meetingId }) => meetingId !== null) ? from : 0;
  const dates = moves
    ? movedDates(series, turns.slice(start), place.number - start, booking.begin, zoneOf(series.zone) ?? processZone)
    : turns.slice(start);
  const mistake = mistakeIn(dates, targets[0], start, moves, context.clock.now());
  if (dates === null || mistake !== null) return { mistakes: { date: [mistake ?? { text: 'rule.date' }] } };
  const updates = targets.map((target) => {
    const date = dates[target.number - start];
    return { target, after: updated(context, change, target, date ?? { begin: target.meeting.begin }) };
  });
  const after = updates.find(({ target }) => target.number === place.number)?.after;
  if (after === undefined) throw new Error('the meeting that was changed is none of those that were');
  if (updates.every(({ target, after: { meeting } }) => meeting.version === target.meeting.version)) {
    return { unchanged: after.meeting };
  }
  for (const { after: saved } of updates) noteStandIn(context.store, saved.meeting.id, identity.by?.email ?? null);
  const letters =
    start > 0 ? split(context, whole, start, dates, after) : kept(context, whole, moves ? dates : [], after);
  const apart = updates.map(({ target, after: saved }) => lettersOfTarget(whole, target, saved));
  return { meeting: after.meeting, about: writeAll(context, identity, accounts, [...letters, ...apart]) };
}

/** Those to come, and the chosen one, by their numbers. */
function targetsOf({ store, clock }: Context, { place, scope }: SeriesChange, whole: WholeSeries): Target[] {
  return whole.meeting.series.turns.flatMap(({ meetingId, apart }, number) => {
    if (meetingId === null || (scope === 'following' && number < place.number)) return [];
    const meeting = meetingById(store, meetingId);
    if (meeting === undefined || (meeting.begin <= clock.now() && number !== place.number)) return [];
    return [{ meeting, attendees: attendeesOf(store, meetingId), number, apart }];
  });
}

/** What is wrong with the dates as they would be, or null. */
function mistakeIn(
  dates: readonly Occurrence[] | null,
  first: Target | undefined,
  start: number,
  moves: boolean,
  now: number,
): Mistake | null {
  if (!moves) return null;
  if (dates === null) return { text: 'rule.series_moved' };
  if ((dates[(first?.number ?? start) - start]?.begin ?? now) < now - GRACE) return { text: 'rule.series_past' };
  return (dates.at(-1)?.begin ?? now) > now + FARTHEST ? { text: 'rule.far' } : null;
}

/** A meeting as it is after the change; one that stands apart keeps its own time. */
function updated(
  context: Context,
  { place, booking }: SeriesChange,
  target: Target,
  date: Pick<Occurrence, 'begin'>,
): Saved {
  const { store, clock } = context;
  const { meeting, attendees, number, apart } = target;
  const own = bookingOf(meeting, attendees);
  const times = apart ? { begin: own.begin, duration: own.duration } : { begin: date.begin };
  const wanted = number === place.number ? booking : { ...booking, ...times };
  const update = updateMeeting(store, meeting.id, meeting.version, wanted, clock.now());
  if (update.outcome !== 'saved') throw new Error(`meeting ${meeting.id}: ${update.outcome} within one transaction`);
  const told = whoIsTold(target, update);
  if (told.moved) plan(context, update.meeting);
  for (const { email } of told.removed) dropReminders(store, meeting.id, clock.now(), email);
  orderOwnership(context, target, update);
  return update;
}

/** Ends the series before the first meeting that is changed; those from there on are another one, to which everybody is invited. */
function split(
  context: Context,
  whole: WholeSeries,
  number: number,
  dates: readonly Occurrence[],
  { attendees }: Saved,
): Letters[] {
  const { store, clock } = context;
  const { id } = whole.meeting;
  const next = splitSeries(store, clock, whole, number, dates);
  for (const { email, role } of attendees) addLink(store, next, email, role);
  touchSeries(store, id, clock.now());
  return [id, next].flatMap((one) => {
    const after = seriesById(store, one, clock.now());
    return after === undefined
      ? []
      : [{ ...after, messages: messagesToAll(one === id ? 'edit' : 'new', after.attendees) }];
  });
}

/** The series as it is now. @param moved its dates, where they are others */
function kept(context: Context, whole: WholeSeries, moved: readonly Occurrence[], { attendees }: Saved): Letters[] {
  const { store, clock } = context;
  const { id, series } = whole.meeting;
  moveTurns(store, id, moved);
  linkPeople(store, whole, attendees, clock.now());
  touchSeries(store, id, clock.now());
  const after = seriesById(store, id, clock.now());
  if (after === undefined) return [];
  const first = (one: WholeSeries) => ({ ...one.meeting, begin: one.meeting.series.turns[0]?.begin ?? 0 });
  const told = whoIsTold({ ...whole, meeting: first(whole) }, { ...after, meeting: first(after) });
  const absent = new Set(series.turns.flatMap((turn) => turn.absent));
  const concerned = after.attendees.filter(
    (one) => among(told.changed)(one) || (absent.has(one.email) && among(whole.attendees)(one)),
  );
  const messages = [
    ...messagesToAll('new', told.newcomers),
    ...messagesToAll('edit', concerned),
    ...messagesToAll('removed', told.removed),
  ];
  return [{ ...after, messages }];
}

/** To whoever knows a meeting as an event of its own. */
function lettersOfTarget(whole: WholeSeries, target: Target, after: Saved): Letters {
  const told = whoIsTold(target, after);
  const knows = among(
    knownAlone(whole, target.number, [...target.attendees, ...(target.apart ? after.attendees : [])]),
  );
  const messages = [
    ...messagesToAll('new', told.newcomers.filter(knows)),
    ...messagesToAll('edit', told.changed.filter(knows)),
    ...messagesToAll('removed', told.removed.filter(knows)),
  ];
  return { ...after, messages };
}
