/** The rooms of meetings that run or have just ended: how many people are there, and when they close. */

import { within } from '../clock.ts';
import type { Context } from '../context.ts';
import { messageOf } from '../failure.ts';
import type { PeopleByRoom } from '../jitsi/people_in_rooms.ts';
import type { Meeting } from '../meetings/meeting.ts';
import { durationText } from '../text/dates.ts';
import { counted, type Reading } from './meeting_view.ts';

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
