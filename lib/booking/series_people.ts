/** The people of a series where one of its meetings is at hand: what they know of it, and the address of one of them in all of it. */
import type { Context } from '../context.ts';
import type { Message } from '../mail/messages.ts';
import type { Attendee, MeetingId } from '../meetings/meeting.ts';
import { noteStandIn } from '../store/assistants.ts';
import { changeAddress, changeOwner, replaceLink } from '../store/changes.ts';
import { attendeesOf, meetingById } from '../store/meetings.ts';
import { withdraw } from '../store/outbox_changes.ts';
import { type Place, placesOf, type StaffedMeeting, seriesById, type WholeSeries } from '../store/series.ts';
import { changeLink, linkPeople, replaceSeriesLink } from '../store/series_changes.ts';
import type { Letters } from './messages.ts';
import { orderOwnership } from './rooms.ts';

/** The series of a meeting that has a place in one. */
export function wholeOf({ store, clock }: Context, { seriesId }: Place): WholeSeries {
  const whole = seriesById(store, seriesId, clock.now());
  if (whole === undefined) throw new Error(`series ${seriesId} of a meeting is not there`);
  return whole;
}

/** Whose address is in a list. */
export function among(people: readonly Attendee[]): (one: Attendee) => boolean {
  const addresses = new Set(people.map(({ email }) => email));
  return ({ email }) => addresses.has(email);
}

/** Messages to people of a meeting, as they know it: who is in its series was invited to that, unless the meeting stands apart. */
export function asKnown(context: Context, known: StaffedMeeting, messages: readonly Message[]): readonly Letters[] {
  const place = placesOf(context.store, [known.meeting.id]).get(known.meeting.id);
  if (place === undefined || place.apart) return [{ ...known, messages }];
  const whole = wholeOf(context, place);
  const members = new Map(whole.attendees.map((member) => [member.email, member]));
  const alone = messages.filter(({ attendee }) => !members.has(attendee.email));
  const together = messages.flatMap((message) => {
    const { hash } = members.get(message.attendee.email) ?? {};
    return hash === undefined ? [] : [{ ...message, attendee: { ...message.attendee, hash } }];
  });
  return [
    { ...whole, messages: together },
    { ...known, messages: alone },
  ];
}

/** A meeting of a series, and whether its people know it by itself. */
interface One {
  readonly id: MeetingId;
  readonly alone: boolean;
}

/** A meeting with the others of its series; the first is told of as its people know it. */
function withOthers(
  context: Context,
  id: MeetingId,
): { readonly place: Place | undefined; readonly all: readonly One[] } {
  const place = placesOf(context.store, [id]).get(id);
  const turns = place === undefined ? [] : wholeOf(context, place).meeting.series.turns;
  const others = turns.flatMap(({ meetingId, apart }) =>
    meetingId === null || meetingId === id ? [] : [{ id: meetingId, alone: apart }],
  );
  return { place, all: [{ id, alone: true }, ...others] };
}

/**
 * Puts another address in the place of somebody's in a meeting and, where that is one of a series, in all of it; where the other one is
 * already, it stays as it is. What waits for the old one is withdrawn. Within the caller's transaction.
 * @returns what the new address is to be told
 */
export function addressChanged(context: Context, id: MeetingId, from: string, to: string): readonly Letters[] {
  const { store, clock } = context;
  const now = clock.now();
  const { place, all } = withOthers(context, id);
  const changed = all.filter((one) => {
    const before = attendeesOf(store, one.id);
    const meeting = meetingById(store, one.id);
    if (meeting === undefined || !before.some(({ email }) => email === from)) return false;
    if (before.some(({ email }) => email === to)) return false;
    withdraw(store, one.id, from, now, 'address corrected');
    changeAddress(store, one.id, from, to, now);
    orderOwnership(context, { meeting, attendees: before }, { meeting, attendees: attendeesOf(store, one.id) });
    return true;
  });
  if (place !== undefined) {
    withdraw(store, place.seriesId, from, now, 'address corrected');
    changeLink(store, place.seriesId, from, to);
  }
  return told(context, changed, to, { kind: 'new' });
}

/**
 * Gives somebody other links in the place of those to a meeting and, where that is one of a series, to all of it. Within the caller's transaction.
 * @returns what they are to be told
 */
export function linksReplaced(context: Context, id: MeetingId, person: string): readonly Letters[] {
  const { store, clock } = context;
  const now = clock.now();
  const { place, all } = withOthers(context, id);
  const theirs = all.filter((one) => attendeesOf(store, one.id).some(({ email }) => email === person));
  for (const one of theirs) {
    withdraw(store, one.id, person, now, 'link replaced');
    replaceLink(store, one.id, person, now);
  }
  if (place !== undefined) {
    withdraw(store, place.seriesId, person, now, 'link replaced');
    replaceSeriesLink(store, wholeOf(context, place), person, now);
  }
  return told(context, theirs, person, { kind: 'new', relinked: true });
}

/** Makes somebody the owner of a meeting and, where that is one of a series, of all of it that is not over. Within the caller's transaction. */
export function ownerChanged(
  context: Context,
  id: MeetingId,
  { from, to, role }: { readonly from: string; readonly to: string; readonly role: 'moderator' | 'guest' },
): void {
  const { store, clock } = context;
  const now = clock.now();
  const { place, all } = withOthers(context, id);
  for (const one of all) {
    const meeting = meetingById(store, one.id);
    const attendees = attendeesOf(store, one.id);
    const isTheirs = attendees.some((attendee) => attendee.role === 'owner' && attendee.email === from);
    if (meeting === undefined || !isTheirs || (one.id !== id && meeting.end <= now)) continue;
    changeOwner(store, one.id, from, to, role, now);
    noteStandIn(store, one.id, null);
    orderOwnership(context, { meeting, attendees }, { meeting, attendees: attendeesOf(store, one.id) });
  }
  if (place === undefined) return;
  const whole = wholeOf(context, place);
  const roles = new Map(attendeesOf(store, id).map((one) => [one.email, one]));
  const others = whole.attendees.filter(({ email }) => email !== to && email !== from);
  linkPeople(store, whole, [...others, ...[from, to].flatMap((email) => roles.get(email) ?? [])], now);
}

/** A message to one address about those meetings that it knows by themselves, or by their series. */
function told(
  context: Context,
  all: readonly One[],
  email: string,
  message: Omit<Message, 'attendee'>,
): readonly Letters[] {
  const { store } = context;
  return all.flatMap(({ id, alone }) => {
    const meeting = alone ? meetingById(store, id) : undefined;
    if (meeting === undefined) return [];
    const attendees = attendeesOf(store, id);
    const theirs = attendees.filter((one) => one.email === email);
    return asKnown(
      context,
      { meeting, attendees },
      theirs.map((attendee) => ({ ...message, attendee })),
    );
  });
}
