/** What is said in an open room. */
export const enRooms = {
  roomEndsIn: 'The meeting ends in {minutes} min.',
  roomEndsNow: 'The meeting is over. Please leave the room.',
};
