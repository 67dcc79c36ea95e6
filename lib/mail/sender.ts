/** Sends what waits in the outbox, within a time. */
import type { Context } from '../context.ts';
import { messageOf } from '../failure.ts';
import type { MeetingId } from '../meetings/meeting.ts';
import type { Settings } from '../settings.ts';
import type { OutboxRow } from '../store/outbox.ts';
import { type Claims, type Delivery, openClaims } from './claims.ts';
import type { MailParts } from './compose.ts';
import { AT_ONCE, type Pace, startPace } from './pace.ts';
import type { MailServer } from './smtp.ts';
import type { Outcome } from './smtp_failures.ts';

/** What a sender needs of a context. */
export type SenderContext = Pick<Context, 'settings' | 'store' | 'log'>;

/** What to send, and how long it may take. */
export interface SendOptions {
  /** Only the mails about this meeting. */
  readonly meetingId?: MeetingId;
  /** Milliseconds until it returns, whatever the server does. */
  readonly deadlineMs: number;
  /** Unix seconds. */
  readonly now: number;
}

/** How many mails are taken at once; more than a booking has at most by default, so that a page takes its own in one go. */
const BATCH = 60;

/** How much longer than the deadline a lease holds, in seconds: the results are still to be written down then. */
const LEASE_MARGIN = 30;

/**
 * Sends what is due. Never throws: what goes wrong is logged, and the mails stay in the outbox.
 * @returns what became of the mails that were due and that no other sender had
 */
export async function sendWaiting(context: SenderContext, options: SendOptions): Promise<Delivery> {
  const begin = performance.now();
  const passed = () => performance.now() - begin;
  const now = () => options.now + Math.floor(passed() / 1000);
  const claims = openClaims(context, now, Math.ceil(options.deadlineMs / 1000) + LEASE_MARGIN);
  try {
    whollySet(context.settings);
    await sendAll(context, options, claims, () => options.deadlineMs - passed());
  } catch (error) {
    context.log.event('mail-failed', { reason: messageOf(error) });
  }
  return claims.delivery;
}

/**
 * Sends by no default in the place of a setting that is wrong, not even from a door that opens all the same: it is another server.
 * @throws SettingsError the mistake in a setting that leads to the server
 */
function whollySet({ faults }: Settings): void {
  const fault = faults.find(({ settings }) => settings.some((name) => name.startsWith('JMB_SMTP_')));
  if (fault !== undefined) throw fault;
}

/** Batch after batch, until nothing is due, the time is over, or the server turns out not to be there. */
async function sendAll(
  context: SenderContext,
  options: SendOptions,
  claims: Claims,
  left: () => number,
): Promise<void> {
  const pace = startPace(left);
  let server: MailServer | undefined;
  let queue: OutboxRow[] = [];
  const take = () => {
    if (pace.goesOn()) queue = claims.take(BATCH, options.meetingId);
    return queue.length > 0;
  };
  try {
    while (take()) {
      server ??= (await import('./smtp.ts')).openMailServer(context.settings, AT_ONCE);
      await sendQueue(queue, server, claims, pace);
    }
  } finally {
    server?.close();
  }
}

/** One mail at a time until the server has answered to one, so that one which is not there is not asked by many; then several. */
async function sendQueue(queue: OutboxRow[], server: MailServer, claims: Claims, pace: Pace): Promise<void> {
  const sendNext = async (): Promise<void> => {
    const row = queue.shift();
    if (row === undefined) return;
    const outcome = await pace.time((signal) => send(row, server, signal));
    try {
      claims.note(row, outcome);
    } catch (error) {
      // What cannot be written down must not be sent: the leases run out, and another round takes these mails.
      queue.length = 0;
      throw error;
    }
  };
  const sendOn = async (): Promise<void> => {
    while (pace.goesOn() && queue.length > 0) await sendNext();
  };
  try {
    while (pace.goesOn() && queue.length > 0 && !pace.answered) await sendNext();
    const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, sendOn));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  } finally {
    claims.giveBack(queue.splice(0), pace.unreachable);
  }
}

/** One try of one mail. */
async function send(row: OutboxRow, server: MailServer, signal: AbortSignal): Promise<Outcome> {
  let parts: MailParts;
  try {
    parts = JSON.parse(row.content) as MailParts;
  } catch {
    return { state: 'refused', reason: 'the outbox holds no mail in this row' };
  }
  return server.send(parts, row.messageId, signal);
}
