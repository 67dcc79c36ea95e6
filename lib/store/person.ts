/** What is kept of one person: every row that is about them, for themselves to read. Which tables there are stands in PRIVACY.md. */
import type { Store } from './store.ts';

/** A person as the tables know them. */
export interface Whom {
  /** Lower case; the one that was asked for first. */
  readonly addresses: readonly string[];
  /** Accounts, as they are written where they were first found. */
  readonly accounts: readonly string[];
}

/** Rows by what they are; a column's name and value each. Times are Unix seconds, ids of meetings text. */
export type Known = Readonly<Record<string, readonly Readonly<Record<string, string | number | null>>[]>>;

/**
 * Who somebody is: the accounts that have the address, and the addresses of those.
 * @param asked an address, or an account
 * @param shared addresses that several accounts have at once (JMB_SHARED_ADDRESSES), which say nothing about who somebody is
 */
export function whomOf(store: Store, asked: string, shared: readonly string[]): Whom {
  const word = asked.trim().toLowerCase();
  const common = new Set(shared.map((one) => one.toLowerCase()));
  const given = word.includes('@') ? [word] : [];
  const found = common.has(word)
    ? []
    : store.all<{ readonly uid: string }>(
        `SELECT feed_owner AS uid FROM feed_address WHERE feed_address = ?
         UNION SELECT account_uid FROM account WHERE account_address = ?`,
        word,
        word,
      );
  // An account may be named like an address.
  const accounts = unlike([...found.map(({ uid }) => uid), ...(common.has(word) ? [] : [word])]);
  const theirs = store.all<{ readonly address: string }>(
    `SELECT feed_address AS address FROM json_each(?) CROSS JOIN feed_address ON feed_owner = value COLLATE NOCASE
     UNION SELECT account_address FROM account
       WHERE account_address > '' AND lower(account_uid) IN (SELECT lower(value) FROM json_each(?))`,
    JSON.stringify(accounts),
    JSON.stringify(accounts),
  );
  const others = theirs.map(({ address }) => address).filter((address) => !common.has(address));
  return { addresses: [...new Set([...given, ...others])], accounts };
}

/** Each once, whatever the letters it is written in. */
function unlike(words: readonly string[]): string[] {
  return [...new Map(words.toReversed().map((word) => [word.toLowerCase(), word])).values()].toReversed();
}

type Asks = 'addresses' | 'accounts' | 'words';

