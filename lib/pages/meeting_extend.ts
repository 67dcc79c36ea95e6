/** booking.cgi?extend: the owner gives a running meeting some minutes more. */

import type { Context } from '../context.ts';
import { formParams } from '../http/params.ts';
import { EXTENSIONS, extensionFits, mayExtend, minutesLeft } from '../meetings/extension.ts';
import type { Meeting } from '../meetings/meeting.ts';
import { planReminders } from '../meetings/reminders.ts';
import type { Request, Response } from '../message.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { updateMeeting } from '../store/bookings.ts';
import { planReminderRows } from '../store/reminders.ts';
import { texts } from '../text/catalogue.ts';
import { timeOf } from '../text/dates.ts';
import { extensionRules } from './extension_view.ts';
import { logged } from './meeting_mails.ts';
import { listWith } from './notice.ts';
import { beside, go } from './page.ts';
import { orderOpening, tellRoom } from './room_changes.ts';
import { askedId, foreignForm, type Owned, ownedMeeting, visitorOf } from './visitor.ts';

/**
 * Moves the end. Feeds and reminders follow; nobody is sent a mail, for who is in the room reads it there, and a meeting
 * that runs a quarter of an hour longer is nothing to write to fifty people about. The directory is not asked: who owns
 * the meeting has booked it.
 */
export async function meetingExtend(request: Request, context: Context): Promise<Response | Refusal> {
  const identity = await visitorOf(context, request);
  if (isRefusal(identity)) return identity;
  const form = formParams(request);
  const foreign = foreignForm(context, request, identity, form);
  if (foreign !== null) return foreign;
  const typed = form.get('conf_minutes') ?? '';
  const minutes = EXTENSIONS.find((one) => String(one) === typed);
  if (minutes === undefined) return refuse(400, 'refused.malformed', `extend by ${JSON.stringify(typed.slice(0, 20))}`);
  const { store, log } = context;
  const result = store.transaction(() => {
    const owned = ownedMeeting(context, identity, askedId(request, form));
    if (isRefusal(owned)) return owned;
    if (saidBefore(owned.meeting, form.get('conf_end'), minutes)) return { meeting: owned.meeting, again: true };
    return refusalOf(context, owned.meeting, form.get('conf_end'), minutes) ?? extended(context, owned, minutes);
  });
  if (isRefusal(result)) return result;
  if (!result.again) {
    const { room, end } = result.meeting;
    log.event('extended', { ...logged(result.meeting, identity), minutes, end });
    const language = context.settings.JMB_LANG;
    await tellRoom(context, room, texts(language)('roomExtended', { time: timeOf(language, end) }));
  }
  return go(303, beside(request, listWith('extended')));
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
  const { id, version, subject, begin, duration } = meeting;
  const inRole = (role: string) => attendees.filter((one) => one.role === role).map(({ email }) => email);
  const booking = {
    subject,
    begin,
    duration: duration + minutes * 60,
    moderators: inRole('moderator'),
    guests: inRole('guest'),
  };
  const now = clock.now();
  const update = updateMeeting(store, id, version, booking, now);
  if (update.outcome !== 'saved') throw new Error(`meeting ${id}: ${update.outcome} within one transaction`);
  const { end } = update.meeting;
  planReminderRows(store, 'xmpp', id, planReminders(end, settings.JMB_XMPP_REMINDER, now));
  orderOpening(context, update.meeting);
  return { meeting: update.meeting, again: false };
}
