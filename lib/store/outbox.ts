/** Mails on their way: written with the booking, claimed by one sender at a time, kept until sent or refused for good. */
import type { MeetingId, Role } from '../meetings/meeting.ts';
import { idOf } from './rows.ts';
import type { Store } from './store.ts';

/**
 * What a mail tells of; `ask` waits for an answer, `answers` tells the owner who answered what, `word` is what somebody wrote to the owner, `returned` whom
 * mails came back of.
 */
export type MailKind = 'new' | 'edit' | 'del' | 'reminder' | 'ask' | 'answers' | 'word' | 'returned';

/** Whether a mail tells of what was done to the meeting itself. */
export function isNews(kind: MailKind): kind is 'new' | 'edit' | 'del' {
  return kind === 'new' || kind === 'edit' || kind === 'del';
}

/** A mail to be sent. */
export interface OutboxMail {
  readonly meetingId: MeetingId;
  readonly kind: MailKind;
  /** The address it goes to. */
  readonly recipient: string;
  readonly role: Role;
  /** Message-ID (RFC 5322 section 3.6.4), the same at each try: mailboxes drop the copy. */
  readonly messageId: string;
  /** All that is needed to send it, as the sender understands it. */
  readonly content: string;
  /** Unix seconds from when it is worth nothing; null: never. */
  readonly expires: number | null;
}

/** Where a mail stands. */
export type MailState = 'waiting' | 'sent' | 'refused' | 'dropped';

/** A mail in the outbox. */
export interface OutboxRow extends OutboxMail {
  readonly id: number;
  readonly state: MailState;
  /** Unix seconds. */
  readonly created: number;
  /** Unix seconds of the next try; while a sender has it, the end of its lease. */
  readonly next: number;
  /** How often it was tried, the running try included. */
  readonly tries: number;
  /** Whether a sender has it at this moment, or had it when it died. */
  readonly held: 0 | 1;
  /** What the server said last, or why it was dropped. */
  readonly reason: string | null;
  /** Unix seconds when it was sent, refused or dropped; null while it waits. */
  readonly finished: number | null;
  /** The id of the request that caused it (lib/log.ts); null where none is known. */
  readonly request: string | null;
}

/** In the statements below a plus keeps SQLite from an index that finds all mails of a state where those of a meeting are few. */
const COLUMNS = `
  outbox_id AS id, CAST(outbox_meeting_id AS TEXT) AS meetingId, outbox_kind AS kind, outbox_recipient AS recipient,
  outbox_role AS role, outbox_message_id AS messageId, outbox_content AS content, outbox_expires AS expires,
  outbox_state AS state, outbox_created AS created, outbox_next AS next, outbox_tries AS tries, outbox_by IS NOT NULL AS held,
  outbox_reason AS reason, outbox_finished AS finished,
  (SELECT request_id FROM outbox_request WHERE request_mail = outbox_id) AS request`;

/**
 * Puts mails in the outbox: within the transaction that writes what they tell.
 * @param now Unix seconds
 * @param request the id of the request that causes them (lib/log.ts)
 */
