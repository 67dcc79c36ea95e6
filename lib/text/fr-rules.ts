/** French texts about what a booking must be. No-break spaces are written out, since they cannot be seen. */
export const frRules = {
  'rule.date': 'Indiquer une date du calendrier, par exemple 2026-12-03.',
  'rule.time': 'Indiquer une heure, par exemple 14:30.',
  'rule.time_skipped':
    'Cette heure n’existe pas ce jour-là\u00a0: c’est le passage à l’heure d’été. En choisir une autre.',
  'rule.past': 'Ce moment est passé. Choisir un début à venir.',
  'rule.far': 'Cette date est dans plus de deux ans. Vérifier l’année.',
  'rule.duration': 'Indiquer une durée en minutes, par exemple 60.',
  'rule.duration_bounds': 'Une réunion dure de {min} à {max} minutes.',
  'rule.subject_long': 'L’objet ne peut pas dépasser {max} caractères.',
  'rule.address': 'Ce ne sont pas des adresses électroniques\u00a0: {addresses}',
  'rule.moderators': 'Au plus {max} modérateurs en plus de vous.',
  'rule.guests': 'Au plus {max} invités\u00a0; il y en a {number}.',
  'rule.no_guest': 'Inviter au moins une personne.',
};
