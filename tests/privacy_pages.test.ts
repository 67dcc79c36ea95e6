/** PRIVACY.md and PRIVACY.fr.md name every table and column that there is, and the periods that the code keeps. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { STANDS_IN } from '../lib/people/kept_directory.ts';
import { insertMeeting, removeMeeting } from '../lib/store/bookings.ts';
import { goneLink } from '../lib/store/changes.ts';
import { CAUSED_WITHIN, WRONG_WITHIN } from '../lib/store/limits.ts';
import { ALICE, BOOKING, clockAt, NOW, open } from './store/scratch.ts';

/** The rows of the last table of a page. */
function rowsOf(page: string): { table: string; columns: string[]; kept: string }[] {
  const text = readFileSync(new URL(`../${page}`, import.meta.url), 'utf8');
  const rows = (text.split('\n## ').at(-1) ?? '').matchAll(/^\| `(\w+)` \| (.+?) \| .+ \| (.+) \|$/gm);
  return [...rows].map(([, table = '', columns = '', kept = '']) => ({
    table,
    columns: [...columns.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
    kept,
  }));
}

describe.each(['PRIVACY.md', 'PRIVACY.fr.md'])('%s', (page) => {
  const rows = rowsOf(page);
  const kept = (table: string): string => rows.find((row) => row.table === table)?.kept ?? '';

  it('has each table of the database once, with each of its columns', () => {
    const { database } = open();
    const tables = database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
      .pluck()
      .all() as string[];
    const there = tables.map((table) => {
      const columns = database.pragma(`table_info(${table})`) as { name: string }[];
      return `${table}: ${columns.map(({ name }) => name).join(' ')}`;
    });
    expect(rows.map(({ table, columns }) => `${table}: ${columns.join(' ')}`).sort()).toEqual(there.sort());
  });

  it('says the periods that the code has', () => {
    expect(kept('directory_answer')).toBe(`${STANDS_IN / 3600} h`);
    expect(kept('caused_mails')).toMatch(new RegExp(`^${CAUSED_WITHIN / 3600} h,`));
    expect(kept('wrong_secret')).toMatch(new RegExp(`^${WRONG_WITHIN / 60} min,`));
    const store = open();
    const { meeting, attendees } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
    removeMeeting(store, meeting.id, NOW);
    const until = NOW + Number.parseInt(kept('gone_link'), 10) * 86_400;
    const hash = attendees[1]?.hash ?? '';
    expect([until - 1, until].map((now) => goneLink(store, hash, now) !== undefined)).toEqual([true, false]);
  });
});

it('both pages give each table the same columns, in the same order', () => {
  const bare = (page: string) => rowsOf(page).map(({ table, columns }) => [table, ...columns].join(' '));
  expect(bare('PRIVACY.fr.md')).toEqual(bare('PRIVACY.md'));
});
