/** Mails that reached nobody: a server took them and another sent them back, or none took them. */
import type { MeetingId } from '../meetings/meeting.ts';
import { idOf } from './rows.ts';
import type { Store } from './store.ts';

/** What came back, of whom. */
export interface Returned {
  readonly meetingId: MeetingId;
  /** The address that it had gone to. */
  readonly recipient: string;
  /** Message-ID of the mail; undefined: the last that was sent to them. */
  readonly messageId: string | undefined;
  readonly reason: string;
}

/** Notes that a mail came back. @returns the mail's number, or undefined where none was sent, or this one is noted already */
export function markReturned(store: Store, returned: Returned, now: number): number | undefined {
  const { meetingId, recipient, messageId, reason } = returned;
  return store.transaction(() => {
    const row = store.get<{ readonly id: number }>(
      `SELECT outbox_id AS id FROM outbox
       WHERE outbox_meeting_id = ? AND outbox_recipient = ? AND outbox_state = 'sent'
         AND outbox_message_id = coalesce(?, outbox_message_id)
       ORDER BY outbox_id DESC LIMIT 1`,
      idOf(meetingId),
      recipient,
      messageId ?? null,
    );
    if (row === undefined) return undefined;
    store.run(
      `UPDATE outbox SET outbox_state = 'refused', outbox_reason = ?, outbox_finished = ? WHERE outbox_id = ?`,
      reason,
      now,
      row.id,
    );
    return row.id;
  });
}

/** Reports of one booking come within moments: the organiser is told once none has come for so long, or the first is so old, in seconds. */
const QUIET = 120;
const LONGEST_WAIT = 600;

/** For how long it is worth telling, in seconds. */
const LONG_AGO = 2 * 86_400;

/**
 * Meetings and series of which mails reached somebody not, and their organiser has not been told. Those of the organiser's own do not count, nor
 * do those to who is not in the meeting any more: an address may have been corrected meanwhile.
 */
export function meetingsToTell(store: Store, now: number): MeetingId[] {
  return store
    .all<{ readonly id: MeetingId }>(
      `SELECT CAST(back.outbox_meeting_id AS TEXT) AS id FROM outbox AS back
       WHERE back.outbox_state = 'refused' AND back.outbox_role <> 'owner' AND back.outbox_finished > ?
         AND (EXISTS (SELECT 1 FROM attendees
             WHERE attendee_meeting_id = back.outbox_meeting_id AND attendee_email = back.outbox_recipient)
           OR EXISTS (SELECT 1 FROM series_link
             WHERE link_series_id = back.outbox_meeting_id AND link_email = back.outbox_recipient))
         AND NOT EXISTS (SELECT 1 FROM outbox AS told
           WHERE told.outbox_meeting_id = back.outbox_meeting_id AND told.outbox_kind = 'returned'
             AND told.outbox_created > back.outbox_finished)
       GROUP BY back.outbox_meeting_id
       HAVING max(back.outbox_finished) <= ? OR min(back.outbox_finished) <= ?`,
      now - LONG_AGO,
      now - QUIET,
      now - LONGEST_WAIT,
    )
    .map(({ id }) => id);
}

/** Who of a meeting did not get a mail about it, and why: the newest of each address. @param before Unix seconds; what came later is told later */
export function returnedOf(
  store: Store,
  meetingId: MeetingId,
  before: number,
): { readonly recipient: string; readonly reason: string }[] {
  return store.all(
    `SELECT outbox_recipient AS recipient, outbox_reason AS reason, max(outbox_id) FROM outbox
     WHERE outbox_meeting_id = ? AND +outbox_state = 'refused' AND outbox_role <> 'owner' AND outbox_finished < ?
       AND (EXISTS (SELECT 1 FROM attendees
           WHERE attendee_meeting_id = outbox_meeting_id AND attendee_email = outbox_recipient)
         OR EXISTS (SELECT 1 FROM series_link
           WHERE link_series_id = outbox_meeting_id AND link_email = outbox_recipient))
     GROUP BY outbox_recipient ORDER BY outbox_recipient`,
    idOf(meetingId),
    before,
  );
}

/**
 * The id of the request that last had somebody written to about a meeting, or that of the mail which is answered or comes back.
 * @param messageId that mail's Message-ID, where it is known
 */
export function requestBehind(
  store: Store,
  meetingId: MeetingId,
  recipient: string,
  messageId: string | undefined,
): string | undefined {
  const row = store.get<{ readonly request: string }>(
    `SELECT request_id AS request FROM outbox JOIN outbox_request ON request_mail = outbox_id
     WHERE outbox_meeting_id = ? AND outbox_recipient = ?
     ORDER BY outbox_message_id = ? DESC, outbox_id DESC LIMIT 1`,
    idOf(meetingId),
    recipient,
    messageId ?? '',
  );
  return row?.request;
}
