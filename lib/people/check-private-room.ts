/** Check module `private-room`: a room that is not booked is for the user whose account has its name. */
import type { Context } from '../context.ts';
import { countPrivate } from '../store/privates.ts';
import type { Question, Verdict } from './question.ts';

/** Decides about rooms that are not booked, counts the entry, and passes on the booked ones. */
export function checkPrivateRoom({ meeting, room, identity, now }: Question, context: Context): Verdict {
  if (meeting !== null) return { verdict: 'pass' };
  if (room.toLowerCase() !== identity.uid.toLowerCase()) {
    return { verdict: 'refuse', reason: 'not booked, and not this user’s own room', text: 'refused.not_your_room' };
  }
  countPrivate(context.store, room, now);
  return { verdict: 'allow' };
}
