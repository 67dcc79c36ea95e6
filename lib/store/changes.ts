/** What a change leaves on a meeting: its version, its SEQUENCE and when; and the change of one address. */
import type { Meeting, MeetingId } from '../meetings/meeting.ts';
import { meetingById } from './meetings.ts';
import { idOf } from './rows.ts';
import type { Store } from './store.ts';

/** Our word on what changed, over what the triggers noted for a change by somebody else; `version` is the one before. In the transaction that changes it. */
export function recordChange(
  store: Store,
  id: bigint,
  to: Pick<Meeting, 'sequence' | 'version' | 'modified'>,
  plain: boolean,
): void {
  store.run('INSERT OR IGNORE INTO meeting_extra (extra_meeting_id, extra_modified) VALUES (?, ?)', id, to.modified);
  store.run(
    `UPDATE meeting_extra
     SET extra_sequence = ?, extra_version = ?, extra_modified = ?, extra_plain = max(extra_plain, ?)
     WHERE extra_meeting_id = ?`,
    to.sequence,
    to.version + 1,
    to.modified,
    plain ? 1 : 0,
    id,
  );
}

/**
 * Puts another address in the place of somebody's, in all seats that old rows give them; secret, answer and count stay. Nobody else may have
 * it, and it is not the owner's: the caller has looked. @param now Unix seconds
 */
export function changeAddress(store: Store, id: MeetingId, from: string, to: string, now: number): void {
  store.transaction(() => {
    const bound = idOf(id);
    const meeting = meetingById(store, id);
    if (bound === null || meeting === undefined) throw new Error(`meeting ${id} is not there to be changed`);
    store.run(
      `UPDATE attendees SET attendee_email = ?
       WHERE attendee_meeting_id = ? AND lower(attendee_email) = ? AND attendee_role IS NOT 'owner'`,
      to,
      bound,
      from,
    );
    recordChange(store, bound, { ...meeting, modified: Math.max(now, meeting.modified) }, false);
  });
}
