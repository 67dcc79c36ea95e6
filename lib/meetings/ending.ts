/** How a booked room ends where ends are hard (JMB_ROOM_END=hard): said at the end, said again, then closed. Pure. */
import type { Meeting } from './meeting.ts';

/** `over`: the line at the end. `closing`: the last line before the room closes. `closed`: the room closes. */
export type EndingStep = 'over' | 'closing' | 'closed';

/** A step and its time, in Unix seconds. */
export interface Ending {
  readonly step: EndingStep;
  readonly time: number;
}

/**
 * How long before the room closes its last line is said, in seconds. Time to finish a sentence; and phones, which do not
 * show why a room closed, show the chat.
 */
export const WARNING = 120;

/** How long after a closing that should have been it is still made up for, in seconds: tokens of the meeting are dead by then. */
export const MAKE_UP = 86_400;

/**
 * The steps of a meeting's end, in the order of their times.
 * @param end Unix seconds
 * @param grace seconds from the end to the closing; with 0 the end closes the room, and the line at the end is that of the closing
 */
export function endingSteps(end: number, grace: number): readonly Ending[] {
  const steps: Ending[] = [{ step: 'closing', time: end + grace - WARNING }];
  if (grace > 0) steps.push({ step: 'over', time: end });
  // The sort keeps the order of equals: at one time the end is the later word.
  steps.sort((one, other) => one.time - other.time);
  return [...steps, { step: 'closed', time: end + grace }];
}

/**
 * The step that is due: the latest whose time has come, for after an outage the earlier ones say nothing that it does not.
 * @param done the time of the last step that was done for this end; 0 when none was
 * @returns null when nothing is left to do
 */
export function dueEnding({ end }: Pick<Meeting, 'end'>, grace: number, now: number, done: number): Ending | null {
  if (now >= end + grace + MAKE_UP) return null;
  const latest = endingSteps(end, grace).findLast(({ time }) => time <= now);
  return latest !== undefined && latest.time > done ? latest : null;
}
