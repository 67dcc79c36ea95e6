/** What a sender writes down in the outbox: which mails it has, and how it went with each. */

import type { Context } from '../context.ts';
import type { MeetingId } from '../meetings/meeting.ts';
import { claim, markRefused, markSent, type OutboxRow, postpone, untry } from '../store/outbox.ts';
import { delayAfter, isGivenUp } from './delays.ts';
import type { Outcome } from './post.ts';

/** How many of the mails that were taken up ended how; `waiting` are those to be tried again. */
export interface Delivery {
  readonly sent: number;
  readonly waiting: number;
  readonly refused: number;
}

/** The reason of a mail that waits for nothing but the next sender. */
export const NOT_TRIED = 'not tried yet, for want of time';

/** One sender's hold on the outbox. */
export interface Ledger {
  readonly delivery: Delivery;
  /** Takes mails that are due; nobody else gets them meanwhile. */
  take(limit: number, meetingId: MeetingId | undefined): OutboxRow[];
  /** Notes how a try ended. */
  note(row: OutboxRow, outcome: Outcome): void;
  /** Gives back mails that were not tried, free at once; with why where the server takes none at present. */
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
  const free = (row: OutboxRow, reason: string): void => {
    delivery.waiting++;
    untry(store, row.id, by, reason, now());
  };
  let told = false;
  /** A server that is away is one line, and costs no mail a try: whoever sends next asks it with one. */
  const serverAway = (row: OutboxRow, reason: string): void => {
    free(row, reason);
    if (!told) tell('mail-server-away', row, reason);
    told = true;
  };

  const note = (row: OutboxRow, outcome: Outcome): void => {
    if (outcome.state === 'sent') {
      delivery.sent++;
      markSent(store, row.id, now());
      tell('mail-sent', row);
    } else if (outcome.state === 'refused') {
      refuse(row, outcome.reason);
    } else if (outcome.obstacle === 'server') {
      serverAway(row, outcome.reason);
    } else if (isGivenUp(now() - row.created, row.tries)) {
      refuse(row, `given up after ${row.tries} tries: ${outcome.reason}`);
    } else {
      delivery.waiting++;
      postpone(store, row.id, by, outcome.reason, now() + delayAfter(row.tries, row.id));
      tell('mail-postponed', row, outcome.reason);
    }
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
          if (unreachable === undefined) free(row, row.reason ?? NOT_TRIED);
          else serverAway(row, unreachable);
        }
      });
    },
  };
}
