/** Changes to mails in the outbox: those that are not to be sent any more, and another try for those that wait or were refused. */
import type { MeetingId } from '../meetings/meeting.ts';
import { idOf } from './rows.ts';
import type { Store } from './store.ts';

/**
 * Drops the mails that are worth nothing any more: for whoever knows that the clock is right (cron).
 * @param now Unix seconds
 */
export function dropExpired(store: Store, now: number): void {
  store.note(() => {
    store.run(
      `UPDATE outbox SET outbox_state = 'dropped', outbox_content = '', outbox_reason = 'expired', outbox_finished = ?
       WHERE outbox_state = 'waiting' AND outbox_expires <= ? AND (outbox_by IS NULL OR outbox_next <= ?)`,
      now,
      now,
      now,
    );
  });
}

/** Drops mails that still wait; one that is being sent goes out. */
export function dropWaiting(store: Store, ids: readonly number[], now: number): void {
  if (ids.length === 0) return;
  store.transaction(() => {
    store.run(
      `UPDATE outbox SET outbox_state = 'dropped', outbox_content = '', outbox_reason = 'overtaken', outbox_finished = ?
       WHERE outbox_id IN (SELECT value FROM json_each(?)) AND outbox_state = 'waiting'
         AND (outbox_by IS NULL OR outbox_next <= ?)`,
      now,
      JSON.stringify(ids),
      now,
    );
  });
}

/** Drops what waits to be told of a meeting that is deleted in silence; who was taken off it before is still told that. */
export function dropNews(store: Store, meetingId: MeetingId, now: number): void {
  store.transaction(() => {
    store.run(
      `UPDATE outbox SET outbox_state = 'dropped', outbox_content = '', outbox_reason = 'no longer true', outbox_finished = ?
       WHERE outbox_meeting_id = ? AND +outbox_state = 'waiting' AND outbox_kind <> 'del'
         AND (outbox_by IS NULL OR outbox_next <= ?)`,
      now,
      idOf(meetingId),
      now,
    );
  });
}

/**
 * Drops the reminders of a meeting that wait in the outbox, and the questions whether somebody comes: all of them, or one person's. One that is
 * being sent goes out.
 * @param kinds only these
 */
export function dropReminders(
  store: Store,
  meetingId: MeetingId,
  now: number,
  recipient?: string,
  kinds: readonly ('reminder' | 'ask')[] = ['reminder', 'ask'],
): void {
  store.transaction(() => {
    store.run(
      `UPDATE outbox SET outbox_state = 'dropped', outbox_content = '', outbox_reason = 'no longer wanted',
         outbox_finished = ?
       WHERE outbox_meeting_id = ? AND +outbox_state = 'waiting' AND outbox_kind IN (SELECT value FROM json_each(?))
         AND outbox_recipient = coalesce(?, outbox_recipient)`,
      now,
      idOf(meetingId),
      JSON.stringify(kinds),
      recipient ?? null,
    );
  });
}

/**
 * Withdraws what waits to be sent about a meeting to an address that turned out to be wrong, or with a link that leads nowhere any more, and
 * forgets what was refused or came back from there.
 */
export function withdraw(
  store: Store,
  meetingId: MeetingId,
  recipient: string,
  now: number,
  reason: 'address corrected' | 'link replaced',
): void {
  store.transaction(() => {
    store.run(
      `UPDATE outbox SET outbox_state = 'dropped', outbox_content = '', outbox_reason = ?, outbox_finished = ?
       WHERE outbox_meeting_id = ? AND outbox_recipient = ? AND +outbox_state IN ('waiting', 'refused')
         AND (outbox_by IS NULL OR outbox_next <= ?)`,
      reason,
      now,
      idOf(meetingId),
      recipient,
      now,
    );
  });
}

/** Why a mail is not tried again; `retried` where it is, `returned` where it was sent and came back. */
export type Retried = 'retried' | 'unknown' | 'in hand' | 'gone' | 'returned';

/** The meeting that a mail tells of is no more, or over, or the mail has expired: only a cancellation is still worth it. */
const IS_GONE = `(outbox_expires <= ? OR outbox_kind <> 'del'
  AND NOT EXISTS (SELECT 1 FROM meetings WHERE meeting_id = outbox_meeting_id AND meeting_end > ?)
  AND NOT EXISTS (SELECT 1 FROM series WHERE series_id = outbox_meeting_id))`;

/** Has a refused or postponed mail tried from now on, with all its tries before it; one that a sender has in hand is left to it. */
export function retry(store: Store, id: number, now: number): Retried {
  return store.transaction(() => {
    const mail = store.get<{ readonly held: number; readonly gone: number; readonly returned: number }>(
      `SELECT outbox_by IS NOT NULL AND outbox_next > ? AS held, ${IS_GONE} AS gone, outbox_content = '' AS returned FROM outbox
       WHERE outbox_id = ? AND outbox_state IN ('waiting', 'refused')`,
      now,
      now,
      now,
      id,
    );
    if (mail === undefined) return 'unknown';
    if (mail.held === 1) return 'in hand';
    if (mail.returned === 1) return 'returned';
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
