/**
 * All tests of a room in one file, for mutants: vitest loads them and begins with the first, which runs the others when runner.mjs says
 * so and never ends.
 */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, type RunnerTestCase, type RunnerTestSuite, TestRunner, test } from 'vitest';

/** What stands between Stryker and what it has changed: which mutant is on, and what was reached. */
interface Switch {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: { readonly static: object; readonly perTest: Record<string, object> };
}

type Asked =
  | { readonly kind: 'all' }
  | {
      readonly kind: 'mutant';
      readonly id: string;
      readonly tests?: readonly string[];
      readonly hitLimit?: number;
      /** What each of the tests takes without a mutant, in milliseconds. */
      readonly usual: Readonly<Record<string, number>>;
    };

/** How a test ended. */
interface Outcome {
  readonly id: string;
  readonly failure: string | null;
  readonly milliseconds: number;
}

const { JMB_MUTATION_SOCKET, JMB_MUTATION_NAMESPACE, JMB_MUTATION_ACTIVE, JMB_MUTATION_TESTS } = process.env;
const mutants = switchNamed(JMB_MUTATION_NAMESPACE ?? '');
if (JMB_MUTATION_ACTIVE) mutants.activeMutant = JMB_MUTATION_ACTIVE;

test('mutants', { timeout: 0 }, async ({ task }) => {
  const suites = task.file.tasks.filter((one): one is RunnerTestSuite => one.type === 'suite');
  /** Those that hold by themselves, again and again; others would say of every mutant that it is noticed. */
  let steady: ReadonlySet<string> | undefined;
  const socket = connect(JMB_MUTATION_SOCKET ?? '');
  for await (const line of createInterface({ input: socket })) {
    const asked = JSON.parse(line) as Asked;
    if (asked.kind === 'all') {
      const first = await run(suites, { covers: true });
      const coverage = structuredClone(mutants.mutantCoverage);
      const failed = new Set(
        [...first, ...(await run(suites, {}))].flatMap(({ id, failure }) => (failure ? [id] : [])),
      );
      const held = first.filter(({ id }) => !failed.has(id));
      steady = new Set(held.map(({ id }) => id));
      for (const id of failed) delete coverage?.perTest[id];
      const tests = held.map(({ id, milliseconds }) => ({ id, name: id, status: 0, timeSpentMs: milliseconds }));
      for (const id of failed) process.stderr.write(`left out, since it does not hold when it is run again: ${id}\n`);
      say(socket, { tests, coverage });
    } else say(socket, await against(suites, asked, steady));
  }
});

for (const file of JSON.parse(JMB_MUTATION_TESTS ?? '[]') as string[]) {
  describe(file, async () => void (await import(/* @vite-ignore */ `${process.cwd()}/${file}`)));
}

/** The switch that the programs under test look at: a global of the name that this run has. */
function switchNamed(name: string): Switch {
  const known: unknown = Reflect.get(globalThis, name);
  if (isSwitch(known)) return known;
  const made: Switch = {};
  Reflect.set(globalThis, name, made);
  return made;
}

/** Stryker and this file put nothing else there. */
function isSwitch(value: unknown): value is Switch {
  return typeof value === 'object' && value !== null;
}

function say(socket: NodeJS.WritableStream, answer: object): void {
  socket.write(`${JSON.stringify(answer)}\n`);
}

/** Runs tests with a mutant on, up to the first that fails. */
async function against(
  suites: readonly RunnerTestSuite[],
  { id, tests, hitLimit, usual }: Extract<Asked, { kind: 'mutant' }>,
  steady: ReadonlySet<string> | undefined,
): Promise<object> {
  const only = new Set(tests ?? steady);
  Object.assign(mutants, { activeMutant: id, hitCount: 0, hitLimit });
  const outcomes = await run(suites, { ...(tests || steady ? { only } : {}), bails: true, usual });
  const isEndless = hitLimit !== undefined && (mutants.hitCount ?? 0) > hitLimit;
  Object.assign(mutants, { activeMutant: undefined, hitCount: undefined, hitLimit: undefined });
  const failed = outcomes.find(({ failure }) => failure !== null);
  if (failed === undefined && !isEndless) return { result: { status: 'survived', nrOfTests: outcomes.length } };
  if (JMB_MUTATION_ACTIVE) return { result: killed(outcomes, failed) };
  // It still goes on, and would get into the way of the next one.
  if (failed?.failure === TOO_LONG) return { isSpoiled: true, result: { status: 'timeout', reason: failed.id } };
  // What the mutant has left behind must not speak against the next one.
  const again = await run(suites, { only: new Set(failed ? [failed.id] : []) });
  const isSpoiled = again.some(({ failure }) => failure !== null);
  if (isSpoiled) process.stderr.write(`loaded anew, since a mutant has spoilt it: ${failed?.id}\n`);
  if (isEndless) return { isSpoiled, result: { status: 'timeout', reason: 'it goes on and on' } };
  return { isSpoiled, result: killed(outcomes, failed) };
}

