/**
 * Gives answers, reports and letters, changed at random, to what takes the messages that come in, in one process: none may fail, none
 * may change an answer that it does not give, and the memory stays what it is.
 */
import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { takeMail } from '../../lib/booking/incoming.ts';
import { chanceFrom } from '../crash/chance.ts';
import { type Fuzzed, messageFor } from './messages.ts';
import { answersIn } from './oracle.ts';
import { openWorld, type Rows, type World } from './world.ts';

/** How much more memory may be held at the end than after a fifth of the messages, in bytes. */
const MOST_GROWTH = 8 * 1024 * 1024;

/** How long one message may take, in milliseconds of the processor's: other things that a machine has to do do not count. */
const LONGEST = 5000;

/** How many faults are told one by one. */
const MOST_TOLD = 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The memory that is really held, in bytes: buffers go in the turn after what held them. */
async function held(): Promise<number> {
  for (let time = 0; time < 3; time += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What was seen of all messages. */
interface Seen {
  readonly faults: string[];
  readonly outcomes: Map<string, number>;
  given: number;
  slowest: { milliseconds: number; name: string };
}

/** Gives so many messages, and prints the figures. The process ends with 1 where anything is not as it should be. */
export async function takeMessages(wanted: number, seed: number): Promise<void> {
  const world = openWorld();
  const seen: Seen = { faults: [], outcomes: new Map(), given: 0, slowest: { milliseconds: 0, name: '' } };
  const started = performance.now();
  let early = 0;
  try {
    let before = world.rows();
    for (let number = 0; number < wanted; number += 1) {
      const chance = chanceFrom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
      const message = messageFor(world.people, chance, world.now(), number);
      const found = await take(world, message, seen);
      const after = world.rows();
      const differing = differences(before, after);
      const wrong = found ?? whyWrong(world, message, differing);
      if (wrong !== null) tell(seen, number, message, wrong);
      if (differing.length > 0) seen.given += 1;
      before = after;
      world.goOn();
      if (number === Math.floor(wanted / 5)) early = await held();
    }
    const growth = (await held()) - early;
    if (growth > MOST_GROWTH) seen.faults.push(`the memory that is held grew by ${mebibytes(growth)} MiB`);
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stdout.write(`seed ${seed}, ${wanted} messages, ${seconds} s\n`);
    report(world, seen, early, growth);
  } finally {
    world.end();
  }
}

/** Gives one message. @returns what is wrong with how it ended, or null */
async function take(world: World, { name, raw, sender, recipient }: Fuzzed, seen: Seen): Promise<string | null> {
  const began = process.cpuUsage();
  const taken = await takeMail(world.context, { raw: Buffer.from(raw, 'latin1'), sender, recipients: [recipient] });
  const { user, system } = process.cpuUsage(began);
  const milliseconds = (user + system) / 1000;
  seen.outcomes.set(taken, (seen.outcomes.get(taken) ?? 0) + 1);
  if (milliseconds > seen.slowest.milliseconds) seen.slowest = { milliseconds, name };
  if (milliseconds > LONGEST) return `it took ${Math.round(milliseconds)} ms`;
  // Given again and again, it would come back to its sender some days later.
  return taken === 'later' ? 'it is to be given again' : null;
}

/** The rows that are new or gone. */
function differences(before: Rows, after: Rows): string[] {
  return [...after].filter((row) => !before.has(row)).concat([...before].filter((row) => !after.has(row)));
}

/** Why what changed is not what the message says; null where it is. */
function whyWrong(world: World, { raw, may, must }: Fuzzed, differing: readonly string[]): string | null {
  if (may === null) return differing.length > 0 ? `it changed ${differing[0]}` : null;
  const other = differing.find((row) => !row.includes(may.hash));
  if (other !== undefined) return `it changed somebody else's ${other}`;
  const answer = world.answerOf(may);
  if (must !== undefined && answer !== must) return `the answer is ${answer} instead of ${must}`;
  if (differing.length > 0 && !answersIn(raw).has(answer)) return `the answer is ${answer}, which it does not say`;
  return null;
}

function tell({ faults }: Seen, number: number, message: Fuzzed, wrong: string): void {
  faults.push(`message ${number} (${message.name}): ${wrong}`);
  if (process.env['FUZZ_KEEP'] !== undefined && faults.length <= MOST_TOLD) {
    writeFileSync(`${process.env['FUZZ_KEEP']}/${number}.eml`, message.raw, 'latin1');
  }
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}

function report(world: World, { faults, outcomes, given, slowest }: Seen, early: number, growth: number): void {
  const counts = (counted: ReadonlyMap<string, number>): string =>
    [...counted]
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ');
  process.stdout.write(`taken: ${counts(outcomes)}
logged: ${counts(world.logged)}
answers given: ${given}
slowest: ${Math.round(slowest.milliseconds)} ms (${slowest.name})
memory held: ${mebibytes(early)} MiB after a fifth, ${growth < 0 ? '' : '+'}${mebibytes(growth)} MiB at the end
faults: ${faults.length}
`);
  for (const fault of faults.slice(0, MOST_TOLD)) process.stdout.write(`- ${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
}
