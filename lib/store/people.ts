/** What is kept of people by address and account: their names, who has an account here, and what the directory said last. */
import { isLanguage, type Language } from '../text/catalogue.ts';
import type { Zone } from '../text/zones.ts';
import { chosenBy } from './mine.ts';
import type { Store } from './store.ts';

/**
 * Keeps the name of someone under each of their addresses; writes only when it is news, and where that can be written.
 * @param addresses lower case
 */
export function rememberName(store: Store, addresses: readonly string[], name: string): void {
  const known = namesOf(store, addresses);
  const news = addresses.filter((address) => (known.get(address) ?? '') !== name);
  if (news.length === 0) return;
  store.jot(() => {
    for (const address of news) {
      store.run('INSERT OR REPLACE INTO person (person_address, person_name) VALUES (?, ?)', address, name);
    }
  });
}

/** The names that are known, by address. */
export function namesOf(store: Store, addresses: readonly string[]): ReadonlyMap<string, string> {
  if (addresses.length === 0) return new Map();
  const rows = store.all<{ readonly address: string; readonly name: string }>(
    `SELECT person_address AS address, person_name AS name FROM person
     WHERE person_address IN (SELECT value FROM json_each(?)) AND person_name <> ''`,
    JSON.stringify(addresses),
  );
  return new Map(rows.map((row) => [row.address, row.name]));
}

/** Keeps what somebody is called in one meeting, by the secret of their links; undefined: what was known stays. */
export function nameAttendee(store: Store, hash: string, name: string | undefined): void {
  if (name !== undefined)
    store.run('INSERT OR REPLACE INTO attendee_name (name_hash, name_text) VALUES (?, ?)', hash, name);
}

/** Somebody who has a name in a meeting. */
export interface Named {
  /** Lower case. */
  readonly email: string;
  readonly name: string;
}

/** Who has a name in each of these meetings, the owners apart, by the meeting's id, in the order they were added. */
export function namedIn(store: Store, ids: readonly string[]): ReadonlyMap<string, readonly Named[]> {
  const named = new Map<string, Named[]>();
  if (store.get("SELECT 1 FROM attendee_name WHERE name_hash > '' LIMIT 1") === undefined) return named;
  const rows = store.all<Named & { readonly id: string }>(
    `SELECT CAST(a.attendee_meeting_id AS TEXT) AS id, lower(a.attendee_email) AS email, name_text AS name
     FROM attendees AS a CROSS JOIN attendee_name ON name_hash = a.attendee_meeting_hash
     WHERE a.attendee_meeting_id IN (SELECT CAST(value AS INTEGER) FROM json_each(?)) AND a.attendee_role <> 'owner'
     ORDER BY a.attendee_id`,
    JSON.stringify(ids),
  );
  for (const { id, email, name } of rows) {
    const known = named.get(id);
    if (known) known.push({ email, name });
    else named.set(id, [{ email, name }]);
  }
  return named;
}

/** How many meetings of an owner are looked through for whom they invited, and how many people are found in them, in number. */
const MEETINGS = 500;
const INVITED = 2000;

/**
 * Whom somebody has invited to meetings that end after a Unix time, each once, the latest meeting first; with the name that
 * they have there or signed in by, else an empty one.
 * @param addresses the owner's, lower case
 */
export function invitedBefore(store: Store, addresses: readonly string[], since: number): Named[] {
  const seats = store.all<{ readonly seat: number }>(
    `SELECT agenda_attendee_id AS seat FROM agenda
     WHERE agenda_email IN (SELECT value FROM json_each(?)) AND agenda_end > ? ORDER BY agenda_end DESC LIMIT ${MEETINGS}`,
    JSON.stringify(addresses),
    since,
  );
  const people = store.all<Named>(
    `SELECT lower(o.attendee_email) AS email, coalesce(n.name_text, p.person_name, '') AS name, max(agenda_end) AS last
     FROM attendees AS a
     CROSS JOIN agenda ON agenda_attendee_id = a.attendee_id
     CROSS JOIN attendees AS o ON o.attendee_meeting_id = a.attendee_meeting_id AND o.attendee_role <> 'owner'
     LEFT JOIN attendee_name AS n ON n.name_hash = o.attendee_meeting_hash
     LEFT JOIN person AS p ON p.person_address = lower(o.attendee_email)
     WHERE a.attendee_id IN (SELECT value FROM json_each(?)) AND a.attendee_role = 'owner'
     GROUP BY lower(o.attendee_email) ORDER BY last DESC LIMIT ${INVITED}`,
    JSON.stringify(seats.map(({ seat }) => seat)),
  );
  return people.map(({ email, name }) => ({ email, name }));
}

