/** Deleting a meeting, or several of a series: the cancellation is written with it, and rooms close. */
import { prepareSeries } from '../calendar/recurrence.ts';
import type { Context } from '../context.ts';
import { messagesToAll } from '../mail/messages.ts';
import { peopleAreTold } from '../meetings/access.ts';
import type { Identity } from '../meetings/meeting.ts';
import type { Scope } from '../meetings/series.ts';
import { isRefusal, type Refusal } from '../refusal.ts';
import { removeMeeting } from '../store/bookings.ts';
import { peopleOfSeries } from '../store/invitations.ts';
import { dropNews } from '../store/outbox_changes.ts';
import { placesOf } from '../store/series.ts';
import { type Owned, ownedMeeting } from './access.ts';
import { accounts, type Ending, logged, sendAll, withinLimit, write } from './messages.ts';
import { orderClosing, tellRoom } from './rooms.ts';
import { type Removed, removeFromSeries } from './series_remove.ts';

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
