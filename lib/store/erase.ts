/** Taking somebody out of the database: their seats, mails, account and what is known of their addresses. */
import { recordChange } from './changes.ts';
import { forgetAccount } from './forget.ts';
import { meetingById } from './meetings.ts';
import { forgetAnswers } from './people.ts';
import type { Whom } from './person.ts';
import { idOf } from './rows.ts';
import type { Store } from './store.ts';

/** A meeting that is in the way. */
interface InTheWay {
  readonly id: string;
  readonly subject: string;
  readonly begin: number;
  readonly end: number;
  readonly role: string;
}

/** The meetings of somebody that are running or to come, by their begin. @param now Unix seconds */
export function livingOf(store: Store, { addresses }: Whom, now: number): InTheWay[] {
  return store.all<InTheWay>(
    `SELECT CAST(meeting_id AS TEXT) AS id, meeting_object AS subject, meeting_begin AS begin, meeting_end AS "end",
       min(CASE attendee_role WHEN 'owner' THEN 'owner' ELSE 'with others' END) AS role
     FROM agenda CROSS JOIN attendees ON attendee_id = agenda_attendee_id CROSS JOIN meetings ON meeting_id = attendee_meeting_id
     WHERE agenda_email IN (SELECT value FROM json_each(?)) AND agenda_end > ?
     GROUP BY meeting_id ORDER BY meeting_begin`,
    JSON.stringify(addresses),
    now,
  );
}

/** How many mails that name somebody still wait to go out to others. */
export function waitingAbout(store: Store, { addresses }: Whom): number {
  const list = JSON.stringify(addresses);
  const row = store.get<{ readonly amount: number }>(
    `SELECT count(*) AS amount FROM outbox
     WHERE outbox_state = 'waiting' AND lower(outbox_recipient) NOT IN (SELECT value FROM json_each(?))
       AND EXISTS (SELECT 1 FROM json_each(?) WHERE instr(lower(outbox_content), value))`,
    list,
    list,
  );
  return row?.amount ?? 0;
}

/**
 * Erases, in one transaction. Meetings that others are in stay, without the person; what nobody else is in goes.
 * @param now Unix seconds
 * @returns the seats and the meetings that went, in number
 */
export function erasePerson(
  store: Store,
  whom: Whom,
  now: number,
): { readonly seats: number; readonly meetings: number } {
  const list = JSON.stringify(whom.addresses);
  return store.transaction(() => {
    const seats = store.all<{ readonly seat: number; readonly meeting: string | null }>(
      `SELECT attendee_id AS seat, CAST(attendee_meeting_id AS TEXT) AS meeting FROM attendees WHERE attendee_id IN (
         SELECT agenda_attendee_id FROM agenda WHERE agenda_email IN (SELECT value FROM json_each(?))
         UNION SELECT attendee_id FROM attendees WHERE attendee_email IN (SELECT value FROM json_each(?)))`,
      list,
      list,
    );
    const gone = JSON.stringify(seats.map(({ seat }) => seat));
    store.run('DELETE FROM attendees WHERE attendee_id IN (SELECT value FROM json_each(?))', gone);
    const touched = [...new Set(seats.flatMap(({ meeting }) => meeting ?? []))];
    const meetings = store.run(
      `DELETE FROM meetings WHERE meeting_id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))
         AND NOT EXISTS (SELECT 1 FROM attendees WHERE attendee_meeting_id = meeting_id)`,
      JSON.stringify(touched),
    );
    for (const one of touched) noteGone(store, one, now);
    store.run('DELETE FROM series_link WHERE link_id > 0 AND link_email IN (SELECT value FROM json_each(?))', list);
    store.run('DELETE FROM stand_in WHERE stand_in_address IN (SELECT value FROM json_each(?))', list);
    eraseMails(store, list, now);
    eraseAnswers(store, list);
    eraseKnown(store, whom, list, now);
    return { seats: seats.length, meetings };
  });
}

/** A form that was opened before must not put them back; feeds of others show who is in it. */
function noteGone(store: Store, id: string, now: number): void {
  const meeting = meetingById(store, id);
  const bound = idOf(id);
  if (meeting === undefined || bound === null || meeting.end <= now) return;
  recordChange(store, bound, { ...meeting, modified: Math.max(now, meeting.modified) }, false);
}

function eraseMails(store: Store, list: string, now: number): void {
  store.run(
    'DELETE FROM outbox WHERE outbox_id > 0 AND lower(outbox_recipient) IN (SELECT value FROM json_each(?))',
    list,
  );
  // Refused ones of others, kept to be tried again: they name the organiser.
  store.run(
    `UPDATE outbox SET outbox_content = '', outbox_state = 'dropped', outbox_reason = 'somebody was erased',
       outbox_finished = coalesce(outbox_finished, ?)
     WHERE outbox_id > 0 AND outbox_content <> ''
       AND EXISTS (SELECT 1 FROM json_each(?) WHERE instr(lower(outbox_content), value))`,
    now,
    list,
  );
}

function eraseAnswers(store: Store, list: string): void {
  store.run(
    `DELETE FROM reply_unconfirmed WHERE unconfirmed_id > 0 AND (lower(unconfirmed_from) IN (SELECT value FROM json_each(?))
       OR lower(unconfirmed_named) IN (SELECT value FROM json_each(?)))`,
    list,
    list,
  );
  store.run("DELETE FROM gone_link WHERE gone_hash > '' AND gone_email IN (SELECT value FROM json_each(?))", list);
  store.run(
    `UPDATE gone_link SET gone_owner = '' WHERE gone_hash > '' AND gone_owner IN (SELECT value FROM json_each(?))`,
    list,
  );
}

/** The account, what is known of the addresses, and what is kept only to be quick and may name them. */
function eraseKnown(store: Store, { accounts }: Whom, list: string, now: number): void {
  for (const uid of accounts) {
    forgetAccount(store, uid);
    store.run('DELETE FROM account_seen WHERE seen_uid = ?', uid);
    store.run('DELETE FROM private WHERE private_room = ?', uid.toLowerCase());
    store.run('DELETE FROM caused_mails WHERE caused_by = ?', uid);
    store.run('DELETE FROM people_search WHERE search_by = ?', uid);
  }
  store.run('DELETE FROM person WHERE person_address IN (SELECT value FROM json_each(?))', list);
  store.run('DELETE FROM account WHERE account_address IN (SELECT value FROM json_each(?))', list);
  store.run('DELETE FROM reader WHERE reader_address IN (SELECT value FROM json_each(?))', list);
  store.run('DELETE FROM assistant WHERE assistant_address IN (SELECT value FROM json_each(?))', list);
  store.run(
    `DELETE FROM room_order WHERE order_until > 0 AND lower(order_person) IN (SELECT lower(value) FROM json_each(?)
       UNION SELECT lower(value) FROM json_each(?))`,
    list,
    JSON.stringify(accounts),
  );
  store.run("DELETE FROM feed_text WHERE feed_hash > ''");
  forgetAnswers(store, now + 1);
}
