/** Another try for mails that wait or were refused, as an administrator asks for it. */
import type { Store } from './store.ts';

/** Why a mail is not tried again; `retried` where it is. */
export type Retried = 'retried' | 'unknown' | 'in hand' | 'gone';

/** The meeting that a mail tells of is no more, or over, or the mail has expired: only a cancellation is still worth it. */
const IS_GONE = `(outbox_expires <= ? OR outbox_kind <> 'del'
  AND NOT EXISTS (SELECT 1 FROM meetings WHERE meeting_id = outbox_meeting_id AND meeting_end > ?))`;

/** Has a refused or postponed mail tried from now on, with all its tries before it; one that a sender has in hand is left to it. */
export function retry(store: Store, id: number, now: number): Retried {
  return store.transaction(() => {
    const mail = store.get<{ readonly held: number; readonly gone: number }>(
      `SELECT outbox_by IS NOT NULL AND outbox_next > ? AS held, ${IS_GONE} AS gone FROM outbox
       WHERE outbox_id = ? AND outbox_state IN ('waiting', 'refused')`,
      now,
      now,
      now,
      id,
    );
    if (mail === undefined) return 'unknown';
    if (mail.held === 1) return 'in hand';
    if (mail.gone === 1) return 'gone';
    store.run(
      `UPDATE outbox SET outbox_state = 'waiting', outbox_created = ?, outbox_next = ?, outbox_tries = 0, outbox_by = NULL,
         outbox_finished = NULL
       WHERE outbox_id = ?`,
      now,
      now,
      id,
    );
    return 'retried';
  });
}

/**
 * The same for all that are refused or wait, or those whose recipient's address ends so.
 * @param ending such as `@example.org`; empty: everybody
 * @returns how many
 */
export function retryAll(store: Store, now: number, ending: string): number {
  const all = store.all<{ readonly id: number }>(
    `SELECT outbox_id AS id FROM outbox WHERE outbox_state IN ('waiting', 'refused')
       AND (? = '' OR substr(outbox_recipient, -length(?)) = ?)`,
    ending,
    ending,
    ending,
  );
  return store.transaction(() => all.filter(({ id }) => retry(store, id, now) === 'retried').length);
}
