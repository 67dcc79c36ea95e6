/** Answers that came by mail: which were taken of each person, and those that nobody can be held to. */
import type { Attendee, MeetingId } from '../meetings/meeting.ts';
import type { Mark, Named } from '../meetings/reply.ts';
import { idOf } from './rows.ts';
import type { Store } from './store.ts';

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
  const [from, named] = [one.from, one.named].map((address) => address.slice(0, LONGEST_ADDRESS));
  store.transaction(() => {
    store.run(
      `DELETE FROM reply_unconfirmed WHERE unconfirmed_meeting_id = ? AND unconfirmed_from = ? AND unconfirmed_named = ?`,
      bound,
      from ?? '',
      named ?? '',
    );
    store.run(
      `INSERT INTO reply_unconfirmed (unconfirmed_meeting_id, unconfirmed_at, unconfirmed_from, unconfirmed_named,
         unconfirmed_answer, unconfirmed_comment)
       VALUES (?, ?, ?, ?, ?, ?)`,
      bound,
      one.at,
      from ?? '',
      named ?? '',
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
