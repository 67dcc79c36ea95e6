/**
 * join.cgi?accept, ?decline and ?answer: the page asks, the form answers; mail scanners that follow links answer for nobody.
 * Once answered, the page says so, and a second press where the button was changes nothing.
 */

import answerTemplate from '../../templates/pages/answer.hbs';
import { answer, answerRefused } from '../booking/answer.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/needs.ts';
import { formParams, queryParams } from '../http/params.ts';
import type { Answer } from '../meetings/meeting.ts';
import type { Request, Response } from '../message.ts';
import type { Refusal } from '../refusal.ts';
import { ownerOf } from '../store/invitations.ts';
import type { Texts } from '../text/catalogue.ts';
import { answerIcon, personWords, placeWords, readingOf, ticketWords } from './meeting_view.ts';
import { beside, go, listWith, page } from './page.ts';

/** The word of an address for each answer. */
const WORDS = { accepted: 'accept', declined: 'decline' } as const;

/** An answer that somebody can give. */
type Given = keyof typeof WORDS;

const ANSWERS = Object.keys(WORDS) as readonly Given[];

/** What the address asks for; none where it leaves that open. */
function askedAnswer(request: Request): Answer {
  const query = queryParams(request);
  return ANSWERS.find((one) => query.has(WORDS[one])) ?? 'none';
}

/** Shows the meeting, and the answers to choose from; or the answer as it was given, where the address asks for no other. */
export function answerAsk(
  request: Request,
  context: Context,
  { invitation }: Pick<Granted, 'invitation'>,
): Response | Refusal {
  const refusal = answerRefused(context, invitation);
  if (refusal !== null) return refusal;
  const { texts, store } = context;
  const { meeting, attendee } = invitation;
  const reading = readingOf(context);
  const asked = askedAnswer(request);
  const given = attendee.answer !== 'none' && (asked === 'none' || asked === attendee.answer);
  const preferred = given || asked === 'none' ? attendee.answer : asked;
  return page(
    context,
    answerTemplate,
    { title: texts(given ? `answer.is_${attendee.answer as Given}` : `answer.ask_${asked}`) },
    {
      ...ticketWords(reading, meeting),
      ...placeWords(reading, meeting, attendee),
      organiser: personWords(ownerOf(store, meeting.id) ?? ''),
      email: attendee.email,
      given,
      comes: attendee.answer === 'accepted',
      ...answerForm(texts, preferred),
      fromList: queryParams(request).get('from') === 'list',
    },
  );
}

/** What templates/pages/answer_form.hbs shows. @param preferred the answer that stands out */
export function answerForm(texts: Texts, preferred: Answer): object {
  return {
    asked: WORDS[preferred === 'none' ? 'accepted' : preferred],
    choices: ANSWERS.map((one) => ({
      word: WORDS[one],
      label: texts(`answer.${WORDS[one]}`),
      icon: answerIcon(one),
      main: one === preferred,
    })),
  };
}

/** Writes the answer down, and shows it: on the list, at its meeting, for who came from there. */
export function answerGive(
  request: Request,
  context: Context,
  { invitation }: Pick<Granted, 'invitation'>,
): Response | Refusal {
  const asked = askedAnswer(request);
  const given = asked === 'none' ? 'accepted' : asked;
  const refusal = answer(context, invitation, given);
  if (refusal !== null) return refusal;
  const { meeting, attendee } = invitation;
  if (formParams(request).get('from') === 'list') return go(303, beside(request, listWith(given, meeting.id)));
  return go(303, beside(request, `join.cgi?${WORDS[given]}&id=${encodeURIComponent(attendee.hash)}`));
}
