/** English texts that are said in a running room. */
import type { frRooms } from './fr-rooms.ts';

export const enRooms: Record<keyof typeof frRooms, string> = {
  roomEndsIn: 'The meeting ends in {minutes}\u00a0min.',
  roomEndsNow: 'The meeting is over. Please leave the room.',
};