function killed(outcomes: readonly Outcome[], failed: Outcome | undefined): object {
  return {
    status: 'killed',
    killedBy: [failed?.id ?? ''],
    failureMessage: failed?.failure?.slice(0, 500) ?? '',
    nrOfTests: outcomes.length,
  };
}

/** What is said of a test that takes far longer than it does without a mutant. */
const TOO_LONG = 'too long';

/** How long a test may take with a mutant, in milliseconds, by what it takes without. */
function patience(usual: number | undefined): number {
  return 1_500 + 5 * (usual ?? 1_500);
}

/** Does it, and gives up after so many milliseconds. */
async function within(milliseconds: number, work: () => unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(TOO_LONG), milliseconds);
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

interface How {
  readonly only?: ReadonlySet<string>;
  /** Whether the first failure is the last. */
  readonly bails?: boolean;
  /** Whether it is noted what each test reaches. */
  readonly covers?: boolean;
  /** What each test takes usually, in milliseconds; not said: they take what they take. */
  readonly usual?: Readonly<Record<string, number>>;
}

async function run(suites: readonly RunnerTestSuite[], how: How): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const suite of suites) {
    await runSuite(suite, [], suite.name, how, outcomes);
    if (how.bails && outcomes.some(({ failure }) => failure !== null)) break;
  }
  return outcomes;
}

function wanted(task: RunnerTestSuite | RunnerTestCase, path: string, { only }: How): boolean {
  if (task.type === 'test') return only === undefined || only.has(path);
  return task.tasks.some((one) => wanted(one, `${path} > ${one.name}`, { ...(only ? { only } : {}) }));
}

async function runSuite(
  suite: RunnerTestSuite,
  around: readonly RunnerTestSuite[],
  path: string,
  how: How,
  outcomes: Outcome[],
): Promise<void> {
  if (!wanted(suite, path, how)) return;
  try {
    await begin(suite);
    for (const task of suite.tasks) {
      const own = `${path} > ${task.name}`;
      if (task.type === 'suite') await runSuite(task, [...around, suite], own, how, outcomes);
      else if (task.mode !== 'skip' && task.mode !== 'todo' && wanted(task, own, how)) {
        outcomes.push(await runTest(task, [...around, suite], own, how));
      }
      if (how.bails && outcomes.at(-1)?.failure) break;
    }
  } catch (error) {
    outcomes.push({ id: `${path} > before all`, failure: String(error), milliseconds: 0 });
  }
}

const begun = new Set<RunnerTestSuite>();

/** Does what a suite begins with, once: what it ends with would take that away from the next run, and comes to its end with the process. */
async function begin(suite: RunnerTestSuite): Promise<void> {
  if (begun.has(suite)) return;
  begun.add(suite);
  for (const hook of TestRunner.getSuiteHooks(suite).beforeAll) await hook(suite);
}

async function runTest(
  task: RunnerTestCase,
  around: readonly RunnerTestSuite[],
  id: string,
  { covers, usual }: How,
): Promise<Outcome> {
  const began = performance.now();
  const ends: (() => unknown)[] = [];
  let failure: string | null = null;
  task.result = { state: 'run', startTime: began, retryCount: 0 };
  if (covers) mutants.currentTestId = id;
  try {
    for (const suite of around) {
      for (const hook of TestRunner.getSuiteHooks(suite).beforeEach) {
        const end: unknown = await hook(task.context, suite);
        if (isEnd(end)) ends.push(end);
      }
    }
    await within(usual ? patience(usual[id]) : 600_000, () => TestRunner.getTestFn(task)());
  } catch (error) {
    failure = String(error);
  }
  const after = around
    .toReversed()
    .flatMap((suite) => TestRunner.getSuiteHooks(suite).afterEach.map((hook) => () => hook(task.context, suite)));
  for (const end of [...ends.reverse(), ...after]) {
    try {
      await end();
    } catch (error) {
      failure ??= String(error);
    }
  }
  mutants.currentTestId = undefined;
  return { id, failure, milliseconds: performance.now() - began };
}

/** What a hook before a test may give back: what is to be done after it. */
function isEnd(made: unknown): made is () => unknown {
  return typeof made === 'function';
}
