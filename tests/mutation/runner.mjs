/**
 * Has vitest run tests against mutants, for Stryker (main.mjs). Its own runner has vitest load everything anew for each mutant, half a
 * second; here one process loads all tests once (together.ts) and is then told by this one which to run with which mutant.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';

/** In memory where there is such a place: what the tests write need not last, and a disk that others use takes its time. */
const PLACE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

class Runner {
  static inject = tokens(commonTokens.logger);
  #logger;
  #folder = mkdtempSync(join(PLACE, 'jmb-mutation-'));
  #server;
  #vitest;
  #lines;
  #socket;
  /** The files of the tests that reach what is mutated: no other is loaded again. All of the room's, until that is known. */
  #files = process.env['JMB_MUTATION_TESTS'];
  /** What each test took without a mutant, in milliseconds. */
  #usual = {};

  constructor(logger) {
    this.#logger = logger;
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    this.#server = createServer().listen(join(this.#folder, 'socket'));
    await once(this.#server, 'listening');
  }

  async dryRun() {
    await this.#load();
    const { tests, coverage } = await this.#ask({ kind: 'all' });
    const reaching = Object.entries(coverage?.perTest ?? {}).filter(([, reached]) => Object.keys(reached).length > 0);
    this.#files = JSON.stringify([...new Set(reaching.map(([id]) => id.split(' > ', 1)[0]))]);
    this.#usual = Object.fromEntries(tests.map(({ id, timeSpentMs }) => [id, timeSpentMs]));
    return { status: 'complete', tests, mutantCoverage: coverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation }) {
    if (mutantActivation === 'static' || this.#socket === undefined) {
      const found = await this.#load(mutantActivation === 'static' ? activeMutant.id : undefined);
      // What cannot even be loaded was noticed.
      if (!found) return { status: 'killed', killedBy: ['loading'], failureMessage: 'not loaded', nrOfTests: 0 };
    }
    const asked = testFilter ?? Object.keys(this.#usual);
    const usual = Object.fromEntries(asked.map((id) => [id, this.#usual[id]]));
    const answer = await this.#ask({ kind: 'mutant', id: activeMutant.id, tests: testFilter, hitLimit, usual });
    // The next one begins with modules that no mutant has touched.
    if (mutantActivation === 'static' || answer.isSpoiled) this.#end();
    return answer.result;
  }

  /** Starts vitest and waits until all is loaded. @returns whether it could be */
  async #load(mutant) {
    this.#end();
    this.#vitest = spawn(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', '--config', 'tests/mutation/vitest.config.ts'],
      {
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          ...process.env,
          // What tests leave there goes with them.
          TMPDIR: this.#folder,
          JMB_MUTATION_TESTS: this.#files,
          JMB_MUTATION_SOCKET: join(this.#folder, 'socket'),
          JMB_MUTATION_NAMESPACE: INSTRUMENTER_CONSTANTS.NAMESPACE,
          JMB_MUTATION_ACTIVE: mutant ?? '',
        },
      },
    );
    this.#vitest.stderr.on('data', (text) => this.#logger.info(String(text).trim().slice(0, 300)));
    const ended = once(this.#vitest, 'exit').then(() => undefined);
    const [socket] = (await Promise.race([once(this.#server, 'connection'), ended])) ?? [];
    if (socket === undefined) {
      this.#vitest = undefined;
      return false;
    }
    this.#socket = socket;
    socket.on('error', () => {});
    this.#lines = createInterface({ input: socket })[Symbol.asyncIterator]();
    return true;
  }

  async #ask(asked) {
    this.#socket.write(`${JSON.stringify(asked)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) {
      this.#end();
      return { result: { status: 'error', errorMessage: 'vitest has ended' } };
    }
    return JSON.parse(value);
  }

  #end() {
    this.#socket?.destroy();
    this.#socket = undefined;
    try {
      if (this.#vitest !== undefined) process.kill(-this.#vitest.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
    this.#vitest = undefined;
  }

  async dispose() {
    this.#end();
    this.#server?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'one-process', Runner)];
