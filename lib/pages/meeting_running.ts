/**
 * Meetings that run or have just ended: how many people are in the room, when it closes, and booking.cgi?extend, some minutes more from
 * the owner.
 */
import { extend, extensionRules } from '../booking/extend.ts';
import { within } from '../clock.ts';
import type { Context } from '../context.ts';
import { messageOf } from '../failure.ts';
import type { Granted } from '../http/route.ts';
import type { PeopleByRoom } from '../jitsi/people_in_rooms.ts';
import type { Identity, Invitation, Meeting } from '../meetings/meeting.ts';
import { EXTENSIONS, extensionsOf } from '../meetings/timing.ts';
import type { Request, Response } from '../message.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { formToken } from '../store/secrets.ts';
import { durationText } from '../text/dates.ts';
import { counted, type Reading } from './meeting_view.ts';
import { toList, toMeeting } from './page.ts';

/**
 * Asks, where one of these meetings runs right now and there is a Prosody to ask; everyone else pays nothing for it.
 * @returns null when it is not known
 */
export async function peopleOf(context: Context, meetings: readonly Meeting[]): Promise<PeopleByRoom> {
  const { settings, clock } = context;
  if (settings.JMB_PROSODY_SECRET_FILE === '') return null;
  const now = clock.now();
  if (!meetings.some(({ begin, end }) => begin <= now && now < end)) return null;
  return (await import('../jitsi/people_in_rooms.ts')).peopleInRooms(context);
}

/** « 3 personnes dans la salle »; empty for what does not run, and where it is not known. */
export function insideWords(reading: Reading, { room, begin, end }: Meeting, people: PeopleByRoom): string {
  if (people === null || reading.now < begin || reading.now >= end) return '';
  const count = people.get(room.toLowerCase()) ?? 0;
  return count === 0 ? reading.texts('list.inside_none') : counted(reading, 'list.inside', count);
}

/** Who is in a room, as its meeting's own page says it. */
export interface Inside {
  readonly words: string;
  readonly names: readonly string[];
}

/** How long the page waits for Prosody, in milliseconds. */
const PATIENCE = 300;

/** Who is in the room of a meeting whose door is open, or that it is not known. */
export async function insideOf(context: Context, reading: Reading, { room }: Meeting): Promise<Inside> {
  const unknown = { words: reading.texts('follow.inside_unknown'), names: [] };
  try {
    const service = (await import('../jitsi/rooms.ts')).roomService(context.settings);
    if (service === undefined) return unknown;
    const { names, unnamed, waiting } = await within(PATIENCE, service.people(room.toLowerCase()));
    const count = names.length + unnamed;
    const inside = count === 0 ? reading.texts('list.inside_none') : counted(reading, 'list.inside', count);
    const lobby = waiting === 0 ? '' : ` · ${counted(reading, 'follow.lobby', waiting)}`;
    return { words: inside + lobby, names: [...names].sort((one, other) => (one < other ? -1 : 1)) };
  } catch (error) {
    context.log.event('rooms-unknown', { room, reason: messageOf(error) });
    return unknown;
  }
}

/** « Terminée, la salle ferme dans 8 min »; empty for what is not over, and where rooms do not close. */
export function closingWords(reading: Reading, settings: Context['settings'], { end }: Meeting): string {
  if (settings.JMB_ROOM_END !== 'hard' || settings.JMB_PROSODY_SECRET_FILE === '') return '';
  const { texts, language, now } = reading;
  const left = end + settings.JMB_ROOM_GRACE * 60 - now;
  if (now < end || left <= 0) return '';
  return texts('state.closes', { state: texts('state.over'), time: durationText(language, Math.ceil(left / 60) * 60) });
}

/** Moves the end. */
export async function meetingExtend(
  request: Request,
  context: Context,
  { form, owned }: Pick<Granted, 'form' | 'owned'>,
): Promise<Response | Refusal> {
  const typed = form.get('conf_minutes') ?? '';
  const minutes = EXTENSIONS.find((one) => String(one) === typed);
  if (minutes === undefined) return refuse(400, 'refused.malformed', `extend by ${JSON.stringify(typed.slice(0, 20))}`);
  const result = await extend(context, owned.as, owned.meeting.id, minutes, form.get('conf_end'));
  if (isRefusal(result)) return result;
  // Back to where the button was.
  if (form.get('from') === 'attendees') return toMeeting(request, 'extended', owned.meeting.id);
  return toList(request, 'extended', owned.meeting.id, owned.as);
}

/** What the form holds that the list shows. */
export interface Extension {
  readonly token: string;
  /** The end that the reader sees, in Unix seconds. */
  readonly end: number;
  readonly choices: readonly { minutes: number; label: string }[];
}

/** What the reader may extend a meeting by; null when it is not the time, or not the reader's to do. */
export function extensionOf(context: Context, { uid }: Identity, { meeting, attendee }: Invitation): Extension | null {
  if (attendee.role !== 'owner') return null;
  const minutes = extensionsOf(meeting, attendee.role, extensionRules(context));
  if (minutes.length === 0) return null;
  const choices = minutes.map((one) => ({ minutes: one, label: context.texts('list.extend_by', { minutes: one }) }));
  return { token: formToken(context.store, uid, context.clock.now()), end: meeting.end, choices };
}
