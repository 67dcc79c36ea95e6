/** Check module `private-room`: a room that is not booked is for the user whose account has its name. */
import { roomName } from '../jitsi/room_name.ts';
import type { Question, Verdict } from './question.ts';

/** Decides about rooms that are not booked, and passes on the booked ones. */
export function checkPrivateRoom({ meeting, room, identity }: Question): Verdict {
  if (meeting !== null) return { verdict: 'pass' };
  const name = roomName(room);
  if (name === undefined || name !== roomName(identity.uid)) {
    return { verdict: 'refuse', reason: 'not booked, and not this user’s own room', text: 'refused.not_your_room' };
  }
  return { verdict: 'allow' };
}
