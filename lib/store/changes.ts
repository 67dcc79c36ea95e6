/**
 * What a change leaves on a meeting: its version, its SEQUENCE and when; another address, link or owner; and the old links, for as long
 * as they say why they lead nowhere.
 */
import type { Attendee, Meeting, MeetingId, Role } from '../meetings/meeting.ts';
import { ownerOf } from './invitations.ts';
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

/** How long a link says so, in seconds. */
const KEPT = 30 * 86_400;

/** What a link led to, as its holder last knew it. */
export interface GoneLink {
  readonly id: MeetingId;
  readonly subject: string;
  /** Unix seconds. */
  readonly begin: number;
  /** Unix seconds. */
  readonly end: number;
  /** The organiser's address; empty where an old row had none. */
  readonly owner: string;
  /** When it ended to lead there, in Unix seconds. */
  readonly at: number;
  /** Whether the meeting was deleted; else its holder was taken off it. */
  readonly deleted: boolean;
  /** Whether its holder has been invited again since, by another link. */
  readonly again: boolean;
}

/**
 * Keeps the links of a meeting, in the transaction that makes them lead nowhere and before that.
 * @param holder the address of whoever is taken off; null: the meeting is deleted, and all links with it
 * @param now Unix seconds
 */
export function keepLinks(store: Store, meeting: Meeting, holder: string | null, now: number): void {
  store.run(
    `INSERT OR IGNORE INTO gone_link
       (gone_hash, gone_meeting_id, gone_email, gone_owner, gone_subject, gone_begin, gone_end, gone_deleted, gone_at)
     SELECT attendee_meeting_hash, attendee_meeting_id, lower(coalesce(attendee_email, '')), ?, ?, ?, ?, ?, ? FROM attendees
     WHERE attendee_meeting_id = ? AND attendee_meeting_hash <> '' AND (? IS NULL OR lower(attendee_email) = ?)`,
    ...kept(ownerOf(store, meeting.id), meeting, holder, now),
  );
}

/** A series as one meeting. */
interface Whole {
  readonly meeting: Meeting;
  readonly attendees: readonly Attendee[];
}

/** The same of the links to a series, whose `meeting` it is as one. */
export function keepSeriesLinks(store: Store, { meeting, attendees }: Whole, holder: string | null, now: number): void {
  store.run(
    `INSERT OR IGNORE INTO gone_link
       (gone_hash, gone_meeting_id, gone_email, gone_owner, gone_subject, gone_begin, gone_end, gone_deleted, gone_at)
     SELECT link_hash, link_series_id, link_email, ?, ?, ?, ?, ?, ? FROM series_link
     WHERE link_series_id = ? AND (? IS NULL OR link_email = ?)`,
    ...kept(attendees.find(({ role }) => role === 'owner')?.email, meeting, holder, now),
  );
}

/** What both keep of a meeting, and whose links they look for. */
function kept(owner: string | undefined, { id, subject, begin, end }: Meeting, holder: string | null, now: number) {
  return [owner ?? '', subject, begin, end, holder === null ? 1 : 0, now, idOf(id), holder, holder];
}

/**
 * What a link says that leads nowhere any more, or undefined; the hash may be anybody's text.
 * @param now Unix seconds
 */
export function goneLink(store: Store, hash: string, now: number): GoneLink | undefined {
  const row = store.get<Omit<GoneLink, 'deleted' | 'again'> & { readonly deleted: number; readonly again: number }>(
    `SELECT CAST(gone_meeting_id AS TEXT) AS id, gone_subject AS subject, gone_begin AS begin, gone_end AS end,
       gone_owner AS owner, gone_at AS at, gone_deleted AS deleted,
       EXISTS (SELECT 1 FROM attendees WHERE attendee_meeting_id = gone_meeting_id AND lower(attendee_email) = gone_email)
         OR EXISTS (SELECT 1 FROM series_link WHERE link_series_id = gone_meeting_id AND link_email = gone_email) AS again
     FROM gone_link WHERE gone_hash = ? AND gone_at > ?`,
    hash,
    now - KEPT,
  );
  return row && { ...row, deleted: row.deleted === 1, again: row.again === 1 };
}

/**
 * Forgets links that have said so for long enough.
 * @param now Unix seconds
 */
export function forgetLinks(store: Store, now: number): void {
  forgetLinksBefore(store, now - KEPT);
}

/** Forgets links that lead nowhere since before a Unix time; writes only where there are some. */
export function forgetLinksBefore(store: Store, before: number): void {
  if (store.get('SELECT 1 AS found FROM gone_link WHERE gone_at <= ? LIMIT 1', before) === undefined) return;
  store.transaction(() => store.run('DELETE FROM gone_link WHERE gone_at <= ?', before));
}
