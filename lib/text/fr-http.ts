/** French texts for requests that could not be answered. */

export const frHttp = {
  'refused.malformed': 'Cette demande est mal formée. Revenir à la page précédente et recommencer.',
  'refused.too_large': 'Cette demande est trop longue.',
  'refused.unknown_address': 'Cette adresse n’existe pas.',
  'refused.method': 'Cette adresse ne s’utilise pas ainsi. Revenir à la page précédente et recommencer.',
  'refused.no_directory':
    'L’annuaire ne répond pas, et cette page ne peut pas s’en passer. Réessayer dans quelques minutes.',
  'refused.no_database': 'La base de données ne répond pas. Rien n’a été enregistré. Réessayer dans quelques minutes.',
  'refused.no_addon':
    'Le service est en maintenance\u00a0: une de ses parties est à adapter de nouveau à ce serveur. Rien n’a été enregistré. L’administrateur en trouvera la commande dans le journal.',
  'refused.busy': 'Le service est très occupé et n’a rien enregistré. Réessayer dans un instant.',
  'refused.settings':
    'Les réglages de ce service contiennent une erreur. L’administrateur en trouvera le fichier et la ligne dans le journal.',
  'refused.bug':
    'Une erreur s’est produite, et ce n’est pas de votre fait. L’administrateur en trouvera la trace dans le journal.',
} as const;
