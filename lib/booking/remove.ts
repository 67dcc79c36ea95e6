/** Deleting a meeting, or several of a series: rooms close, and calendars hear of it, of a series as of its change. */
import { prepareSeries } from '../calendar/recurrence.ts';
import type { Context } from '../context.ts';
import { type Message, messagesToAll } from '../mail/messages.ts';
import { peopleAreTold } from '../meetings/access.ts';
import type { Attendee, Identity, Meeting, MeetingId } from '../meetings/meeting.ts';
import type { Scope } from '../meetings/series.ts';
import { isRefusal, type Refusal } from '../refusal.ts';
import { removeMeeting } from '../store/bookings.ts';
import { peopleOfSeries } from '../store/invitations.ts';
import { attendeesOfEach, meetingById } from '../store/meetings.ts';
import { dropNews } from '../store/outbox_changes.ts';
import { type Place, placesOf, seriesById, type WholeSeries } from '../store/series.ts';
import { cutTurn, endSeries, removeSeries, touchSeries } from '../store/series_changes.ts';
import { type Owned, ownedMeeting } from './access.ts';
import { accounts, type Ending, type Letters, logged, sendAll, withinLimit, write, writeAll } from './messages.ts';
import { orderClosing, tellRoom } from './rooms.ts';
import { wholeOf } from './series_people.ts';

/** Rooms that are opened so long before the begin, in seconds, are told at once; of the others cron tells Prosody. */
const SOON = 3600;

/**
 * Deletes a meeting of this owner. The cancellation goes to everyone or, once it has begun, to nobody where its owner wants that.
 * @param how `tell`: `yes`, `no`, or undefined where nothing was said; `scope`: how much of a series is meant
 * @returns how telling people went, null where nobody was to be told, or a refusal
 */
export async function remove(
  context: Context,
  identity: Identity,
  owned: Owned,
  { tell, scope = 'one' }: { readonly tell?: string | undefined; readonly scope?: Scope } = {},
): Promise<{ readonly told: Ending | null } | Refusal> {
  const { store, clock, log } = context;
  const { id } = owned.meeting;
  const inSeries = placesOf(store, [id]).get(id);
  // Several are deleted because some are to come.
  const several = inSeries !== undefined && scope !== 'one';
  const telling = several || peopleAreTold(owned.meeting, clock.now(), tell);
  if (inSeries !== undefined) prepareSeries();
  const people =
    inSeries === undefined ? owned.attendees.map(({ email }) => email) : peopleOfSeries(store, inSeries.seriesId);
  const { feeds } = await accounts(context, identity, telling ? people : []);
  const removed = withinLimit(context, identity, (): Removed | Refusal => {
    // Read again: the database may have changed while the directory was asked.
    const last = ownedMeeting(context, identity, id);
    if (isRefusal(last)) return last;
    const place = placesOf(store, [id]).get(id);
    if (place !== undefined) {
      return removeFromSeries(context, identity, { place, scope, telling, accounts: feeds });
    }
    removeMeeting(store, id, clock.now());
    orderClosing(context, last.meeting);
    if (telling) write(context, identity, { ...last, accounts: feeds }, messagesToAll('del', last.attendees));
    else dropNews(store, id, clock.now());
    return { meetings: [last.meeting], about: [id] };
  });
  if (isRefusal(removed)) return removed;
  for (const meeting of removed.meetings) {
    log.event('removed', { ...logged(meeting, identity), told: telling ? 'yes' : 'no' });
    if (meeting.id === id || meeting.begin < clock.now() + SOON) await tellRoom(context, meeting.room);
  }
  return { told: telling ? await sendAll(context, removed.about) : null };
}

/** What is to be deleted. */
export interface Removal {
  /** Where the meeting that its owner chose stands in its series. */
  readonly place: Place;
  readonly scope: Scope;
  /** Whether people are told of it. */
  readonly telling: boolean;
  readonly accounts: ReadonlyMap<string, string | null>;
}

/** What was deleted, and what the mails are about. */
export interface Removed {
  readonly meetings: readonly Meeting[];
  readonly about: readonly MeetingId[];
}

/** Deletes within the caller's transaction, and writes the messages. Of what is over only the chosen meeting goes. */
export function removeFromSeries(context: Context, identity: Identity, removal: Removal): Removed {
  const { store, clock } = context;
  const { place, scope, telling, accounts } = removal;
  const now = clock.now();
  const whole = wholeOf(context, place);
  const { turns } = whole.meeting.series;
  const meant = turns.flatMap(({ meetingId }, number) => {
    if (meetingId === null || (scope === 'one' && number !== place.number)) return [];
    if (scope === 'following' && number < place.number) return [];
    const meeting = meetingById(store, meetingId);
    return meeting !== undefined && (meeting.end > now || number === place.number) ? [{ number, meeting }] : [];
  });
  const people = attendeesOfEach(
    store,
    meant.map(({ meeting }) => meeting.id),
  );
  const isLast = meant.length === turns.filter(({ meetingId }) => meetingId !== null).length;
  const cancels = isLast || scope === 'all';
  const apart = meant.flatMap(({ number, meeting }): Letters[] => {
    const attendees = people.get(meeting.id) ?? [];
    return [{ meeting, attendees, messages: messagesToAll('del', knownAlone(whole, number, attendees)) }];
  });
  // Its links say why they lead nowhere, so before the meetings go.
  if (cancels) removeSeries(store, whole, now);
  else if (telling) for (const { number } of meant) cutTurn(store, place.seriesId, number, 'off');
  for (const { meeting } of meant) {
    removeMeeting(store, meeting.id, now);
    orderClosing(context, meeting);
    if (!telling) dropNews(store, meeting.id, now);
  }
  const meetings = meant.map(({ meeting }) => meeting);
  if (!telling) return { meetings, about: [] };
  const letters = cancels
    ? [{ ...whole, messages: messagesToAll('del', whole.attendees) }]
    : changedSeries(context, removal, whole);
  return { meetings, about: writeAll(context, identity, accounts, [...letters, ...apart]) };
}

/** Who knows a meeting of a series as an event of its own: everybody, once it stands apart, else those who are not in the series. */
export function knownAlone(whole: WholeSeries, number: number, attendees: readonly Attendee[]): readonly Attendee[] {
  if (whole.meeting.series.turns[number]?.apart) return attendees;
  return attendees.filter(({ email }) => !whole.attendees.some((member) => member.email === email));
}

/** The series as it goes on, for those whose calendars show what was deleted. */
function changedSeries({ store, clock }: Context, { place, scope }: Removal, whole: WholeSeries): Letters[] {
  const turn = whole.meeting.series.turns[place.number];
  if (turn === undefined || (scope === 'one' && turn.apart)) return [];
  if (scope === 'following') endSeries(store, place.seriesId, place.number);
  touchSeries(store, place.seriesId, clock.now());
  const after = seriesById(store, place.seriesId, clock.now());
  if (after === undefined) return [];
  const concerned =
    scope === 'one' ? after.attendees.filter(({ email }) => !turn.absent.includes(email)) : after.attendees;
  const cut = scope === 'one' ? { cut: { how: 'off', begin: turn.begin } as const } : {};
  return [{ ...after, messages: messagesToAll('edit', concerned).map((message): Message => ({ ...message, ...cut })) }];
}
