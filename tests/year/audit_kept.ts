/** The auditor of the simulated year, on what the database holds: every date with its people and their answers, and nothing beyond JMB_KEEP_DAYS. */
import Database from 'better-sqlite3';
import { answerAt, type Diary, heldAt, type Lived, peopleAt } from './diary.ts';

const DAY = 86_400;

/** Cron forgets once a day, and may begin a day later. */
const SLACK = 2 * DAY;

/** A place in a meeting. */
export interface Row {
  /** Unix seconds. */
  readonly begin: number;
  readonly email: string;
  readonly partstat: number;
  readonly tentative: number | null;
}

/** The places in a meeting, by the ids of its dates. */
export function rowsOf(file: string, { dates }: Lived): Map<string, Row[]> {
  const database = new Database(file, { readonly: true });
  const statement = database.prepare<[string], Row>(
    `SELECT meeting_begin AS begin, attendee_email AS email,
       coalesce(attendee_partstat, 0) AS partstat, given_tentative AS tentative
     FROM meetings JOIN attendees ON attendee_meeting_id = meeting_id
     LEFT JOIN answer_given ON given_hash = attendee_meeting_hash
     WHERE meeting_id = CAST(? AS INTEGER)`,
  );
  const found = new Map(dates.map(({ id }) => [id, statement.all(id)]));
  database.close();
  return found;
}

/**
 * Whether what is kept of a meeting is what was booked, with everybody's last answer, and gone what is old.
 * @param now Unix seconds
 */
export function keptRightly(
  lived: Lived,
  rows: ReadonlyMap<string, readonly Row[]>,
  now: number,
  keepDays: number,
): string[] {
  const { plan, dates } = lived;
  if (dates.length !== plan.weeks) return [`${plan.subject}: ${dates.length} dates of ${plan.weeks}`];
  return dates.flatMap((date) => {
    const seats = rows.get(date.id) ?? [];
    const held = heldAt(date, now);
    if (held === undefined) return seats.length > 0 ? [`${plan.subject}: ${date.id} is still there`] : [];
    const age = now - held.begin - plan.duration * 60;
    if (age > keepDays * DAY + SLACK) return seats.length > 0 ? [`${plan.subject}: ${date.id} is not forgotten`] : [];
    if (age > keepDays * DAY) return [];
    if (seats[0]?.begin !== held.begin) return [`${plan.subject}: begins at ${seats[0]?.begin}, not ${held.begin}`];
    const found = seats.map(({ email }) => email).sort();
    const people = peopleAt(lived, now).sort();
    if (found.join() !== people.join()) return [`${plan.subject}: ${found.join()} instead of ${people.join()}`];
    return seats.flatMap((seat) => {
      const wanted = answerAt(lived, date, seat.email, now);
      return wordOf(seat) === wanted ? [] : [`${plan.subject}: ${seat.email} ${wordOf(seat)}, not ${wanted}`];
    });
  });
}

function wordOf({ partstat, tentative }: Row): string {
  if (partstat === 0 && tentative === 1) return 'TENTATIVE';
  return ['NEEDS-ACTION', 'ACCEPTED', 'DECLINED'][partstat] ?? '';
}

/** Whether no table names a guest of whom nothing is to be kept any more. */
export function forgottenRightly(file: string, diary: Diary, keepDays: number): string[] {
  const limit = diary.ended - keepDays * DAY - SLACK;
  const last = new Map<string, number>();
  for (const lived of diary.meetings) {
    for (const [email, { until }] of lived.people) {
      const ends = lived.dates.flatMap(({ times }) => times.map(({ begin }) => begin + lived.plan.duration * 60));
      const left = Math.min(until, lived.removedAt);
      const used = Number.isFinite(left) ? left : Math.max(...ends);
      last.set(email, Math.max(last.get(email) ?? 0, used));
    }
  }
  const old = [...last].filter(([, at]) => at < limit).map(([email]) => email);
  const named = addressesIn(file);
  return old.filter((email) => named.has(email)).map((email) => `${email} is not forgotten: ${named.get(email)}`);
}

/** Every address that the database names, and a table that does. */
function addressesIn(file: string): Map<string, string> {
  const database = new Database(file, { readonly: true });
  const tables = database.prepare<[], string>(`SELECT name FROM sqlite_master WHERE type = 'table'`).pluck().all();
  const found = new Map<string, string>();
  for (const table of tables) {
    for (const row of database.prepare<[], unknown[]>(`SELECT * FROM "${table}"`).raw().all()) {
      for (const value of row) {
        for (const [address] of String(value).matchAll(/[\w.]+@[\w.]+\w/g)) found.set(address, table);
      }
    }
  }
  database.close();
  return found;
}
