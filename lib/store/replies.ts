/** Answers that came by mail: which was the last of each person, and those that nobody can be held to. */
import type { Attendee, MeetingId } from '../meetings/meeting.ts';
import type { Named } from '../meetings/reply.ts';
import { idOf } from './rows.ts';
import type { Store } from './store.ts';

/** What sets an answer apart from another of the same person. */
export interface Mark {
  /** When it was given, in Unix seconds by the clock of who gave it. */
  readonly stamp: number;
  /** A fingerprint of what it says. */
  readonly message: string;
}

/** Whether an answer is news: not one that was taken before, nor one given before that. */
export function isNews(store: Store, { hash }: Attendee, { stamp, message }: Mark): boolean {
  const last = store.get<Mark>(
    'SELECT reply_stamp AS stamp, reply_message AS message FROM reply_last WHERE reply_hash = ?',
    hash,
  );
  return last === undefined || (message !== last.message && stamp >= last.stamp);
}

/** Notes an answer that is taken, within the transaction that writes it. */
export function noteReply(store: Store, { hash }: Attendee, { stamp, message }: Mark): void {
  store.transaction(() => {
    store.run(
      'INSERT OR REPLACE INTO reply_last (reply_hash, reply_stamp, reply_message) VALUES (?, ?, ?)',
      hash,
      stamp,
      message,
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
