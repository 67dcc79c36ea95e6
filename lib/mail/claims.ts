/** What a sender writes down in the outbox: which mails it has, how it went with each, and when one is tried again. */
import type { Context } from '../context.ts';
import type { MeetingId } from '../meetings/meeting.ts';
import { claim, markRefused, markSent, type OutboxRow, postpone, untry } from '../store/outbox.ts';
import { texts } from '../text/catalogue.ts';
import { meaningOf, type Outcome } from './smtp_failures.ts';

/** How many of the mails that were taken up ended how; `waiting` are those to be tried again. */
export interface Delivery {
  readonly sent: number;
  readonly waiting: number;
  readonly refused: number;
}

/** The reason of a mail that waits for nothing but the next sender. */
export const NOT_TRIED = 'not tried yet, for want of time';

/** One sender's hold on the outbox. */
export interface Claims {
  readonly delivery: Delivery;
  /** Takes mails that are due; nobody else gets them meanwhile. */
  take(limit: number, meetingId: MeetingId | undefined): OutboxRow[];
  /** Notes how a try ended. */
  note(row: OutboxRow, outcome: Outcome): void;
  /** Gives back mails that were not tried, free at once; with why where the server takes none at present. */
  giveBack(rows: readonly OutboxRow[], unreachable: string | undefined): void;
}

/**
 * Opens what a sender claims of the outbox.
 * @param now tells the time in Unix seconds
 * @param leaseSeconds how long the sender may hold what it takes
 */
export function openClaims(
  { store, log }: Pick<Context, 'store' | 'log'>,
  now: () => number,
  leaseSeconds: number,
): Claims {
  // No other process has this number at this moment, and this process never does again.
  const by = `${process.pid}-${process.hrtime.bigint()}`;
  const delivery = { sent: 0, waiting: 0, refused: 0 };

  const tell = (name: string, row: OutboxRow, reason?: string): void => {
    const { id, meetingId, kind, recipient, messageId, request } = row;
    const meaning = reason === undefined ? null : meaningOf(reason);
    const means = meaning === null ? undefined : texts('en')(`failure.${meaning}`);
    const req = request ?? undefined;
    log.event(name, { mail: id, meeting: meetingId, kind, to: recipient, message: messageId, reason, means, req });
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

const MINUTE = 60;

/** Seconds to wait after the first, second, … try; the last holds from then on. */
const DELAYS = [1, 2, 5, 15, 60].map((minutes) => minutes * MINUTE);

/** How long a mail is tried: seconds since it was written. Mail servers themselves give up after some days (RFC 5321 section 4.5.4.1). */
const GIVE_UP_AFTER = 3 * 24 * 60 * MINUTE;

/** A mail is not given up before it was tried this often, itself and not the server: a server may be away for days. */
const LEAST_TRIES = DELAYS.length;

/**
 * Whether a mail has been tried for long enough.
 * @param age seconds since it was written
 * @param tries how often it was tried, the last time included
 */
export function isGivenUp(age: number, tries: number): boolean {
  return age >= GIVE_UP_AFTER && tries >= LEAST_TRIES;
}

/**
 * How long to wait until the next try, in seconds: up to a quarter more, so that mails that failed together part.
 * @param tries how often it was tried, the last time included
 * @param id the mail's number, which the spread goes by
 */
export function delayAfter(tries: number, id: number): number {
  const delay = DELAYS[Math.min(Math.max(tries, 1), DELAYS.length) - 1] ?? MINUTE;
  // 7919 is prime: neighbours land apart.
  return delay + ((id * 7919) % Math.floor(delay / 4));
}
