/** French texts that are said in a running room. No-break spaces are written out, since they cannot be seen. */
export const frRooms = {
  roomEndsIn: 'La réunion se termine dans {minutes}\u00a0min.',
  roomEndsNow: 'La réunion est terminée. Merci de libérer la salle.',
  roomOverClosesIn: 'La réunion est terminée. La salle ferme dans {minutes}\u00a0min.',
  roomClosesIn: 'La salle ferme dans {minutes}\u00a0min.',
  roomClosesNow: 'La réunion est terminée\u00a0: la salle ferme.',
  roomClosed: 'La réunion est terminée.',
  roomCancelledNow: 'La réunion a été supprimée\u00a0: la salle ferme.',
  roomCancelled: 'La réunion a été supprimée.',
  roomExtended: 'La réunion est prolongée jusqu’à {time}.',
} as const;