/** What is asked, and by what each `?` of it. `words` are both, as they stand in what a directory said. */
const ROWS: Readonly<Record<string, readonly [sql: string, ...Asks[]]>> = {
  seats: [
    `SELECT CAST(attendee_meeting_id AS TEXT) AS meeting, attendee_role AS role, attendee_email AS address,
       attendee_meeting_hash AS link, name_text AS name, attendee_partstat AS partstat, given_tentative AS maybe,
       given_comment AS note, given_begin AS suggestedBegin, given_duration AS suggestedDuration, given_at AS answeredAt,
       given_by AS answeredBy, untold_at AS toldLaterSince, attendee_count AS connections, reply_stamp AS mailedAnswerAt,
       reply_message AS mailedAnswerPrint
     FROM attendees LEFT JOIN attendee_name ON name_hash = attendee_meeting_hash
     LEFT JOIN answer_given ON given_hash = attendee_meeting_hash
     LEFT JOIN answer_untold ON untold_hash = attendee_meeting_hash
     LEFT JOIN reply_last ON reply_hash = attendee_meeting_hash
     WHERE attendee_id IN (SELECT agenda_attendee_id FROM agenda WHERE agenda_email IN (SELECT value FROM json_each(?))
       UNION SELECT attendee_id FROM attendees WHERE attendee_email IN (SELECT value FROM json_each(?)))`,
    'addresses',
    'addresses',
  ],
  mailedAnswers: [
    `SELECT taken_hash AS link, taken_message AS print, taken_sequence AS sequence, taken_at AS at
     FROM agenda CROSS JOIN attendees ON attendee_id = agenda_attendee_id
     CROSS JOIN reply_taken ON taken_hash = attendee_meeting_hash WHERE agenda_email IN (SELECT value FROM json_each(?))
     UNION ALL SELECT taken_hash, taken_message, taken_sequence, taken_at
     FROM series_link CROSS JOIN reply_taken ON taken_hash >= link_hash AND taken_hash < link_hash || '!'
     WHERE link_id > 0 AND link_email IN (SELECT value FROM json_each(?))`,
    'addresses',
    'addresses',
  ],
  lastMailedAnswersToSeries: [
    `SELECT reply_hash AS link, reply_stamp AS at, reply_message AS print
     FROM series_link CROSS JOIN reply_last ON reply_hash >= link_hash AND reply_hash < link_hash || '!'
     WHERE link_id > 0 AND link_email IN (SELECT value FROM json_each(?))`,
    'addresses',
  ],
  series: [
    `SELECT CAST(link_series_id AS TEXT) AS series, link_email AS address, link_role AS role, link_hash AS link,
       series_repeat AS repeats, series_every AS every, series_created AS created
     FROM series_link LEFT JOIN series ON series_id = link_series_id
     WHERE link_id > 0 AND link_email IN (SELECT value FROM json_each(?))`,
    'addresses',
  ],
  bookedForOthers: [
    `SELECT CAST(stand_in_meeting_id AS TEXT) AS meeting, stand_in_address AS address FROM stand_in
     WHERE stand_in_address IN (SELECT value FROM json_each(?))`,
    'addresses',
  ],
  mailedAnswersInDoubt: [
    `SELECT CAST(unconfirmed_meeting_id AS TEXT) AS meeting, unconfirmed_at AS at, unconfirmed_from AS "from",
       unconfirmed_named AS named, unconfirmed_answer AS answer, unconfirmed_comment AS note FROM reply_unconfirmed
     WHERE unconfirmed_id > 0 AND (lower(unconfirmed_from) IN (SELECT value FROM json_each(?))
       OR lower(unconfirmed_named) IN (SELECT value FROM json_each(?)))`,
    'addresses',
    'addresses',
  ],
  mails: [
    `SELECT CAST(outbox_meeting_id AS TEXT) AS meeting, outbox_kind AS kind, outbox_role AS role, outbox_recipient AS address,
       outbox_state AS state, outbox_created AS written, outbox_finished AS finished, outbox_reason AS reason,
       outbox_message_id AS messageId, outbox_content AS content, request_id AS request
     FROM outbox LEFT JOIN outbox_request ON request_mail = outbox_id
     WHERE outbox_id > 0 AND lower(outbox_recipient) IN (SELECT value FROM json_each(?))`,
    'addresses',
  ],
  linksThatEnded: [
    `SELECT gone_subject AS subject, gone_begin AS begin, gone_end AS "end", gone_email AS address, gone_at AS at,
       CASE WHEN gone_email IN (SELECT value FROM json_each(?)) THEN gone_hash END AS link, gone_owner AS organiser
     FROM gone_link WHERE gone_hash > '' AND gone_email IN (SELECT value FROM json_each(?))
     UNION ALL SELECT gone_subject, gone_begin, gone_end, gone_email, gone_at, NULL, gone_owner FROM gone_link
     WHERE gone_hash > '' AND gone_owner IN (SELECT value FROM json_each(?))`,
    'addresses',
    'addresses',
    'addresses',
  ],
  names: [
    `SELECT person_address AS address, person_name AS name FROM person
     WHERE person_address IN (SELECT value FROM json_each(?))`,
    'addresses',
  ],
  accounts: [
    `SELECT account_address AS address, account_uid AS account FROM account
     WHERE account_address IN (SELECT value FROM json_each(?))`,
    'addresses',
  ],
  languages: [
    `SELECT reader_address AS address, reader_language AS language FROM reader
     WHERE reader_address IN (SELECT value FROM json_each(?))`,
    'addresses',
  ],
  addresses: [
    `SELECT feed_owner AS account, feed_address AS address FROM json_each(?)
     CROSS JOIN feed_address ON feed_owner = value COLLATE NOCASE`,
    'accounts',
  ],
  feeds: [
    `SELECT ical_owner AS account, ical_hash AS feed, feed_kept AS at, feed_body AS calendar
     FROM json_each(?) CROSS JOIN ical ON ical_owner = value COLLATE NOCASE LEFT JOIN feed_text ON feed_hash = ical_hash`,
    'accounts',
  ],
  lastSeen: [
    `SELECT seen_uid AS account, seen_day AS dayFrom1970 FROM account_seen
     WHERE seen_uid IN (SELECT value FROM json_each(?))`,
    'accounts',
  ],
  choices: [
    `SELECT mine_uid AS account, mine_language AS language, zone_name AS zone, mine_reminders AS reminders
     FROM mine LEFT JOIN mine_zone ON zone_uid = mine_uid WHERE mine_uid IN (SELECT value FROM json_each(?))`,
    'accounts',
  ],
  formSecrets: [
    `SELECT form_owner AS account, form_day AS dayFrom1970, form_secret AS secret, form_before AS dayBefore FROM form_day
     WHERE form_owner IN (SELECT value FROM json_each(?))`,
    'accounts',
  ],
  assistants: [
    `SELECT assistant_of AS account, assistant_address AS assistant, assistant_since AS since FROM assistant
     WHERE assistant_of IN (SELECT value FROM json_each(?))
     UNION SELECT assistant_of, assistant_address, assistant_since FROM assistant
     WHERE assistant_address IN (SELECT value FROM json_each(?))`,
    'accounts',
    'addresses',
  ],
  ownRoom: [
    `SELECT private_room AS room, private_date AS lastEntered, private_count AS connections FROM private
     WHERE private_room IN (SELECT lower(value) FROM json_each(?))`,
    'accounts',
  ],
  directory: [
    `SELECT answer_question AS question, answer_value AS answer, answer_at AS at FROM directory_answer
     WHERE answer_id > 0 AND EXISTS (SELECT 1 FROM json_each(?) WHERE instr(lower(answer_question || answer_value), value))`,
    'words',
  ],
  mailsCaused: [
    `SELECT caused_by AS account, caused_at AS at, caused_count AS mails FROM caused_mails
     WHERE caused_by IN (SELECT value FROM json_each(?))`,
    'accounts',
  ],
  searches: [
    `SELECT search_by AS account, search_minute AS minuteFrom1970, search_count AS searches FROM people_search
     WHERE search_by IN (SELECT value FROM json_each(?))`,
    'accounts',
  ],
  roomOrders: [
    `SELECT order_room AS room, order_person AS person, order_does AS does, order_until AS until FROM room_order
     WHERE order_until > 0 AND lower(order_person) IN (SELECT lower(value) FROM json_each(?)
       UNION SELECT lower(value) FROM json_each(?))`,
    'addresses',
    'accounts',
  ],
};

/** Every row about somebody, by what it is; what there is none of is left out. */
export function knownOf(store: Store, whom: Whom): Known {
  const lists: Readonly<Record<Asks, string>> = {
    addresses: JSON.stringify(whom.addresses),
    accounts: JSON.stringify(whom.accounts),
    words: JSON.stringify([...whom.addresses, ...whom.accounts].map((word) => `"${word.toLowerCase()}"`)),
  };
  const found = Object.entries(ROWS).map(([what, [sql, ...asks]]): [string, Known[string]] => [
    what,
    store.all(sql, ...asks.map((one) => lists[one])),
  ]);
  return Object.fromEntries(found.filter(([, rows]) => rows.length > 0));
}
