/** Mails that came back: noted where the organiser looks, who is told once of all of a meeting. */
import type { Context } from '../context.ts';
import type { Bounce } from '../mail/bounce.ts';
import { returnedMail } from '../mail/owner_mail.ts';
import type { Invitation } from '../meetings/meeting.ts';
import { enqueue } from '../store/outbox.ts';
import { markReturned, meetingsToTell, requestBehind, returnedOf } from '../store/returned.ts';
import { staffedById } from '../store/series.ts';
import { hearerOf, type TellingContext } from './owner_told.ts';

/** Notes that a mail to somebody came back. @returns false where none was sent, or this one is noted already */
export function noteBounce(
  { store, log, clock }: Pick<Context, 'store' | 'log' | 'clock'>,
  { meeting, attendee }: Invitation,
  { reason, messageId }: Bounce,
): boolean {
  const to = { meetingId: meeting.id, recipient: attendee.email };
  const mail = markReturned(store, { ...to, messageId, reason }, clock.now());
  if (mail === undefined) return false;
  const req = requestBehind(store, meeting.id, attendee.email, messageId);
  log.event('mail-returned', { mail, meeting: meeting.id, to: attendee.email, reason, req });
  return true;
}

/** Writes the mails to organisers of whom mails came back. @returns how many */
export function tellReturned(context: TellingContext): number {
  const { store, clock } = context;
  const now = clock.now();
  const waiting = meetingsToTell(store, now);
  if (waiting.length === 0) return 0;
  return store.transaction(() => {
    const mails = waiting.flatMap((id) => {
      const found = staffedById(store, id, now);
      const owner = found?.attendees.find(({ role }) => role === 'owner');
      if (found === undefined || owner === undefined || owner.email === '') return [];
      return [returnedMail(hearerOf(context, found.meeting, owner), returnedOf(store, id, now), now)];
    });
    enqueue(store, mails, now, context.log.request);
    return mails.length;
  });
}
