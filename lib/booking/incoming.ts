/** What becomes of a message that came in, whichever way: `jmb reply`, or a mailbox that is looked into. */
import type { Context } from '../context.ts';
import { messageOf } from '../failure.ts';
import { type Arrived, type Incoming, readMail } from '../mail/incoming.ts';
import { ownerOfId, replyIdIn } from '../mail/reply_address.ts';
import type { Invitation } from '../meetings/meeting.ts';
import { attendeesOf, meetingById } from '../store/meetings.ts';

/**
 * How it ended: it was dealt with, it is of no concern to JMB, or it must be given again later, since something that JMB stands
 * on did not answer. Only after the last may it not be thrown away.
 */
export type Taken = 'done' | 'ignored' | 'later';

/** What taking a message needs of a context. */
export type TakingContext = Pick<Context, 'settings' | 'store' | 'log' | 'clock' | 'directory'>;

/** Takes one message. Never throws: what goes wrong is one line in the log, where one can be written. */
export async function takeMail(context: TakingContext, arrived: Arrived): Promise<Taken> {
  try {
    return await take(context, arrived);
  } catch (error) {
    context.log.event('mail-in-later', { reason: messageOf(error) });
    return 'later';
  }
}

async function take(context: TakingContext, arrived: Arrived): Promise<Taken> {
  const mail = await readMail(arrived);
  if (mail === null) return ignore(context, null, 'unreadable');
  if (mail.isAutomatic) return ignore(context, mail, 'automatic');
  // Lost it would be for good, and by a setting that is about to be written.
  if (context.settings.JMB_MAIL_REPLY === '') throw new Error('JMB_MAIL_REPLY is not set');
  const person = personOf(context, mail);
  return ignore(context, mail, person === undefined ? 'nobody’s address' : 'nothing to do with a meeting');
}

/** Whose address the message went to, or undefined. */
function personOf({ settings, store }: TakingContext, mail: Incoming): Invitation | undefined {
  for (const address of mail.recipients) {
    const id = replyIdIn(settings.JMB_MAIL_REPLY, address);
    const meeting = id && meetingById(store, id.meetingId);
    if (id === undefined || meeting === undefined) continue;
    const attendee = ownerOfId(id, attendeesOf(store, meeting.id));
    if (attendee !== undefined) return { meeting, attendee };
  }
  return undefined;
}

function ignore({ log }: TakingContext, mail: Incoming | null, reason: string): 'ignored' {
  log.event('mail-in-ignored', {
    reason,
    from: mail?.writer?.address,
    message: mail?.header('message-id')?.slice(0, 200),
  });
  return 'ignored';
}
