/** People of a meeting, as the rules see them. */
import type { Attendee, Role } from '../../lib/meetings/meeting.ts';

/** One who has neither answered nor come; the address is the hash as well. */
export const one = (email: string, role: Role = 'guest'): Attendee => ({
  hash: email,
  role,
  email,
  connections: 0,
  answer: 'none',
});
