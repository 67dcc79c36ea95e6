/** Deleting a meeting: its cancellation is written with it, and its room closes. */
import type { Context } from '../context.ts';
import { messagesToAll } from '../mail/messages.ts';
import { peopleAreTold } from '../meetings/access.ts';
import type { Identity } from '../meetings/meeting.ts';
import { isRefusal, type Refusal } from '../refusal.ts';
import { removeMeeting } from '../store/bookings.ts';
import { dropNews } from '../store/outbox_changes.ts';
import { type Owned, ownedMeeting } from './access.ts';
import { accounts, type Ending, logged, send, withinLimit, write } from './messages.ts';
import { orderClosing, tellRoom } from './rooms.ts';

/**
 * Deletes a meeting of this owner. The cancellation goes to everyone or, once it has begun, to nobody where its owner wants that.
 * @param tell `yes`, `no`, or undefined where nothing was said
 * @returns how telling people went, null where nobody was to be told, or a refusal
 */
export async function remove(
  context: Context,
  identity: Identity,
  owned: Owned,
  tell: string | undefined,
): Promise<{ readonly told: Ending | null } | Refusal> {
  const telling = peopleAreTold(owned.meeting, context.clock.now(), tell);
  const { feeds } = await accounts(context, identity, telling ? owned.attendees.map(({ email }) => email) : []);
  const { store, clock, log } = context;
  const removed = withinLimit(context, identity, () => {
    // Read again: the database may have changed while the directory was asked.
    const last = ownedMeeting(context, identity, owned.meeting.id);
    if (isRefusal(last)) return last;
    removeMeeting(store, last.meeting.id, clock.now());
    orderClosing(context, last.meeting);
    if (telling) write(context, identity, { ...last, accounts: feeds }, messagesToAll('del', last.attendees));
    else dropNews(store, last.meeting.id, clock.now());
    return last.meeting;
  });
  if (isRefusal(removed)) return removed;
  log.event('removed', { ...logged(removed, identity), told: telling ? 'yes' : 'no' });
  await tellRoom(context, removed.room);
  return { told: telling ? await send(context, removed.id) : null };
}
