/** French texts of refusals that every door knows. No-break spaces are written out, since they cannot be seen. */
export const frCommon = {
  'refused.too_large': 'Ce qui a été envoyé est trop volumineux. Raccourcir la liste des invités ou l’objet.',
  'refused.malformed': 'L’adresse ou le formulaire envoyé est illisible. Revenir à la page précédente et recommencer.',
  'refused.unknown_address': 'Cette adresse ne mène à aucune page de ce service.',
  'refused.method': 'Cette adresse ne s’ouvre pas de cette façon. Passer par la liste des réunions.',
  'refused.no_database':
    'Les réunions ne sont pas accessibles pour le moment. Rien n’a été enregistré\u00a0; réessayer dans une minute.',
  'refused.no_directory':
    'L’annuaire ne répond pas, vos droits ne peuvent pas être vérifiés. Réessayer dans une minute.',
  'refused.no_mail': 'Le serveur de messagerie ne répond pas. Réessayer dans une minute.',
  'refused.settings': 'Ce service est mal configuré. L’administrateur en trouvera la raison dans le journal.',
  'refused.busy':
    'Beaucoup de monde enregistre en ce moment. Rien n’a été enregistré\u00a0; réessayer dans une minute.',
  'refused.bug':
    'Une erreur est survenue. Rien n’a été enregistré\u00a0; l’administrateur en trouvera la trace dans le journal.',
};