export function enqueue(store: Store, mails: readonly OutboxMail[], now: number, request?: string): void {
  store.transaction(() => {
    for (const { meetingId, kind, recipient, role, messageId, content, expires } of mails) {
      store.run(
        `INSERT INTO outbox (outbox_meeting_id, outbox_kind, outbox_recipient, outbox_role, outbox_message_id,
           outbox_content, outbox_created, outbox_next, outbox_expires)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[idOf(meetingId), kind, recipient, role, messageId, content, now, now, expires],
      );
      if (request === undefined) continue;
      store.run(
        'INSERT OR REPLACE INTO outbox_request (request_mail, request_id) VALUES (last_insert_rowid(), ?)',
        request,
      );
    }
  });
}

/** Who claims, and how much. */
export interface Claim {
  /** A name that no other sender has. */
  readonly by: string;
  /** Unix seconds. */
  readonly now: number;
  /** How long the sender has for all of them, in seconds; should it die, another may take them after that. */
  readonly leaseSeconds: number;
  readonly limit: number;
  /** Only mails about this meeting. */
  readonly meetingId?: MeetingId;
}

/** No mail sleeps longer, in seconds: one that does was put off while the clock was wrong. */
const LONGEST_SLEEP = 2 * 3600;

/**
 * Takes mails that are due, reminders first and of them the newest; nobody else gets them before the lease ends. A person's
 * mails about one meeting come in the order they were written, so the next is not given out before the last one is done
 * with. What has expired is not given out. Without anything due no lock is taken.
 */
export function claim(store: Store, claim: Claim): OutboxRow[] {
  const { by, now, leaseSeconds, limit } = claim;
  const due = store.get(`SELECT 1 FROM outbox WHERE outbox_state = 'waiting' AND outbox_next <= ? LIMIT 1`, now);
  const asleep = (): unknown =>
    store.get(`SELECT 1 FROM outbox WHERE outbox_state = 'waiting' AND outbox_next > ? LIMIT 1`, now + LONGEST_SLEEP);
  if (due === undefined && asleep() === undefined) return [];
  return store.note(() => {
    store.run(
      `UPDATE outbox SET outbox_next = ?, outbox_by = NULL WHERE outbox_state = 'waiting' AND outbox_next > ?`,
      now,
      now + LONGEST_SLEEP,
    );
    return dueIds(store, now, limit, claim.meetingId).map((id) => lease(store, id, by, now + leaseSeconds));
  });
}

/** No mail that was written before `due`, to the same person about the same meeting, still waits and is worth it. */
export const NONE_BEFORE = `NOT EXISTS (SELECT 1 FROM outbox AS older
  WHERE older.outbox_meeting_id = due.outbox_meeting_id AND older.outbox_recipient = due.outbox_recipient
    AND older.outbox_state = 'waiting' AND older.outbox_id < due.outbox_id
    AND (older.outbox_expires IS NULL OR older.outbox_expires > ?))`;

const WORTH_IT = '(due.outbox_expires IS NULL OR due.outbox_expires > ?)';

const REMINDERS_FIRST = `due.outbox_kind <> 'reminder',
  CASE WHEN due.outbox_kind = 'reminder' THEN -due.outbox_id ELSE due.outbox_next END, due.outbox_id`;

function dueIds(store: Store, now: number, limit: number, meetingId: MeetingId | undefined): number[] {
  const rows =
    meetingId === undefined
      ? store.all<{ readonly id: number }>(
          `SELECT due.outbox_id AS id FROM outbox AS due
           WHERE due.outbox_state = 'waiting' AND due.outbox_next <= ? AND ${WORTH_IT}
             AND ${NONE_BEFORE}
           ORDER BY ${REMINDERS_FIRST} LIMIT ?`,
          now,
          now,
          now,
          limit,
        )
      : store.all<{ readonly id: number }>(
          `SELECT due.outbox_id AS id FROM outbox AS due
           WHERE due.outbox_meeting_id = ? AND +due.outbox_state = 'waiting' AND due.outbox_next <= ? AND ${WORTH_IT}
             AND ${NONE_BEFORE}
           ORDER BY ${REMINDERS_FIRST} LIMIT ?`,
          idOf(meetingId),
          now,
          now,
          now,
          limit,
        );
  return rows.map((row) => row.id);
}

function lease(store: Store, id: number, by: string, until: number): OutboxRow {
  const row = store.get<OutboxRow>(
    `UPDATE outbox SET outbox_by = ?, outbox_next = ?, outbox_tries = outbox_tries + 1
     WHERE outbox_id = ? RETURNING ${COLUMNS}`,
    by,
    until,
    id,
  );
  if (row === undefined) throw new Error(`mail ${id} vanished within a transaction`);
  return row;
}

/** The server took it. True whoever has the lease by now, so this asks for none. */
export function markSent(store: Store, id: number, now: number): void {
  store.transaction(() => {
    store.run(
      `UPDATE outbox SET outbox_state = 'sent', outbox_content = '', outbox_reason = NULL, outbox_by = NULL,
         outbox_finished = ? WHERE outbox_id = ?`,
      now,
      id,
    );
  });
}

/** The server refused it for good; it is kept with the reason. Ignored when the lease has gone to another sender. */
export function markRefused(store: Store, id: number, by: string, reason: string, now: number): void {
  store.transaction(() => {
    store.run(
      `UPDATE outbox SET outbox_state = 'refused', outbox_reason = ?, outbox_by = NULL, outbox_finished = ?
       WHERE outbox_id = ? AND outbox_by = ? AND outbox_state = 'waiting'`,
      reason,
      now,
      id,
      by,
    );
  });
}

/**
 * It could not be sent now. Ignored when the lease has gone to another sender.
 * @param next Unix seconds of the next try
 */
export function postpone(store: Store, id: number, by: string, reason: string, next: number): void {
  store.transaction(() => {
    store.run(
      `UPDATE outbox SET outbox_reason = ?, outbox_next = ?, outbox_by = NULL
       WHERE outbox_id = ? AND outbox_by = ? AND outbox_state = 'waiting'`,
      reason,
      next,
      id,
      by,
    );
  });
}

/**
 * Gives back a mail that was not tried, or by whose try only the server was found out: it does not count as one. Ignored
 * when the lease has gone to another sender.
 * @param next Unix seconds from when it may be taken again
 */
export function untry(store: Store, id: number, by: string, reason: string, next: number): void {
  store.transaction(() => {
    store.run(
      `UPDATE outbox SET outbox_reason = ?, outbox_next = ?, outbox_by = NULL, outbox_tries = max(0, outbox_tries - 1)
       WHERE outbox_id = ? AND outbox_by = ? AND outbox_state = 'waiting'`,
      reason,
      next,
      id,
      by,
    );
  });
}

/** The mails in a state, the one that is due first at the head. */
export function mailsIn(store: Store, state: MailState, limit: number): OutboxRow[] {
  return store.all<OutboxRow>(
    `SELECT ${COLUMNS} FROM outbox WHERE outbox_state = ? ORDER BY outbox_next, outbox_id LIMIT ?`,
    state,
    limit,
  );
}

/** Everything that was ever to be sent about a meeting and is still kept, in the order it was written. */
export function outboxOf(store: Store, meetingId: MeetingId): OutboxRow[] {
  return store.all<OutboxRow>(
    `SELECT ${COLUMNS} FROM outbox WHERE outbox_meeting_id = ? ORDER BY outbox_id`,
    idOf(meetingId),
  );
}
