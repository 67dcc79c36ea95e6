/** French texts about what a booking must be. No-break spaces are written out, since they cannot be seen. */
export const frRules = {
  'rule.date': 'Indiquer une date du calendrier, par exemple 2026-12-03.',
  'rule.time': 'Indiquer une heure, par exemple 14:30.',
  'rule.time_skipped':
    'Cette heure n’existe pas ce jour-là\u00a0: c’est le passage à l’heure d’été. En choisir une autre.',
  'rule.past': 'Ce moment est passé. Choisir un début à venir.',
  'rule.far': 'Cette date est dans plus de dix ans. Vérifier l’année.',
  'rule.duration': 'Indiquer une durée en minutes, par exemple 60.',
  'rule.duration_bounds': 'Une réunion dure de {min} à {max} minutes.',
  'rule.subject_long': 'L’objet ne peut pas dépasser {max} caractères.',
  'rule.long': 'Ce champ ne peut pas dépasser {max} caractères.',
  'rule.many': 'Il y a beaucoup trop d’adresses\u00a0: {max} au plus.',
  'rule.address': 'À corriger\u00a0: {addresses}. Une adresse s’écrit comme prenom.nom@example.org.',
  'rule.moderators': 'Modérateurs\u00a0: {max} au plus, sans vous compter. Il y en a {number}.',
  'rule.guests': 'Invités\u00a0: {max} au plus. Il y en a {number}.',
  'rule.no_guest': 'Inviter au moins une personne.',
};
