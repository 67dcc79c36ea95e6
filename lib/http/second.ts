/**
 * A second process on the same listening socket, for as long as a crowd keeps the first one busy: JavaScript answers on one core,
 * and hosts have more. Nobody asks it for anything that the first would not do as well.
 */
import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Where a second process finds the listening socket. Not below 3: libuv makes those three blocking, for the first process, too. */
const SOCKET = 3;

/** Says to a process that it is a second one. */
const SIGN = 'JMB_SECOND';

/** Between two looks at how busy it was, in milliseconds. */
const LOOK = 250;

/** A crowd: this part of the time between two looks. */
const BUSY = 0.9;

/** No crowd: less than this part of the time, in each of so many rests. */
const QUIET = 0.3;
const RESTS = 30;

/** How long none is started after one was, in milliseconds: one that cannot run shall cost a crowd nothing. */
const AGAIN = 60_000;

/** Which fd this process listens on: 0, unless it is a second one. */
export function listeningFd(env: Readonly<Record<string, string | undefined>>): number {
  return env[SIGN] === undefined ? 0 : SOCKET;
}

/** Has a second process finish when the first one says so or is gone: both close the pipe that is its standard input. */
export function endWithFirst(end: () => void): void {
  process.stdin.once('close', end).resume();
}

/** What a first process does about a second one. */
export class Second {
  readonly #isSame: () => boolean;
  readonly #failed: (why: string) => void;
  #child: ChildProcess | undefined;
  #isEnding = false;
  #rests = 0;
  #notBefore = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #used = performance.eventLoopUtilization();
  #usedAtRest = this.#used;

  /**
   * @param isSame whether the program's file is the one that this process was started from: in the middle of an update no other begins
   * @param failed is told why one ended that was not to
   */
  constructor(isSame: () => boolean, failed: (why: string) => void) {
    this.#isSame = isSame;
    this.#failed = failed;
  }

  /** After each answer: looks now and then whether one process is enough. */
  look(): void {
    const now = performance.now();
    const since = now - this.#lookedAt;
    if (since < LOOK) return;
    const before = this.#used;
    this.#used = performance.eventLoopUtilization();
    this.#lookedAt = now;
    // Longer ago: it had nothing to do in between.
    if (since > 2 * LOOK || this.#child !== undefined || this.#isEnding || now < this.#notBefore) return;
    if (performance.eventLoopUtilization(this.#used, before).utilization < BUSY) return;
    this.#notBefore = now + AGAIN;
    if (availableParallelism() > 1 && this.#isSame()) void this.#start();
  }

  /** Every two seconds: lets go of it once the crowd is gone. */
  rest(): void {
    const before = this.#usedAtRest;
    this.#usedAtRest = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(this.#usedAtRest, before);
    this.#rests = utilization < QUIET ? this.#rests + 1 : 0;
    if (this.#rests >= RESTS) this.#child?.stdin?.end();
  }

  /** Has it finish; `done` is called once it is gone, at once where there is none. */
  end(done: () => void): void {
    this.#isEnding = true;
    if (this.#child === undefined) done();
    else this.#child.once('close', done).stdin?.end();
  }

  async #start(): Promise<void> {
    const { spawn } = await import('node:child_process');
    if (this.#isEnding) return;
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? ''], {
      stdio: ['pipe', 'inherit', 'inherit', 0],
      env: { ...process.env, [SIGN]: '1' },
    });
    this.#child = child;
    this.#rests = 0;
    let why: string | undefined;
    child.once('error', (error) => {
      why = error.message;
    });
    child.stdin?.on('error', () => undefined);
    child.once('close', (status, signal) => {
      this.#child = undefined;
      if (status !== 0) this.#failed(why ?? `ended with ${status ?? signal}`);
    });
  }
}
