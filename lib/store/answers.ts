/**
 * What answers say beside attendee_partstat (maybe, a word to the organiser, another time), when and by which way; which came by mail,
 * and those that nobody can be held to.
 */
import type { Proposal, Words } from '../meetings/answers.ts';
import type { Answer, Attendee, MeetingId } from '../meetings/meeting.ts';
import type { Mark, Named } from '../meetings/reply.ts';
import { idOf } from './rows.ts';
import type { Store } from './store.ts';

/** Where an answer came from: a page of ours, the list, a mail program's reply, a person's calendar. */
export type Way = 'page' | 'list' | 'mail' | 'calendar';

/** What somebody said with an answer. */
export interface Said extends Words {
  /** Unix seconds. */
  readonly at: number;
  readonly way: Way;
}

/** Notes what an answer says, in the place of what the one before said: in the transaction that writes the answer. */
export function keepSaid(store: Store, hash: string, answer: Answer, said: Said): void {
  store.run(
    `INSERT OR REPLACE INTO answer_given
       (given_hash, given_tentative, given_comment, given_begin, given_duration, given_at, given_by)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    hash,
    answer === 'tentative' ? 1 : 0,
    said.comment,
    said.proposal?.begin ?? null,
    said.proposal?.duration ?? null,
    said.at,
    said.way,
  );
}

interface SaidRow {
  readonly hash: string;
  readonly comment: string;
  readonly begin: number | null;
  readonly duration: number | null;
  readonly at: number;
  readonly way: Way;
}

/** What the people of a meeting said with their answers, by their secrets; whoever gave none is missing. */
export function saidOf(store: Store, id: MeetingId): ReadonlyMap<string, Said> {
  const rows = store.all<SaidRow>(
    `SELECT given_hash AS hash, given_comment AS comment, given_begin AS begin, given_duration AS duration,
       given_at AS at, given_by AS way
     FROM attendees CROSS JOIN answer_given ON given_hash = attendee_meeting_hash
     WHERE attendee_meeting_id = ?`,
    idOf(id),
  );
  return new Map(
    rows.map(({ hash, comment, begin, duration, at, way }) => {
      const proposal: Proposal | null = begin === null || duration === null ? null : { begin, duration };
      return [hash, { comment, proposal, at, way }];
    }),
  );
}

/**
 * Sets the answers of everybody but the owner back to none, but those of who proposed the new time to yes, and forgets the times that
 * were proposed: they were answers to another time. What was written with them stays. In the transaction that moves the meeting.
 * @param to the new time
 */
export function askAnew(store: Store, id: MeetingId, { begin, duration }: Proposal): void {
  const bound = idOf(id);
  store.run(
    `UPDATE attendees SET attendee_partstat = attendee_meeting_hash IN
       (SELECT given_hash FROM answer_given
        WHERE given_hash = attendee_meeting_hash AND given_begin = ? AND given_duration = ?)
     WHERE attendee_meeting_id = ? AND attendee_role IS NOT 'owner'`,
    begin,
    duration,
    bound,
  );
  store.run(
    `UPDATE answer_given SET given_tentative = 0, given_begin = NULL, given_duration = NULL
     WHERE given_hash IN (SELECT attendee_meeting_hash FROM attendees WHERE attendee_meeting_id = ?)`,
    bound,
  );
}

/** Notes that the owner is still to hear of somebody's answer. @param now Unix seconds */
export function owe(store: Store, hash: string, now: number): void {
  store.run('INSERT OR IGNORE INTO answer_untold (untold_hash, untold_at) VALUES (?, ?)', hash, now);
}

/** Forgets that: the owner hears of it, or need not any more. */
export function settle(store: Store, hashes: readonly string[]): void {
  store.run('DELETE FROM answer_untold WHERE untold_hash IN (SELECT value FROM json_each(?))', JSON.stringify(hashes));
}

/** Whose answers owners are still to hear of, the oldest first. @param now Unix seconds */
export function untold(
  store: Store,
  now: number,
  limit: number,
): { readonly hash: string; readonly meetingId: MeetingId }[] {
  return store.all(
    `SELECT untold_hash AS hash, CAST(attendee_meeting_id AS TEXT) AS meetingId
     FROM answer_untold CROSS JOIN attendees ON attendee_meeting_hash = untold_hash
     WHERE untold_at <= ? ORDER BY untold_at LIMIT ?`,
    now,
    limit,
  );
}

/** Whether a mail that tells of answers to a meeting waits to be sent. */
export function answersWait(store: Store, id: MeetingId): boolean {
  const row = store.get(
    `SELECT 1 FROM outbox WHERE outbox_meeting_id = ? AND +outbox_state = 'waiting' AND outbox_kind = 'answers' LIMIT 1`,
    idOf(id),
  );
  return row !== undefined;
}

/** Whether an answer was taken before. */
export function wasTaken(store: Store, { hash }: Attendee, { message }: Mark): boolean {
  const row = store.get('SELECT 1 FROM reply_taken WHERE taken_hash = ? AND taken_message = ?', hash, message);
  return row !== undefined;
}

/** The last answer of somebody's that was taken, or undefined. */
export function lastTaken(store: Store, { hash }: Attendee): Mark | undefined {
  return store.get<Mark>(
    `SELECT coalesce(taken_sequence, 0) AS sequence, reply_stamp AS stamp, reply_message AS message
     FROM reply_last LEFT JOIN reply_taken ON taken_hash = reply_hash AND taken_message = reply_message
     WHERE reply_hash = ?`,
    hash,
  );
}

/** How many are known of each person: more often nobody changes their mind. */
const MOST_TAKEN = 50;

/** Notes an answer that is taken, within the transaction that writes it. @param now Unix seconds */
export function noteReply(store: Store, { hash }: Attendee, { sequence, stamp, message }: Mark, now: number): void {
  store.transaction(() => {
    store.run(
      'INSERT OR REPLACE INTO reply_last (reply_hash, reply_stamp, reply_message) VALUES (?, ?, ?)',
      hash,
      stamp,
      message,
    );
    store.run(
      `INSERT OR REPLACE INTO reply_taken (taken_hash, taken_message, taken_sequence, taken_at) VALUES (?, ?, ?, ?)`,
      hash,
      message,
      sequence,
      now,
    );
    store.run(
      `DELETE FROM reply_taken WHERE taken_hash = ? AND taken_message NOT IN
         (SELECT taken_message FROM reply_taken WHERE taken_hash = ? ORDER BY taken_at DESC LIMIT ${MOST_TAKEN})`,
      hash,
      hash,
    );
  });
}

/** An answer that nobody can be held to. */
export interface Unconfirmed {
  /** When it came: Unix seconds. */
  readonly at: number;
  /** The address that it says it is from; empty where it says none. */
  readonly from: string;
  /** Whom it names; empty where it names several or nobody. */
  readonly named: string;
  readonly answer: NonNullable<Named['answer']> | '';
  readonly comment: string;
}

/** How many are kept of a meeting: anybody may send them. */
const MOST = 20;

/** The longest address that is kept, in characters. */
const LONGEST_ADDRESS = 254;

/** Keeps one; the same one again takes the place of the first. */
export function keepUnconfirmed(store: Store, id: MeetingId, one: Unconfirmed): void {
  const bound = idOf(id);
  const from = one.from.slice(0, LONGEST_ADDRESS);
  const named = one.named.slice(0, LONGEST_ADDRESS);
  store.transaction(() => {
    store.run(
      `DELETE FROM reply_unconfirmed WHERE unconfirmed_meeting_id = ? AND unconfirmed_from = ? AND unconfirmed_named = ?`,
      bound,
      from,
      named,
    );
    store.run(
      `INSERT INTO reply_unconfirmed (unconfirmed_meeting_id, unconfirmed_at, unconfirmed_from, unconfirmed_named,
         unconfirmed_answer, unconfirmed_comment)
       VALUES (?, ?, ?, ?, ?, ?)`,
      bound,
      one.at,
      from,
      named,
      one.answer,
      one.comment,
    );
    store.run(
      `DELETE FROM reply_unconfirmed WHERE unconfirmed_meeting_id = ? AND unconfirmed_id NOT IN
         (SELECT unconfirmed_id FROM reply_unconfirmed WHERE unconfirmed_meeting_id = ?
          ORDER BY unconfirmed_id DESC LIMIT ${MOST})`,
      bound,
      bound,
    );
  });
}

/** Those of a meeting, the latest first. */
export function unconfirmedOf(store: Store, id: MeetingId): Unconfirmed[] {
  return store.all<Unconfirmed>(
    `SELECT unconfirmed_at AS at, unconfirmed_from AS "from", unconfirmed_named AS named, unconfirmed_answer AS answer,
       unconfirmed_comment AS comment
     FROM reply_unconfirmed WHERE unconfirmed_meeting_id = ? ORDER BY unconfirmed_id DESC`,
    idOf(id),
  );
}
