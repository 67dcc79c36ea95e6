/** Answering an invitation, whoever asks: a page, the list, a mail. */
import type { Context } from '../context.ts';
import { mayAnswer } from '../meetings/access.ts';
import { type Given, NO_WORDS, type Words } from '../meetings/answers.ts';
import type { Invitation } from '../meetings/meeting.ts';
import type { Scope } from '../meetings/series.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { Way } from '../store/answers.ts';
import { otherSeats, recordAnswer } from '../store/invitations.ts';
import { placesOf } from '../store/series.ts';
import { answeredBy, tellOwner } from './owner_told.ts';

/** Why an invitation cannot be answered any more, or at all; null where it can. */
export function answerRefused({ clock }: Context, { meeting, attendee }: Invitation): Refusal | null {
  if (mayAnswer(meeting, attendee.role, clock.now())) return null;
  if (attendee.role === 'owner') return refuse(403, 'refused.owner_answers', `owner of ${meeting.id} answers`);
  return refuse(403, 'refused.answer_late', `meeting ${meeting.id} is over for ${attendee.email}`);
}

/** How an answer came, and how much of a series it is for; that one meeting where nothing is said. */
export interface HowAnswered {
  readonly way: Way;
  readonly scope?: Scope;
}

/**
 * Writes an answer down, and what was said with it, and the mail by which the owner hears of it: of one for several meetings of a series
 * once, as of the first.
 */
export function answer(
  context: Context,
  invitation: Invitation,
  given: Given,
  words: Words = NO_WORDS,
  { way, scope = 'one' }: HowAnswered = { way: 'page' },
): Refusal | null {
  const refusal = answerRefused(context, invitation);
  if (refusal !== null) return refusal;
  const { meeting, attendee } = invitation;
  context.store.transaction(() => {
    const before = answeredBy(context, invitation);
    recordAnswer(context.store, attendee.hash, given, context.clock.now(), { ...words, way });
    for (const hash of othersMeant(context, invitation, scope)) {
      recordAnswer(context.store, hash, given, context.clock.now(), { ...words, proposal: null, way });
    }
    tellOwner(context, invitation, before, { answer: given, ...words });
  });
  context.log.event('answered', { id: meeting.id, email: attendee.email, answer: given, by: way });
  return null;
}

function othersMeant({ store, clock }: Context, invitation: Invitation, scope: Scope): readonly string[] {
  const place = scope === 'one' ? undefined : placesOf(store, [invitation.meeting.id]).get(invitation.meeting.id);
  if (place === undefined) return [];
  return otherSeats(store, invitation, scope === 'following' ? place.number : 0, clock.now());
}
