/** English texts of refusals that every door knows. */
import type { frCommon } from './fr-common.ts';

export const enCommon: Record<keyof typeof frCommon, string> = {
  'refused.too_large': 'What was sent is too large. Shorten the list of guests or the subject.',
  'refused.malformed': 'The address or the form that was sent cannot be read. Go back and try again.',
  'refused.unknown_address': 'This address leads to no page of this service.',
  'refused.method': 'This address does not open that way. Use the list of meetings.',
  'refused.no_database': 'The meetings cannot be reached at the moment. Nothing was saved; try again in a minute.',
  'refused.no_directory': 'The directory does not answer, so your rights cannot be checked. Try again in a minute.',
  'refused.no_mail': 'The mail server does not answer. Try again in a minute.',
  'refused.settings': 'This service is not set up properly. The administrator finds the reason in the log.',
  'refused.busy': 'Many people are saving at the moment. Nothing was saved; try again in a minute.',
  'refused.bug': 'Something went wrong. Nothing was saved; the administrator finds it in the log.',
};
