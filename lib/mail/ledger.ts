/** What a sender writes down in the outbox: which mails it has, and how it went with each. */

import type { Context } from '../context.ts';
import type { MeetingId } from '../meetings/meeting.ts';
import { claim, markRefused, markSent, type OutboxRow, postpone } from '../store/outbox.ts';
import { delayAfter, GIVE_UP_AFTER } from './delays.ts';
import type { Outcome } from './post.ts';

/** How many of the mails that were taken up ended how; `waiting` are those to be tried again. */
export interface Delivery {
  readonly sent: number;
  readonly waiting: number;
  readonly refused: number;
}

/** One sender's hold on the outbox. */
export interface Ledger {
  readonly delivery: Delivery;
  /** Takes mails that are due; nobody else gets them meanwhile. */
  take(limit: number, meetingId: MeetingId | undefined): OutboxRow[];
  /** Notes how a try ended. */
  note(row: OutboxRow, outcome: Outcome): void;
  /** Gives back mails that were not tried: free at once, or, where the server is not there, waiting like those that were. */
  giveBack(rows: readonly OutboxRow[], unreachable: string | undefined): void;
}

/**
 * Opens a sender's ledger.
 * @param now tells the time in Unix seconds
 * @param leaseSeconds how long the sender may hold what it takes
 */
export function openLedger(
  { store, log }: Pick<Context, 'store' | 'log'>,
  now: () => number,
  leaseSeconds: number,
): Ledger {
  // No other process has this number at this moment, and this process never does again.
  const by = `${process.pid}-${process.hrtime.bigint()}`;
  const delivery = { sent: 0, waiting: 0, refused: 0 };

  const tell = (name: string, row: OutboxRow, reason?: string): void => {
    const { id, meetingId, kind, recipient, messageId } = row;
    log.event(name, { mail: id, meeting: meetingId, kind, to: recipient, message: messageId, reason });
  };
  const refuse = (row: OutboxRow, reason: string): void => {
    delivery.refused++;
    markRefused(store, row.id, by, reason, now());
    tell('mail-refused', row, reason);
  };
  const postponeUntil = (row: OutboxRow, reason: string, next: number): void => {
    delivery.waiting++;
    postpone(store, row.id, by, reason, next);
    tell('mail-postponed', row, reason);
  };

  const note = (row: OutboxRow, outcome: Outcome): void => {
    if (outcome.state === 'sent') {
      delivery.sent++;
      markSent(store, row.id, now());
      tell('mail-sent', row);
    } else if (outcome.state === 'refused') {
      refuse(row, outcome.reason);
    } else if (now() - row.created >= GIVE_UP_AFTER) {
      refuse(row, `given up after ${row.tries} tries: ${outcome.reason}`);
    } else {
      postponeUntil(row, outcome.reason, now() + delayAfter(row.tries));
    }
  };
  const free = (row: OutboxRow): void => {
    delivery.waiting++;
    postpone(store, row.id, by, row.reason ?? 'not tried yet, for want of time', now());
  };

  return {
    delivery,
    note,
    take: (limit, meetingId) =>
      claim(store, { by, now: now(), leaseSeconds, limit, ...(meetingId === undefined ? {} : { meetingId }) }),
    giveBack(rows, unreachable) {
      if (rows.length === 0) return;
      // One wait for the disk, not one for each: a page may be waiting for this.
      store.transaction(() => {
        for (const row of rows) {
          if (unreachable === undefined) free(row);
          else note(row, { state: 'postponed', reason: unreachable, obstacle: 'server' });
        }
      });
    },
  };
}
