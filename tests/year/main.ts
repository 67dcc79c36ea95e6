/**
 * A year under a clock that runs fast: organisers and guests use the real programs; at the end an auditor compares what everybody was
 * told, and what is kept, with what should have been.
 * `npm run test:year -- [--days N] [--organisers N] [--guests N] [--seed N] [--from 2027-01-04] [--keep DAYS] [--older FOLDER]`; the exit
 * status is 1 where anything is wrong. A folder is what `npm run build` made of an older commit: the year begins with that.
 */
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chanceFrom } from '../crash/chance.ts';
import type { Entry } from './agenda.ts';
import { audit } from './audit.ts';
import { live } from './live.ts';
import { readOriginal } from './original.ts';
import { lastBegin, planYear, unixAt } from './plan.ts';
import { openWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '365' },
    organisers: { type: 'string', default: '200' },
    guests: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '2027-01-04' },
    keep: { type: 'string', default: '60' },
    older: { type: 'string' },
    original: { type: 'string', default: 'tests/support/upstream.db' },
  },
});
const { from, seed } = values;
const original = resolve(values.original);
const older = values.older === undefined ? null : resolve(values.older);
const keepDays = Number(values.keep);
const days = Number(values.days);
const size = { from, days, seed: Number(seed), organisers: Number(values.organisers), guests: Number(values.guests) };
const dist = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const started = performance.now();
const plan = planYear(size);
const beginning = unixAt({ date: from, time: '07:00' });
const world = await openWorld({ dist, older, original, keepDays, chance: chanceFrom(size.seed) });
try {
  world.setClock(beginning);
  await world.ask({ program: 'booking', query: 'list', as: 0 });
  const memory = world.memory();
  const after = (part: number): number => beginning + part * (lastBegin(plan) - beginning);
  const happened: string[] = [];
  const turn = (part: number, what: string, does: (at: number) => Promise<void>): Entry => ({
    at: after(part),
    does: async (at) => {
      await does(at);
      happened.push(what);
    },
  });
  const turns = [
    turn(0.3, 'backed up', () => world.backUp()),
    turn(0.4, 'replaced while asked', () => world.upgrade()),
    turn(0.5, 'copied by Litestream', () => world.copy()),
    turn(0.6, 'killed', () => world.kill()),
    turn(0.7, 'failed over', (at) => world.failOver(at)),
  ];
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const year = { plan, original: readOriginal(original, beginning), beginning, turns, keepDays };
  const diary = await live(world, year, say);
  const faults = await audit(world, diary, keepDays);
  const sorted = [...world.times].sort((one, other) => one - other);
  const quantile = (part: number): string => (sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(1);
  const booked = diary.meetings.flatMap(({ dates }) => dates).length;
  const lines = [
    `days: ${days} from ${from}, organisers: ${size.organisers}, guests: ${size.guests}, seed: ${seed}`,
    `meetings: ${booked}, mails: ${diary.mails.length}, put off: ${diary.delayed.length}, refused: ${world.refusals}, replies by mail: ${diary.replies}, answers by link: ${diary.linkAnswers}`,
    `polls: ${diary.polls}, entered: ${diary.entered.length}, runs of cron: ${world.runs}`,
    `turns: ${happened.join(', ')}`,
    `requests: ${sorted.length}, p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, worst ${quantile(1 - 1e-9)} ms`,
    `memory: ${memory} MiB at the beginning, ${world.memory()} MiB at the end; database: ${(statSync(world.database()).size / 2 ** 20).toFixed(1)} MiB`,
    `seconds: ${((performance.now() - started) / 1000).toFixed(0)}`,
    ...faults.slice(0, 50).map((fault) => `fault: ${fault}`),
    `faults: ${faults.length}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await world.end();
}
