/** What a meeting or a room is to somebody who signed in: whose it is, and whether it opens. */
import type { Context } from '../context.ts';
import { roomName } from '../jitsi/room_name.ts';
import type { Attendee, Identity, Invitation, Meeting, Role } from '../meetings/meeting.ts';
import { highest } from '../meetings/people.ts';
import { decide } from '../people/check_modules.ts';
import { nameOfAddress } from '../people/identity.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { bossesOf, isAssistant } from '../store/assistants.ts';
import { type GoneLink, goneLink } from '../store/changes.ts';
import { invitationByHash, invitationBySeries } from '../store/invitations.ts';
import { attendeesOf, meetingById, meetingByRoom } from '../store/meetings.ts';
import { namesOf } from '../store/people.ts';
import type { Store } from '../store/store.ts';
import type { TextKey } from '../text/catalogue.ts';
import { longDate, timeOf } from '../text/dates.ts';

/** A meeting and its people. */
export interface Owned {
  readonly meeting: Meeting;
  readonly attendees: readonly Attendee[];
}

/** A meeting as one who may do something with it has it. */
export interface Held extends Owned {
  /** As whom that is done: who signed in, or whoever lets them act in their place. */
  readonly as: Identity;
}

/** The meeting of an id that came from outside, if this user owns it, or may act for its owner: 404 where there is none, 403 where not. */
export function ownedMeeting(context: Pick<Context, 'store'>, identity: Identity, id: string): Held | Refusal {
  return heldMeeting(context, identity, id, ['owner'], 'refused.not_owner');
}

/** The same, if this user owns or moderates it: those two know of everybody who is invited. */
export function readMeeting(context: Pick<Context, 'store'>, identity: Identity, id: string): Held | Refusal {
  return heldMeeting(context, identity, id, ['owner', 'moderator'], 'refused.not_reader');
}

function heldMeeting(
  { store }: Pick<Context, 'store'>,
  identity: Identity,
  id: string,
  roles: readonly Role[],
  text: TextKey,
): Held | Refusal {
  const { uid } = identity;
  const ended = endedFor(store, identity);
  if (ended !== null) return ended;
  const meeting = meetingById(store, id);
  if (meeting === undefined) return refuse(404, 'refused.no_meeting', `${uid}: no meeting ${id.slice(0, 40)}`);
  const attendees = attendeesOf(store, meeting.id);
  const holds = ({ addresses }: Identity): boolean => {
    const seat = highest(attendees, addresses);
    return seat !== null && roles.includes(seat.role);
  };
  const as = [identity].find(holds) ?? (identity.by ? undefined : bosses(store, identity).find(holds));
  if (as === undefined) return refuse(403, text, `${uid} is no ${roles.join(' or ')} of ${meeting.id}`);
  return { meeting, attendees, as };
}

/** Those whom this user may act for, as that. */
export function bosses(store: Store, by: Identity): Identity[] {
  const found = bossesOf(store, by.addresses).filter(({ uid }) => uid !== by.uid);
  const names = namesOf(
    store,
    found.map(({ addresses: [main] }) => main),
  );
  return found.map(({ uid, addresses }) => {
    const [email] = addresses;
    return { uid, email, addresses, name: names.get(email) ?? nameOfAddress(email), by };
  });
}

/** As whom this user acts for an address: as themselves where there is none, else as whoever lets them; 403 where nobody does. */
export function actingFor({ store }: Pick<Context, 'store'>, identity: Identity, address: string): Identity | Refusal {
  const asked = address.trim().toLowerCase();
  if (asked === '' || identity.addresses.includes(asked)) return identity;
  const boss = bosses(store, identity).find(({ addresses }) => addresses.includes(asked));
  return boss ?? noStandIn(identity, asked);
}

/** Why somebody acts for another no more; null where they do, or for nobody. Look at it within the transaction that writes. */
export function endedFor(store: Store, { uid, email, by }: Identity): Refusal | null {
  return by === undefined || isAssistant(store, uid, by.addresses) ? null : noStandIn(by, email);
}

function noStandIn({ uid }: Identity, address: string): Refusal {
  const name = address.slice(0, 100);
  return refuse(403, 'refused.no_stand_in', `${uid} does not stand in for ${name}`, { name });
}

/**
 * The invitation that the secret of a link opens: refused with 410 where it did until lately, and with 404 where it is nobody's.
 * @param hash what somebody gave
 */
export function invitationOf(context: Context, hash: string): Invitation | Refusal {
  const { store, clock } = context;
  const invitation = invitationByHash(store, hash);
  if (invitation !== undefined) return invitation;
  const next = invitationBySeries(store, hash, clock.now());
  if (next !== undefined) return next;
  const gone = goneLink(store, hash, clock.now());
  return gone === undefined ? refuse(404, 'refused.no_invitation', 'unknown hash') : whyGone(context, gone);
}

/** What is said to whoever holds a link that led to a meeting. */
function whyGone(context: Context, { id, subject, begin, end, owner, at, deleted, again }: GoneLink): Refusal {
  const name = namesOf(context.store, [owner]).get(owner);
  const about = { id, subject, begin, end, organiser: { email: owner, ...(name === undefined ? {} : { name }) } };
  const when = { date: longDate(context, at), time: timeOf(context, at) };
  if (again) return { ...refuse(410, 'refused.link_replaced', `a link of ${id} that was replaced`), about };
  if (deleted) return { ...refuse(410, 'refused.meeting_deleted', `meeting ${id} was deleted`, when), about };
  return { ...refuse(410, 'refused.taken_off', `taken off meeting ${id}`, when), about };
}

/** A room that an account may open. */
export interface Entry {
  readonly room: string;
  /** Whose room it is; null where nobody has booked it. */
  readonly meeting: Meeting | null;
  /** The account's seat in that meeting. */
  readonly attendee: Attendee | null;
  /** The check module that consented. */
  readonly module: string;
}

/**
 * Asks the check modules about an account and a room.
 * @param asked the room's name as it was asked for, lower case
 * @returns a refusal with 400 where no room has the name, with 403 where a module refuses or none consents
 * @throws Unavailable when a module, the directory or the database fails: nobody gets in by a failure
 */
export async function entryTo(context: Context, identity: Identity, asked: string): Promise<Entry | Refusal> {
  const room = roomOf(asked, identity.uid);
  if (roomName(room) === undefined) return refuse(400, 'refused.impossible_room', 'no room has this name', { room });
  const { store, clock } = context;
  const meeting = meetingByRoom(store, room) ?? null;
  const attendee = meeting && highest(attendeesOf(store, meeting.id), identity.addresses);
  const decision = await decide({ room, identity, now: clock.now(), meeting, role: attendee?.role ?? null }, context);
  return isRefusal(decision) ? decision : { room, meeting, attendee, module: decision.module };
}

/** Jitsi asks by what it made of the address, in which signs are written as `%40`; people and JMB by the name itself. */
function roomOf(asked: string, uid: string): string {
  if (!asked.includes('%') || roomName(asked) === roomName(uid)) return asked;
  try {
    return decodeURIComponent(asked).toLowerCase();
  } catch {
    return asked;
  }
}
