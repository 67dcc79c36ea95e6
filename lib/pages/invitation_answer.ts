/** join.cgi?accept and ?decline: the page asks, the form answers; mail scanners that follow links answer for nobody. */

import answerTemplate from '../../templates/pages/answer.hbs';
import { answer, answerRefused } from '../booking/answer.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/needs.ts';
import { formParams, queryParams } from '../http/params.ts';
import type { Answer } from '../meetings/meeting.ts';
import type { Request, Response } from '../message.ts';
import type { Refusal } from '../refusal.ts';
import { ownerOf } from '../store/invitations.ts';
import { personWords, placeWords, readingOf, ticketWords } from './meeting_view.ts';
import { beside, go, listWith, page } from './page.ts';

/** What the address asks for. */
function askedAnswer(request: Request): 'accepted' | 'declined' {
  return queryParams(request).has('decline') ? 'declined' : 'accepted';
}

/** Shows the meeting, the answer so far, and both answers to choose from. */
export function answerAsk(
  request: Request,
  context: Context,
  { invitation }: Pick<Granted, 'invitation'>,
): Response | Refusal {
  const refusal = answerRefused(context, invitation);
  if (refusal !== null) return refusal;
  const { meeting, attendee } = invitation;
  const reading = readingOf(context);
  const asked = askedAnswer(request);
  return page(
    context,
    answerTemplate,
    { title: context.texts(titleOf(attendee.answer, asked)) },
    {
      ...ticketWords(reading, meeting),
      ...placeWords(reading, meeting, attendee),
      organiser: personWords(ownerOf(context.store, meeting.id) ?? ''),
      email: attendee.email,
      comes: attendee.answer === 'accepted' || (attendee.answer === 'none' && asked === 'accepted'),
      acceptFirst: asked === 'accepted' || attendee.answer === 'declined',
      declineFirst: asked === 'declined' || attendee.answer === 'accepted',
    },
  );
}

function titleOf(given: Answer, asked: 'accepted' | 'declined') {
  if (given === 'none') return asked === 'accepted' ? 'answer.ask_accept' : 'answer.ask_decline';
  if (given === asked) return given === 'accepted' ? 'answer.is_accepted' : 'answer.is_declined';
  return asked === 'accepted' ? 'answer.ask_accept' : 'answer.ask_decline';
}

/** Writes the answer down, and shows it: on the list for who came from there. */
export function answerGive(
  request: Request,
  context: Context,
  { invitation }: Pick<Granted, 'invitation'>,
): Response | Refusal {
  const given = askedAnswer(request);
  const refusal = answer(context, invitation, given);
  if (refusal !== null) return refusal;
  if (formParams(request).get('from') === 'list') return go(303, beside(request, listWith(given)));
  const word = given === 'accepted' ? 'accept' : 'decline';
  return go(303, beside(request, `join.cgi?${word}&id=${encodeURIComponent(invitation.attendee.hash)}`));
}
