/** Handing a meeting, with the series that it is in, to a colleague, whose it is from then on: all links and answers stay, and both are told. */
import type { Context } from '../context.ts';
import type { Message } from '../mail/messages.ts';
import { mayEdit } from '../meetings/access.ts';
import type { Identity, MeetingId } from '../meetings/meeting.ts';
import { addressesIn } from '../meetings/people.ts';
import { isEditor } from '../people/check_modules.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { attendeesOf, meetingById } from '../store/meetings.ts';
import { type Held, type Owned, ownedMeeting } from './access.ts';
import { accounts, type Ending, logged, sendAll, withinLimit, writeAll } from './messages.ts';
import { type Colleague, colleagueOf } from './people_found.ts';
import { tellRoom } from './rooms.ts';
import { asKnown, ownerChanged } from './series_people.ts';

/**
 * Hands a meeting over. Who owned it moderates it, or is a guest where it has all the moderators that it may have.
 * @param typed the colleague: an address or an account
 * @returns how telling both went, or a refusal, with 400 where what was typed is wrong
 * @throws Unavailable when the directory is needed and does not answer
 */
export async function handOver(
  context: Context,
  identity: Identity,
  { meeting: { id }, attendees }: Owned,
  typed: string,
): Promise<{ readonly told: Ending } | Refusal> {
  const to = await colleagueOf(context, typed);
  if (isRefusal(to)) return to;
  if (identity.addresses.includes(to.email)) return refuse(400, 'hand.oneself', `${identity.uid} has it already`);
  if (!(await mayOwn(context, to))) return refuse(400, 'hand.no_editor', `${to.email} is no editor`, { name: to.name });
  const { feeds } = await accounts(context, identity, [to.email, ...attendees.map(({ email }) => email)]);
  const done = withinLimit(context, identity, () => {
    const before = ownedMeeting(context, identity, id);
    if (isRefusal(before)) return before;
    return handRefused(context, before) ?? handed(context, identity, before, to, feeds);
  });
  if (isRefusal(done)) return done;
  context.log.event('handed-over', { ...logged(done.meeting, identity), to: to.email });
  await tellRoom(context, done.meeting.room);
  return { told: await sendAll(context, done.about) };
}

/** Why a meeting is not handed over, whoever to: it is over, or who asks only acts in its owner's place. */
export function handRefused({ clock }: Context, { meeting, as }: Held): Refusal | null {
  if (as.by !== undefined) return refuse(403, 'hand.owner_only', `${as.by.uid} would hand over a meeting of ${as.uid}`);
  if (!mayEdit(meeting, 'owner', clock.now())) return refuse(403, 'refused.edit_late', `meeting ${meeting.id} is over`);
  return null;
}

/** Whether somebody may have meetings. Of whom no account is known only a service that asks nobody can say so. */
async function mayOwn(context: Context, { uid = '', email, name }: Colleague): Promise<boolean> {
  if (uid === '') return context.settings.JMB_MODULE_CHECK_EDITOR === '';
  return isEditor(context, { uid, email, name, addresses: [email] });
}

function handed(
  context: Context,
  identity: Identity,
  before: Owned,
  to: Colleague,
  feeds: ReadonlyMap<string, string>,
): Owned & { readonly about: readonly MeetingId[] } {
  const { store, settings } = context;
  const { id } = before.meeting;
  const from = addressesIn(before.attendees, 'owner')[0] ?? identity.email;
  const others = addressesIn(before.attendees, 'moderator').filter((email) => email !== to.email);
  const role = others.length < settings.JMB_MAX_MODERATORS ? 'moderator' : 'guest';
  ownerChanged(context, id, { from, to: to.email, role });
  const after = { meeting: meetingById(store, id) ?? before.meeting, attendees: attendeesOf(store, id) };
  const wasThere = before.attendees.some(({ email }) => email === to.email);
  const names = { from: identity.name, to: to.name };
  const messages = after.attendees.flatMap((attendee): Message[] => {
    if (attendee.email === to.email) return [{ kind: wasThere ? 'edit' : 'new', attendee, handed: names }];
    return attendee.email === from ? [{ kind: 'edit', attendee, handed: names }] : [];
  });
  const owner = { email: to.email, name: to.name };
  const letters = asKnown(context, after, messages).map((one) => ({ ...one, owner }));
  return { ...after, about: writeAll(context, identity, feeds, letters) };
}
