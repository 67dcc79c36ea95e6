/** How long mails are sent one after another: until the time is over, or the server turns out not to be there. */
import type { Outcome } from './smtp_failures.ts';

/** How many mails go at the same time. */
export const AT_ONCE = 3;

/** A mail is not begun when less time than this is left, in milliseconds: broken off at the end, it might arrive twice. */
const LEAST_TIME = 250;

/** Knows when a sender is to stop. */
export interface Pace {
  /** Why no mail goes through at present. */
  readonly unreachable: string | undefined;
  /** The server has had its say about a mail, whatever it said. */
  readonly answered: boolean;
  /** Whether another mail may be begun: there is a server, and time enough. */
  goesOn(): boolean;
  /** Watches one try; the signal ends it when the time is over. */
  time(send: (signal: AbortSignal) => Promise<Outcome>): Promise<Outcome>;
}

/**
 * Begins to watch a sender's tries.
 * @param left milliseconds until the deadline, as they pass
 */
export function startPace(left: () => number): Pace {
  const deadline = AbortSignal.timeout(Math.max(0, Math.ceil(left())));
  let slowest = 0;
  let broken = 0;
  let unreachable: string | undefined;
  let answered = false;
  return {
    get unreachable() {
      return unreachable;
    },
    get answered() {
      return answered;
    },
    goesOn: () => unreachable === undefined && left() > Math.max(LEAST_TIME, slowest * 1.5),
    async time(send) {
      const before = left();
      const outcome = await send(deadline);
      slowest = Math.max(slowest, before - left());
      answered ||= outcome.state !== 'postponed' || outcome.obstacle === 'mail';
      // One connection that breaks may be chance or this one mail's fault; several in a row are the server's.
      broken = outcome.state === 'postponed' && outcome.obstacle === 'connection' ? broken + 1 : 0;
      const tooMany = broken > (answered ? AT_ONCE : 1);
      if (outcome.state === 'postponed' && (outcome.obstacle === 'server' || tooMany)) unreachable = outcome.reason;
      return outcome;
    },
  };
}
