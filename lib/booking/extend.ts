/** Giving a running meeting some minutes more. */
import type { Context } from '../context.ts';
import { bookingOf } from '../meetings/fields.ts';
import type { Identity, Meeting } from '../meetings/meeting.ts';
import { type ExtensionRules, extensionFits, mayExtend, minutesLeft, planReminders } from '../meetings/timing.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { houseZone } from '../settings.ts';
import { updateMeeting } from '../store/bookings.ts';
import { planReminderRows } from '../store/reminders.ts';
import { texts } from '../text/catalogue.ts';
import { timeOf } from '../text/dates.ts';
import { type Owned, ownedMeeting } from './access.ts';
import { logged } from './messages.ts';
import { orderOpening, tellRoom } from './rooms.ts';

/** The rules of extending, here and now. */
export function extensionRules({ settings, clock }: Pick<Context, 'settings' | 'clock'>): ExtensionRules {
  return {
    now: clock.now(),
    maxMinutes: settings.JMB_MAX_MEETING_DURATION,
    graceMinutes: settings.JMB_ROOM_GRACE,
  };
}

/**
 * Moves the end of a meeting of this owner. Feeds and reminders follow; nobody is sent a mail, for who is in the room reads it
 * there, and a meeting that runs a quarter of an hour longer is nothing to write to fifty people about. The directory is not
 * asked: who owns the meeting has booked it.
 * @param seen the end that the owner saw, in Unix seconds as text; undefined where that was not said
 */
export async function extend(
  context: Context,
  identity: Identity,
  id: string,
  minutes: number,
  seen: string | undefined,
): Promise<Meeting | Refusal> {
  const { store, log } = context;
  const result = store.transaction(() => {
    const owned = ownedMeeting(context, identity, id);
    if (isRefusal(owned)) return owned;
    if (saidBefore(owned.meeting, seen, minutes)) return { meeting: owned.meeting, again: true };
    return refusalOf(context, owned.meeting, seen, minutes) ?? extended(context, owned, minutes);
  });
  if (isRefusal(result)) return result;
  const { meeting, again } = result;
  if (again) return meeting;
  log.event('extended', { ...logged(meeting, identity), minutes, end: meeting.end });
  // People of many clocks read it there.
  const house = { language: context.settings.JMB_LANG, zone: houseZone(context.settings) };
  await tellRoom(context, meeting.room, texts(house.language)('roomExtended', { time: timeOf(house, meeting.end) }));
  return meeting;
}

/** A button pressed twice extends once: the form says which end was seen. */
function saidBefore({ end }: Meeting, seen: string | undefined, minutes: number): boolean {
  return seen === String(end - minutes * 60);
}

function refusalOf(context: Context, meeting: Meeting, seen: string | undefined, minutes: number): Refusal | null {
  const rules = extensionRules(context);
  const { id } = meeting;
  if (rules.now < meeting.begin) return refuse(403, 'refused.extend_early', `meeting ${id} has not begun`);
  const late = () => refuse(403, 'refused.extend_late', `meeting ${id} is over`);
  if (!mayExtend(meeting, 'owner', rules)) return late();
  if (seen !== undefined && seen !== String(meeting.end)) {
    return refuse(409, 'refused.extend_changed', `meeting ${id} ends at ${meeting.end} by now`);
  }
  if (extensionFits(meeting, minutes, rules)) return null;
  const left = minutesLeft(meeting, rules.maxMinutes);
  if (left >= minutes) return late();
  const text = left > 0 ? 'refused.extend_long' : 'refused.extend_full';
  return refuse(400, text, `meeting ${id}: ${minutes} min more, ${left} left`, { left, max: rules.maxMinutes });
}

function extended(
  context: Context,
  { meeting, attendees }: Owned,
  minutes: number,
): { meeting: Meeting; again: boolean } {
  const { store, settings, clock } = context;
  const { id, version } = meeting;
  const booked = bookingOf(meeting, attendees);
  const booking = { ...booked, duration: booked.duration + minutes * 60 };
  const now = clock.now();
  const update = updateMeeting(store, id, version, booking, now);
  if (update.outcome !== 'saved') throw new Error(`meeting ${id}: ${update.outcome} within one transaction`);
  const { end } = update.meeting;
  planReminderRows(store, 'xmpp', id, planReminders(end, settings.JMB_XMPP_REMINDER, now));
  orderOpening(context, update.meeting);
  return { meeting: update.meeting, again: false };
}
