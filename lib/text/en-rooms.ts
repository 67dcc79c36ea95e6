/** English texts that are said in a running room. */
import type { frRooms } from './fr-rooms.ts';

export const enRooms: Record<keyof typeof frRooms, string> = {
  roomEndsIn: 'The meeting ends in {minutes}\u00a0min.',
  roomEndsNow: 'The meeting is over. Please leave the room.',
  roomOverClosesIn: 'The meeting is over. The room closes in {minutes}\u00a0min.',
  roomClosesIn: 'The room closes in {minutes}\u00a0min.',
  roomClosesNow: 'The meeting is over: the room closes.',
  roomClosed: 'The meeting is over.',
  roomCancelledNow: 'The meeting was deleted: the room closes.',
  roomCancelled: 'The meeting was deleted.',
  roomExtended: 'The meeting is extended until {time}.',
};
