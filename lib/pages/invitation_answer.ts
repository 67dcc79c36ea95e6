/** join.cgi?accept and ?decline: the page asks, the form answers; mail scanners that follow links answer for nobody. */

import answer from '../../templates/pages/answer.hbs';
import type { Context } from '../context.ts';
import { formParams, queryParams } from '../http/params.ts';
import { mayAnswer } from '../meetings/access.ts';
import type { Answer, Invitation } from '../meetings/meeting.ts';
import type { Request, Response } from '../message.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { invitationByHash, ownerOf, recordAnswer } from '../store/invitations.ts';
import { meetingWords, personWords, placeWords, readingOf } from './meeting_view.ts';
import { listWith } from './notice.ts';
import { beside, go, page } from './page.ts';
import { crossSite } from './visitor.ts';
import { unknownSecret } from './wrong_secret.ts';

/** What the address asks for. */
function askedAnswer(request: Request): 'accepted' | 'declined' {
  return queryParams(request).has('decline') ? 'declined' : 'accepted';
}

/** Whose answer it would be, if it can still be given. */
function answerable(request: Request, context: Context): Invitation | Refusal {
  const { store, clock } = context;
  const invitation = invitationByHash(store, queryParams(request).get('id') ?? '');
  if (invitation === undefined) {
    return unknownSecret(request, context, refuse(404, 'refused.no_invitation', 'unknown hash'));
  }
  const { meeting, attendee } = invitation;
  if (mayAnswer(meeting, attendee.role, clock.now())) return invitation;
  if (attendee.role === 'owner') return refuse(403, 'refused.owner_answers', `owner of ${meeting.id} answers`);
  return refuse(403, 'refused.answer_late', `meeting ${meeting.id} is over for ${attendee.email}`);
}

/** Shows the meeting, the answer so far, and both answers to choose from. */
export function answerAsk(request: Request, context: Context): Response | Refusal {
  const invitation = answerable(request, context);
  if (isRefusal(invitation)) return invitation;
  const { meeting, attendee } = invitation;
  const reading = readingOf(context);
  const asked = askedAnswer(request);
  return page(
    context,
    answer,
    { title: context.texts(titleOf(attendee.answer, asked)) },
    {
      ...meetingWords(reading, meeting),
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
export function answerGive(request: Request, context: Context): Response | Refusal {
  const refusal = crossSite(request);
  if (refusal !== null) return refusal;
  const invitation = answerable(request, context);
  if (isRefusal(invitation)) return invitation;
  const { meeting, attendee } = invitation;
  const given = askedAnswer(request);
  recordAnswer(context.store, attendee.hash, given, context.clock.now());
  context.log.event('answered', { id: meeting.id, email: attendee.email, answer: given });
  if (formParams(request).get('from') === 'list') return go(303, beside(request, listWith(given)));
  const word = given === 'accepted' ? 'accept' : 'decline';
  return go(303, beside(request, `join.cgi?${word}&id=${encodeURIComponent(attendee.hash)}`));
}