/** Keeps whose account each address is; writes only what is news, and where that can be written. */
export function keepAccounts(store: Store, uids: ReadonlyMap<string, string>): void {
  const known = new Map(
    store
      .all<{ readonly address: string; readonly uid: string }>(
        `SELECT account_address AS address, account_uid AS uid FROM account
         WHERE account_address IN (SELECT value FROM json_each(?))`,
        JSON.stringify([...uids.keys()]),
      )
      .map(({ address, uid }) => [address, uid]),
  );
  const news = [...uids].filter(([address, uid]) => known.get(address) !== uid);
  if (news.length === 0) return;
  store.jot(() => {
    for (const [address, uid] of news) {
      store.run('INSERT OR REPLACE INTO account (account_address, account_uid) VALUES (?, ?)', address, uid);
    }
  });
}

/** The feed's hash of each of these addresses that is known to be somebody's with an account and a feed. */
export function feedsByAddress(store: Store, addresses: readonly string[]): ReadonlyMap<string, string> {
  const rows = store.all<{ readonly address: string; readonly hash: string }>(
    `SELECT account_address AS address, ical_hash AS hash FROM account
     JOIN ical ON ical_owner = account_uid COLLATE NOCASE WHERE account_address IN (SELECT value FROM json_each(?))
     UNION ALL
     SELECT feed_address AS address, ical_hash AS hash FROM feed_address
     JOIN ical ON ical_owner = feed_owner COLLATE NOCASE WHERE feed_address IN (SELECT value FROM json_each(?))`,
    JSON.stringify(addresses),
    JSON.stringify(addresses),
  );
  // Who signed in is surer than what a directory said once.
  return new Map(rows.map(({ address, hash }) => [address, hash]));
}

/** Keeps which language each address is written to in (null: its person prefers none); writes only what is news. */
export function keepLanguages(store: Store, languages: ReadonlyMap<string, Language | null>): void {
  const known = preferredBy(store, [...languages.keys()]);
  const news = [...languages].filter(([address, language]) => (known.get(address) ?? null) !== language);
  if (news.length === 0) return;
  store.jot(() => {
    for (const [address, language] of news) {
      if (language === null) store.run('DELETE FROM reader WHERE reader_address = ?', address);
      else
        store.run('INSERT OR REPLACE INTO reader (reader_address, reader_language) VALUES (?, ?)', address, language);
    }
  });
}

/** How people are written to, by address: in what they chose for themselves here; of languages, else in what the directory says. */
export interface Written {
  readonly languages: ReadonlyMap<string, Language>;
  /** Who goes by another clock than the house's. */
  readonly zones: ReadonlyMap<string, Zone>;
}

/** How these people are written to. */
export function writtenTo(store: Store, addresses: readonly string[]): Written {
  const languages = new Map(preferredBy(store, addresses));
  const zones = new Map<string, Zone>();
  for (const [address, { language, zone }] of chosenBy(store, addresses)) {
    if (language !== undefined) languages.set(address, language);
    if (zone !== null) zones.set(address, zone);
  }
  return { languages, zones };
}

/** What the directory says. */
function preferredBy(store: Store, addresses: readonly string[]): ReadonlyMap<string, Language> {
  const rows = store.all<{ readonly address: string; readonly language: string }>(
    `SELECT reader_address AS address, reader_language AS language FROM reader
     WHERE reader_address IN (SELECT value FROM json_each(?))`,
    JSON.stringify(addresses),
  );
  return new Map(rows.flatMap(({ address, language }) => (isLanguage(language) ? [[address, language]] : [])));
}

/** An answer, and when it was given. */
export interface KeptAnswer {
  /** JSON. */
  readonly value: string;
  /** Unix seconds. */
  readonly at: number;
}

/** How many questions are kept: two for each of ten thousand people. The oldest go first. */
const MOST = 20_000;

/** The longest question and the longest answer that are kept, in characters. */
const LONGEST = 2_000;

/** What was last said to a question, or undefined. */
export function keptAnswer(store: Store, question: string): KeptAnswer | undefined {
  return store.get<KeptAnswer>(
    'SELECT answer_value AS value, answer_at AS at FROM directory_answer WHERE answer_question = ?',
    question,
  );
}

/** Keeps an answer, where that can be written. @param now Unix seconds */
export function keepAnswer(store: Store, question: string, value: string, now: number): void {
  if (question.length > LONGEST || value.length > LONGEST) return;
  store.jot(() => {
    store.run(
      `INSERT INTO directory_answer (answer_question, answer_value, answer_at) VALUES (?, ?, ?)
       ON CONFLICT (answer_question) DO UPDATE SET answer_value = excluded.answer_value, answer_at = excluded.answer_at`,
      question,
      value,
      now,
    );
    store.run(
      'DELETE FROM directory_answer WHERE answer_id <= (SELECT max(answer_id) FROM directory_answer) - ?',
      MOST,
    );
  });
}

/** Forgets the answers from before a Unix time; costs a look at an index where there are none. */
export function forgetAnswers(store: Store, before: number): void {
  if (store.get('SELECT 1 FROM directory_answer WHERE answer_at < ? LIMIT 1', before) === undefined) return;
  store.note(() => store.run('DELETE FROM directory_answer WHERE answer_at < ?', before));
}
