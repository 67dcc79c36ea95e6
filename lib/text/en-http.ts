/** English texts for requests that could not be answered. */

export const enHttp = {
  'refused.malformed': 'This request is malformed. Go back to the page before and try again.',
  'refused.too_large': 'This request is too long.',
  'refused.unknown_address': 'There is no such address.',
  'refused.method': 'This address is not used that way. Go back to the page before and try again.',
  'refused.no_directory': 'The directory does not answer, and this page needs it. Try again in a few minutes.',
  'refused.no_database': 'The database does not answer. Nothing was saved. Try again in a few minutes.',
  'refused.no_addon':
    'The service is being maintained: a part of it has to be fitted to this server again. Nothing was saved. The log tells the administrator the command for it.',
  'refused.busy': 'The service is very busy and has saved nothing. Try again in a moment.',
  'refused.settings':
    'There is a mistake in the settings of this service. The log tells the administrator the file and line.',
  'refused.bug': 'Something went wrong, and it is not your doing. The log tells the administrator more.',
} as const;
