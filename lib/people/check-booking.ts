/** Check module `booking`: a booked room is for its owner and moderators, until its end. */
import type { Question, Verdict } from './question.ts';

/** Decides about booked rooms, and passes on the others. */
export function checkBooking({ meeting, role, now }: Question): Verdict {
  if (meeting === null) return { verdict: 'pass' };
  if (role !== 'owner' && role !== 'moderator') {
    return { verdict: 'refuse', reason: `${role ?? 'a stranger'}, not a moderator`, text: 'refused.not_moderator' };
  }
  if (now >= meeting.end) return { verdict: 'refuse', reason: 'the meeting is over', text: 'refused.meeting_over' };
  return { verdict: 'allow' };
}
