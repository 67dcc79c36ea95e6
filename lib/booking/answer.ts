/** Answering an invitation, whoever asks: a page, the list, a mail. */
import type { Context } from '../context.ts';
import { mayAnswer } from '../meetings/access.ts';
import { type Given, NO_WORDS, type Words } from '../meetings/answers.ts';
import type { Invitation } from '../meetings/meeting.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { Way } from '../store/answers.ts';
import { recordAnswer } from '../store/invitations.ts';
import { answeredBy, tellOwner } from './owner_told.ts';

/** Why an invitation cannot be answered any more, or at all; null where it can. */
export function answerRefused({ clock }: Context, { meeting, attendee }: Invitation): Refusal | null {
  if (mayAnswer(meeting, attendee.role, clock.now())) return null;
  if (attendee.role === 'owner') return refuse(403, 'refused.owner_answers', `owner of ${meeting.id} answers`);
  return refuse(403, 'refused.answer_late', `meeting ${meeting.id} is over for ${attendee.email}`);
}

/** Writes an answer down, and what was said with it, and the mail by which the owner hears of it. */
export function answer(
  context: Context,
  invitation: Invitation,
  given: Given,
  words: Words = NO_WORDS,
  way: Way = 'page',
): Refusal | null {
  const refusal = answerRefused(context, invitation);
  if (refusal !== null) return refusal;
  const { meeting, attendee } = invitation;
  context.store.transaction(() => {
    const before = answeredBy(context, invitation);
    recordAnswer(context.store, attendee.hash, given, context.clock.now(), { ...words, way });
    tellOwner(context, invitation, before, { answer: given, ...words });
  });
  context.log.event('answered', { id: meeting.id, email: attendee.email, answer: given, by: way });
  return null;
}
