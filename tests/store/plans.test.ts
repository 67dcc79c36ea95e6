import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../lib/store/store.ts';
import { crowd } from './crowd.ts';
import { everything } from './everything.ts';
import { open } from './scratch.ts';

/**
 * What may be read from end to end: the values that a statement is given. Every table is held to be big, by whatever short
 * name a statement knows it; one of ours with a handful of rows would have to be added here.
 */
const SMALL = ['json_each', 'CONSTANT ROW'];

let store: Store;

beforeAll(() => {
  store = open();
  crowd(store, 10_000);
  everything(store);
});

/** What SQLite would do: one line a step. */
function planOf(sql: string): string[] {
  const values = (sql.match(/\?/g) ?? []).map(() => 1);
  return store.database
    .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...values)
    .map((step) => step.detail);
}

/** Statements in the sources: a string that begins with a verb of SQL, `${…}` standing for anything. */
function written(): { file: string; pattern: RegExp }[] {
  const folder = fileURLToPath(new URL('../../lib/store/', import.meta.url));
  // The marks of two hosts are a database of their own, a row a turn; how new a copy is, is asked of a copy.
  const files = readdirSync(folder).filter((file) => file !== 'marks.ts');
  return files.flatMap((file) =>
    [
      ...readFileSync(folder + file, 'utf8').matchAll(
        /(['"`])((?:SELECT|INSERT|UPDATE|DELETE|WITH|REPLACE)\b[\s\S]*?)\1/g,
      ),
    ].map(([, , text = '']) => ({
      file,
      pattern: new RegExp(
        `^${text
          .split(/\$\{\w+\}/)
          .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
          .join('[\\s\\S]*')}$`,
      ),
    })),
  );
}

/** From one end of the primary key, one row: SQLite calls that a scan too. */
function lastOne(sql: string): boolean {
  return /ORDER BY meeting_id DESC LIMIT 1$/.test(sql) && !sql.includes('WHERE');
}

it('no statement that is written in the store escapes this test, and none is made of pieces at run time', () => {
  const prepared = store.statements();
  expect(written().filter(({ pattern }) => !prepared.some((sql) => pattern.test(sql)))).toEqual([]);
  expect(prepared.filter((sql) => !written().some(({ pattern }) => pattern.test(sql)))).toEqual([]);
  expect(prepared.length).toBeGreaterThan(50);
});

// An administrator may run ANALYZE one day; SQLite then chooses by what it found.
describe.each(['as it is', 'after ANALYZE'])('with 10,000 meetings, %s', (state) => {
  beforeAll(() => {
    if (state === 'after ANALYZE') store.database.exec('ANALYZE');
  });

  it('no statement reads a big table from end to end, or needs an index made for the occasion', () => {
    const scan = new RegExp(`^SCAN (?!(?:${SMALL.join('|')})\\b)|AUTOMATIC`);
    const wrong = store
      .statements()
      .filter((sql) => !lastOne(sql))
      .map((sql) => ({ sql, plan: planOf(sql) }))
      .filter(({ plan }) => plan.some((step) => scan.test(step)));
    expect(wrong).toEqual([]);
  });

  it.each([
    ['agenda_email IN', 'SEARCH agenda USING COVERING INDEX idx_agenda_email_end (agenda_email=? AND agenda_end>?)'],
    ['GROUP BY attendee_meeting_id', 'SEARCH attendees USING COVERING INDEX idx_attendee_meeting_role'],
    ['(DISTINCT CASE o.attendee_role', 'SEARCH o USING COVERING INDEX idx_attendee_meeting_role'],
    ['a.attendee_meeting_hash = ?', 'SEARCH a USING INDEX idx_attendee_meeting_hash'],
    ['m.meeting_name = ?', 'SEARCH m USING INDEX idx_meeting_name'],
    ['m.meeting_end > ?', 'SEARCH m USING INDEX idx_meeting_end'],
    ['FROM ical WHERE ical_hash', 'USING INDEX idx_ical_hash'],
    ['ORDER BY r.mail_reminder_date', 'SEARCH r USING INDEX idx_mail_reminder_open'],
    ['ORDER BY r.xmpp_reminder_date', 'SEARCH r USING INDEX idx_xmpp_reminder_open'],
    ['meeting_end > ? AND +meeting_begin <= ?', 'COVERING INDEX idx_meeting_end_begin (meeting_end>?)'],
    ['due.outbox_meeting_id = ?', 'SEARCH due USING INDEX idx_outbox_meeting'],
    ["outbox_reason = 'expired'", 'SEARCH outbox USING INDEX idx_outbox_expires'],
    ["outbox_reason = 'no longer wanted'", 'SEARCH outbox USING INDEX idx_outbox_meeting'],
    [
      "WHERE due.outbox_state = 'waiting'",
      'SEARCH due USING INDEX idx_outbox_state (outbox_state=? AND outbox_next<?)',
    ],
  ])('the query with %s goes by %s', (part, step) => {
    const sql = store.statements().find((text) => text.includes(part));
    expect(planOf(sql ?? '').join('\n')).toContain(step);
  });
});
