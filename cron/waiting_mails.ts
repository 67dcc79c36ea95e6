/** Whether mails wait for something that an administrator must do. Pure. */
import { NOT_TRIED } from '../lib/mail/ledger.ts';
import type { OutboxRow } from '../lib/store/outbox.ts';

/** How long a mail server may be away before somebody must look, in seconds: a restart, an update, a night's work on a network are shorter. */
const PATIENCE = 4 * 3600;

/** How long a run may have taken meanwhile, in seconds; a mail that was put off waits longer. */
const RUN = 50;

/** What a server says for good (RFC 5321 section 4.2.1), to our sender or to the session. */
const FOR_GOOD = /^(MAIL FROM: |5\d\d\b)/;

/**
 * Looks at mails that wait after a run has tried: one that is due again at once waits for the server, one that is due later was put
 * off for itself alone, which is nobody's to mend.
 * @param now Unix seconds
 * @returns what to look at; null: nothing
 */
export function whyMailsWait(waiting: readonly OutboxRow[], now: number): string | null {
  const held = waiting.filter(({ next, reason }) => next <= now + RUN && reason !== null && reason !== NOT_TRIED);
  const refused = held.find(({ reason }) => FOR_GOOD.test(reason ?? ''));
  const [oldest] = [...held].sort((one, other) => one.created - other.created);
  const late = oldest !== undefined && now - oldest.created >= PATIENCE ? oldest : undefined;
  const told = refused ?? late;
  return told === undefined ? null : `mails wait, and none gets through: ${told.reason}; ask jmb check mail`;
}
