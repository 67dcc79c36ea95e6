/** What a change leaves on a meeting: its version, its SEQUENCE and when; and the change of one person's address or link, or of the owner. */
import type { Meeting, MeetingId, Role } from '../meetings/meeting.ts';
import { keepLinks } from './gone_links.ts';
import { meetingById } from './meetings.ts';
import { idOf } from './rows.ts';
import { newHash } from './secrets.ts';
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

/**
 * Gives somebody another secret, in every seat that old rows give them; the old one leads nowhere and says so for a while. All that is noted by
 * the secret goes along: answer, words, name. SEQUENCE stays, or everybody else's proposals would be of an old state. @param now Unix seconds
 */
export function replaceLink(store: Store, id: MeetingId, email: string, now: number): void {
  store.transaction(() => {
    const bound = idOf(id);
    const meeting = meetingById(store, id);
    if (bound === null || meeting === undefined) throw new Error(`meeting ${id} is not there to be changed`);
    keepLinks(store, meeting, email, now);
    const seats = store.all<{ readonly seat: number; readonly old: string }>(
      `SELECT attendee_id AS seat, attendee_meeting_hash AS old FROM attendees
       WHERE attendee_meeting_id = ? AND lower(attendee_email) = ? AND attendee_role IS NOT 'owner'`,
      bound,
      email,
    );
    for (const { seat, old } of seats) {
      const hash = newHash();
      store.run('UPDATE attendees SET attendee_meeting_hash = ? WHERE attendee_id = ?', hash, seat);
      store.run('UPDATE answer_given SET given_hash = ? WHERE given_hash = ?', hash, old);
      store.run('UPDATE answer_untold SET untold_hash = ? WHERE untold_hash = ?', hash, old);
      store.run('UPDATE reply_last SET reply_hash = ? WHERE reply_hash = ?', hash, old);
      store.run('UPDATE reply_taken SET taken_hash = ? WHERE taken_hash = ?', hash, old);
      store.run('UPDATE attendee_name SET name_hash = ? WHERE name_hash = ?', hash, old);
    }
    recordChange(store, bound, { ...meeting, modified: Math.max(now, meeting.modified) }, false);
  });
}

/**
 * Makes somebody else a meeting's owner, who may be in it already; all links, counts and the others' answers stay. So does SEQUENCE,
 * or everybody else's proposals would be of an old state; a later DTSTAMP makes the news of it newer (RFC 5546 section 2.1.5).
 * @param from the owner's address
 * @param role what the owner is from now on
 * @param now Unix seconds
 */
export function changeOwner(
  store: Store,
  id: MeetingId,
  from: string,
  to: string,
  role: Exclude<Role, 'owner'>,
  now: number,
): void {
  store.transaction(() => {
    const bound = idOf(id);
    const meeting = meetingById(store, id);
    if (bound === null || meeting === undefined) throw new Error(`meeting ${id} is not there to be handed over`);
    const becomes = (email: string, as: Role): number =>
      store.run(
        `UPDATE attendees SET attendee_role = ?, attendee_partstat = 1
         WHERE attendee_meeting_id = ? AND lower(attendee_email) = ?`,
        as,
        bound,
        email,
      );
    becomes(from, role);
    if (becomes(to, 'owner') === 0) {
      store.run(
        `INSERT INTO attendees
           (attendee_meeting_id, attendee_meeting_hash, attendee_role, attendee_email, attendee_count, attendee_partstat)
         VALUES (?, ?, 'owner', ?, 0, 1)`,
        bound,
        newHash(),
        to,
      );
    }
    recordChange(store, bound, { ...meeting, modified: Math.max(now, meeting.modified) }, false);
  });
}
