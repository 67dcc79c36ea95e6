/** French texts that are said in a running room. No-break spaces are written out, since they cannot be seen. */
export const frRooms = {
  roomEndsIn: 'La réunion se termine dans {minutes}\u00a0min.',
  roomEndsNow: 'La réunion est terminée. Merci de libérer la salle.',
} as const;
