/** The page that says no, and what to do about it. */

import refused from '../../templates/pages/refused.hbs';
import type { Context } from '../context.ts';
import type { Request, Response } from '../message.ts';
import type { Refusal } from '../refusal.ts';
import type { TextKey } from '../text/catalogue.ts';
import { personWords, ticketWords } from './meeting_view.ts';
import { page } from './page.ts';

/** Headings of their own; other statuses share one by their first digit. */
const HEADINGS: Readonly<Record<number, TextKey>> = {
  403: 'refusal.forbidden',
  404: 'refusal.not_found',
  409: 'refusal.conflict',
  429: 'refusal.too_many',
  503: 'refusal.unavailable',
};

/** Refusals that are none for good. */
const OWN_HEADINGS: Readonly<Partial<Record<TextKey, TextKey>>> = {
  'refused.too_early': 'refusal.not_open_yet',
  'refused.answer_late': 'way.over',
  'refused.meeting_over': 'way.over',
  'refused.meeting_deleted': 'refusal.deleted',
  'refused.taken_off': 'refusal.taken_off',
  'refused.link_replaced': 'refusal.link_replaced',
};

/** The page of a refusal. Depends on nothing that may have failed. */
export function refusalPage(refusal: Refusal, request: Request, context: Context): Response {
  const { status, text, values, about } = refusal;
  const heading = OWN_HEADINGS[text] ?? HEADINGS[status] ?? (status < 500 ? 'refusal.bad_request' : 'refusal.failure');
  // Who comes by booking.cgi or token.cgi has an account, and so a list to go to.
  const account = /\/(?:booking|token)\.cgi$/.test(request.env['SCRIPT_NAME'] ?? '') && request.env['REMOTE_USER'];
  return page(
    context,
    refused,
    { status, title: context.texts(heading) },
    {
      reason: context.texts(text, values),
      about: about && {
        ...ticketWords(context, { ...about, duration: about.end - about.begin }),
        organiser: { ...personWords(about.organiser.email), ...about.organiser },
      },
      account: Boolean(account),
      again: status === 503,
    },
  );
}
