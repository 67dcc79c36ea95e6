/** Links that lead nowhere any more, for as long as they say why. */
import type { Attendee, Meeting, MeetingId } from '../meetings/meeting.ts';
import { ownerOf } from './invitations.ts';
import { idOf } from './rows.ts';
import type { Store } from './store.ts';

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
