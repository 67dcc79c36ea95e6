/** A hundred thousand meetings that are to go: how long forgetting takes, and how long somebody who writes meanwhile waits. Prints its figures. */
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { forgetAll } from '../../cron/forget.ts';
import { timesIn } from '../../cron/traces.ts';
import { forgetLinksBefore } from '../../lib/store/changes.ts';
import { settleLog } from '../../lib/store/maintenance.ts';
import type { Store } from '../../lib/store/store.ts';
import { program, start } from './children.ts';
import { crowd } from './crowd.ts';
import { NOW, open } from './scratch.ts';

const MEETINGS = Number(process.env['MEETINGS'] ?? 100_000);
const DAY = 86_400;

function rowsOf(store: Store): Record<string, number> {
  const tables = store.database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .pluck()
    .all() as string[];
  return Object.fromEntries(
    tables.map((table) => [table, Number(store.database.prepare(`SELECT count(*) FROM "${table}"`).pluck().get())]),
  );
}

it('forgets 100,000 meetings while others write', { timeout: 1_800_000 }, async () => {
  const store = open();
  crowd(store, MEETINGS);
  store.database.exec(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
    INSERT INTO person SELECT 'person' || i || '@crowd.test', 'Person ' || i FROM n`);
  const before = rowsOf(store);
  const writer = await program(`
    import { openStore } from '../../lib/store/store.ts';
    const store = openStore(file, { nativeBinding: addon });
    const waits = [];
    let stop = false;
    process.on('SIGTERM', () => { stop = true; });
    console.log('at work');
    const turn = () => {
      const began = performance.now();
      store.transaction(() => store.run('INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?, NULL)', 'writer', 1, '', 1));
      waits.push(performance.now() - began);
      if (!stop) return void setTimeout(turn, 5);
      waits.sort((a, b) => a - b);
      const at = (share) => Math.round(waits[Math.floor(share * (waits.length - 1))]);
      console.log(JSON.stringify({ writes: waits.length, p50: at(0.5), p99: at(0.99), longest: at(1) }));
    };
    turn();`);
  const { process: child, ended } = start(writer, store.file, 'writer');
  if (child.stdout) await once(child.stdout, 'data');

  // Both long after: everything of it is to go.
  const later = NOW + 3000 * DAY;
  const began = performance.now();
  let longest = 0;
  let runs = 0;
  for (let isDone = false; !isDone; runs += 1) {
    const run = await forgetAll({ store }, { since: later - 400 * DAY, now: later }, performance.now() + 5_000);
    longest = Math.max(longest, run.longest);
    isDone = run.isDone;
  }
  forgetLinksBefore(store, later);
  const seconds = (performance.now() - began) / 1000;
  child.kill('SIGTERM');
  const { out } = await ended;
  const waits = JSON.parse(out.trim().split('\n').at(-1) ?? '');
  const after = rowsOf(store);
  settleLog(store);
  const bytes = timesIn(store.file, ['person1']);
  const size = Math.round(statSync(store.file).size / 1e6);
  console.log(
    JSON.stringify({ seconds, runs, longestStepMs: longest, others: waits, bytes, fileMB: size, before, after }),
  );
  expect(after).toMatchObject({ meetings: 0, attendees: 0, agenda: 0, outbox: 0, person: 0, private: 0 });
  // SQLite leaves scraps where it moves rows between pages: one in tens of thousands.
  expect(bytes).toBeLessThan(MEETINGS / 1000);
  // What else the machine does is in it.
  expect(waits.p99).toBeLessThan(250);
});
