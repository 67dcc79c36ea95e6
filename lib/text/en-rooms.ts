/** English texts that are said in a running room. */
import type { frRooms } from './fr-rooms.ts';

export const enRooms: Record<keyof typeof frRooms, string> = {
  roomEndsIn: 'The meeting ends in {minutes}\u00a0min.',
  roomEndsNow: 'The meeting has ended. Please leave the room.',
  roomOverClosesIn: 'The meeting has ended. The room closes in {minutes}\u00a0min.',
  roomClosesIn: 'The room closes in {minutes}\u00a0min.',
  roomClosesNow: 'The meeting has ended: the room is closing.',
  roomClosed: 'The meeting has ended.',
  roomCancelledNow: 'The meeting has been deleted: the room is closing.',
  roomCancelled: 'The meeting has been deleted.',
  roomExtended: 'The meeting is extended until {time}.',
};
