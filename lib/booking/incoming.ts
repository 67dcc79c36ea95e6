/** What becomes of a message that came in, whichever way: `jmb reply`, or a mailbox that is looked into. */
import type { Context } from '../context.ts';
import { messageOf } from '../failure.ts';
import { type Arrived, type Incoming, readMail } from '../mail/incoming.ts';
import { ownerOfId, replyIdIn } from '../mail/reply_address.ts';
import type { Invitation } from '../meetings/meeting.ts';
import { attendeesOf, meetingById } from '../store/meetings.ts';
import { applyReplies, passOn, repliesIn } from './replies.ts';

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
  if (mail.isAutomatic) return ignore(context, mail, 'automatic');
  // Lost it would be for good, and by a setting that is about to be written.
  if (context.settings.JMB_MAIL_REPLY === '') throw new Error('JMB_MAIL_REPLY is not set');
  const person = personOf(context, mail);
  const replies = await repliesIn(mail);
  if (replies.length > 0) {
    return (await applyReplies(context, mail, person, replies)) ? 'done' : ignore(context, mail, 'of no meeting here');
  }
  if (person === undefined) return ignore(context, mail, 'nobody’s address');
  const why = passOn(context, mail, person);
  if (why !== null) return ignore(context, mail, why);
  context.log.event('passed-on', { id: person.meeting.id, from: mail.writer?.address });
  return 'done';
}

/** Whose address the message went to, or undefined. */
function personOf({ settings, store }: Context, mail: Incoming): Invitation | undefined {
  for (const address of mail.recipients) {
    const id = replyIdIn(settings.JMB_MAIL_REPLY, address);
    const meeting = id && meetingById(store, id.meetingId);
    if (id === undefined || meeting === undefined) continue;
    const attendee = ownerOfId(id, attendeesOf(store, meeting.id));
    if (attendee !== undefined) return { meeting, attendee };
  }
  return undefined;
}

function ignore({ log }: Context, mail: Incoming | null, reason: string): 'ignored' {
  log.event('mail-in-ignored', {
    reason,
    from: mail?.writer?.address,
    message: mail?.header('message-id')?.slice(0, 200),
  });
  return 'ignored';
}
