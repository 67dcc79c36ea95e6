/** French texts about who may do what. */

export const frPeople = {
  'refused.not_signed_in': 'Cette page demande de s’authentifier.',
  'refused.no_address':
    'Votre compte n’a pas d’adresse électronique connue de ce service. L’administrateur peut la faire ajouter.',
  'refused.not_editor': 'Votre compte n’est pas autorisé à réserver ni à ouvrir une réunion.',
  'refused.not_moderator': 'Seuls l’organisateur et les modérateurs de cette réunion peuvent ouvrir la salle.',
  'refused.meeting_over': 'Cette réunion est terminée.',
  'refused.not_your_room': 'Cette salle n’est pas réservée, et ce n’est pas votre salle personnelle.',
  'refused.nobody_allows': 'Rien ne vous autorise à ouvrir cette salle.',
  'refused.by_module': 'L’accès à cette salle vous est refusé\u00a0: {reason}',
  'refused.no_module': 'Un module de ce service est en panne. L’administrateur en trouvera la raison dans le journal.',
} as const;
