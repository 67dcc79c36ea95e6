/**
 * What becomes of a message that came in, whichever way: an answer is applied; a mail that came back is noted, and the organiser told
 * once of all of a meeting.
 */
import type { Context } from '../context.ts';
import { messageOf } from '../failure.ts';
import { type Bounce, readBounce } from '../mail/bounce.ts';
import { type Arrived, type Incoming, readMail } from '../mail/incoming.ts';
import { returnedMail } from '../mail/owner_mail.ts';
import { bounceSetting, ownerOfId, replyIdIn } from '../mail/reply_address.ts';
import type { Invitation } from '../meetings/meeting.ts';
import { enqueue } from '../store/outbox.ts';
import { markReturned, meetingsToTell, requestBehind, returnedOf } from '../store/returned.ts';
import { staffedById } from '../store/series.ts';
import { hearerOf, type TellingContext } from './answer.ts';
import { applyReplies, passOn, repliesIn, tracedTo } from './replies.ts';

/**
 * How it ended: it was dealt with, it is of no concern to JMB, or it must be given again later, since something that JMB stands
 * on did not answer. Only after the last may it not be thrown away.
 */
export type Taken = 'done' | 'ignored' | 'later';

/** Takes one message. Never throws: what goes wrong is one line in the log, where one can be written. */
export async function takeMail(context: Context, arrived: Arrived): Promise<Taken> {
  try {
    return await take(context, arrived);
  } catch (error) {
    context.log.event('mail-in-later', { reason: messageOf(error) });
    return 'later';
  }
}

async function take(context: Context, arrived: Arrived): Promise<Taken> {
  const mail = await readMail(arrived);
  if (mail === null) return ignore(context, null, 'unreadable');
  const bounce = readBounce(mail);
  if (bounce !== null) {
    const to = personOf(context, mail, bounceSetting(context.settings));
    if (to === undefined) return ignore(context, mail, 'came back, of nobody');
    return noteBounce(context, to, bounce) ? 'done' : ignore(context, mail, 'came back, of nothing that was sent');
  }
  const replies = mail.isAutomatic && !mail.isGenerated ? [] : await repliesIn(mail);
  if (mail.isAutomatic && replies.length === 0) return ignore(context, mail, 'automatic');
  // Lost it would be for good, and by a setting that is about to be written.
  if (context.settings.JMB_MAIL_REPLY === '') throw new Error('JMB_MAIL_REPLY is not set');
  const person = personOf(context, mail, context.settings.JMB_MAIL_REPLY);
  if (replies.length > 0) {
    const believed = person === undefined && isGuessed(context, mail) ? { ...mail, writers: [] } : mail;
    return (await applyReplies(context, believed, person, replies))
      ? 'done'
      : ignore(context, mail, 'of no meeting here');
  }
  if (person === undefined) return ignore(context, mail, 'nobody’s address');
  const about = tracedTo(context, person.meeting, person.attendee.email, mail);
  const why = passOn(about, mail, person);
  if (why !== null) return ignore(about, mail, why);
  about.log.event('passed-on', { id: person.meeting.id, from: mail.writer?.address });
  return 'done';
}

/** Whose address of a setting the message went to, or undefined. */
function personOf({ store, clock }: Context, mail: Incoming, setting: string): Invitation | undefined {
  for (const address of mail.recipients) {
    const id = replyIdIn(setting, address);
    const found = id && staffedById(store, id.meetingId, clock.now());
    if (id === undefined || found === undefined) continue;
    const attendee = ownerOfId(id, found.attendees);
    if (attendee !== undefined) return { meeting: found.meeting, attendee };
  }
  return undefined;
}

/** Whether it went to an address such as we give, but which is nobody's (any more): then From is not to be believed either. */
function isGuessed({ settings }: Context, { recipients }: Incoming): boolean {
  return recipients.some((address) => replyIdIn(settings.JMB_MAIL_REPLY, address) !== undefined);
}

function ignore({ log }: Context, mail: Incoming | null, reason: string): 'ignored' {
  log.event('mail-in-ignored', {
    reason,
    from: mail?.writer?.address,
    message: mail?.header('message-id')?.slice(0, 200),
  });
  return 'ignored';
}

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
