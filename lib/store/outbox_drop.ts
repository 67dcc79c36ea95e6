/** Mails that are not to be sent any more. */
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

/** Drops the reminders of a meeting that wait in the outbox: all of them, or one person's. One that is being sent goes out. */
export function dropReminders(store: Store, meetingId: MeetingId, now: number, recipient?: string): void {
  store.transaction(() => {
    store.run(
      `UPDATE outbox SET outbox_state = 'dropped', outbox_content = '', outbox_reason = 'no longer wanted',
         outbox_finished = ?
       WHERE outbox_meeting_id = ? AND +outbox_state = 'waiting' AND outbox_kind = 'reminder'
         AND outbox_recipient = coalesce(?, outbox_recipient)`,
      now,
      idOf(meetingId),
      recipient ?? null,
    );
  });
}
