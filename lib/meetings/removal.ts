/** Who hears of a meeting's deletion. Pure. */
import { stateOf } from './access.ts';
import type { Meeting } from './meeting.ts';

type Times = Pick<Meeting, 'begin' | 'end'>;

/** Whether its owner chooses who hears of it: once it has begun. Of a meeting to come everybody is told. */
export function mayBeQuiet({ begin }: Times, now: number): boolean {
  return now >= begin;
}

/**
 * Whether the people of a meeting that is deleted now are told.
 * @param chosen conf_tell of the form: `yes`, `no`, or undefined where it said nothing; then of a meeting that is over
 *   nobody is told, since it was what it was, and of one that runs everybody
 */
export function peopleAreTold(meeting: Times, now: number, chosen: string | undefined): boolean {
  if (!mayBeQuiet(meeting, now)) return true;
  if (chosen === 'yes' || chosen === 'no') return chosen === 'yes';
  return stateOf(meeting, now, 0) !== 'over';
}
