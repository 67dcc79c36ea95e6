/** English texts for requests that could not be answered. */

export const enHttp = {
  'refused.malformed': 'This request is malformed. Go back to the previous page and try again.',
  'refused.too_large': 'This request is too long.',
  'refused.unknown_address': 'This address doesn’t exist.',
  'refused.method': 'This address isn’t used that way. Go back to the previous page and try again.',
  'refused.no_directory': 'The directory isn’t responding, and this page needs it. Try again in a few minutes.',
  'refused.no_database': 'The database isn’t responding. Nothing was saved. Try again in a few minutes.',
  'refused.no_addon':
    'The service is being maintained: a part of it has to be fitted to this server again. Nothing was saved. The log tells the administrator the command for it.',
  'refused.busy': 'The service is very busy and hasn’t saved anything. Try again in a moment.',
  'refused.settings':
    'There is a mistake in the settings of this service. The log tells the administrator which file and line.',
  'refused.bug': 'Something went wrong, and it isn’t your fault. The log tells the administrator more.',
} as const;
