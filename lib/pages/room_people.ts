/** The rooms of meetings that run or have just ended: how many people are there, and when they close. */

import type { Context } from '../context.ts';
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

/** « Terminée, la salle ferme dans 8 min »; empty for what is not over, and where rooms do not close. */
export function closingWords(reading: Reading, settings: Context['settings'], { end }: Meeting): string {
  if (settings.JMB_ROOM_END !== 'hard' || settings.JMB_PROSODY_SECRET_FILE === '') return '';
  const { texts, language, now } = reading;
  const left = end + settings.JMB_ROOM_GRACE * 60 - now;
  if (now < end || left <= 0) return '';
  return texts('state.closes', { state: texts('state.over'), time: durationText(language, Math.ceil(left / 60) * 60) });
}
