/** Ce qui est dit dans une salle ouverte. */
export const frRooms = {
  roomEndsIn: 'La réunion se termine dans {minutes} min.',
  roomEndsNow: 'La réunion est terminée. Merci de libérer la salle.',
};
