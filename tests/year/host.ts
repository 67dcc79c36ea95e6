/** A host of the simulated year: an installed tree whose programs stay on sockets, and its command, all by the clock of the year. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Services, startServices } from '../support/services.ts';
import { makeTree, prepareTree, settingsFile, type TreeOptions } from '../support/tree.ts';
import { asWebUser } from '../support/web_user.ts';
import { ended } from './programs.ts';

/** Where Debian's package of libfaketime puts it. */
const FAKETIME = spawnSync('sh', ['-c', 'ls /usr/lib/*/faketime/libfaketime.so.1'], { encoding: 'utf8' }).stdout.trim();

/** A clock that is set from outside. */
export interface Clock {
  /** Words before a command that is to go by it. */
  readonly before: readonly string[];
  /** Sets it, Unix seconds. */
  set(unix: number): void;
}

/** Makes a clock of a file that is written. Throws where libfaketime is not installed. */
export function makeClock(file: string): Clock {
  if (FAKETIME === '') throw new Error('libfaketime is missing: apt-get install faketime');
  const clock: Clock = {
    before: [
      'env',
      `LD_PRELOAD=${FAKETIME}`,
      `FAKETIME_TIMESTAMP_FILE=${file}`,
      'FAKETIME_NO_CACHE=1',
      'FAKETIME_DONT_FAKE_MONOTONIC=1',
    ],
    // An offset: a time of its own would be read in the zone that the program uses.
    set(unix) {
      writeFileSync(`${file}.new`, `+${(unix - Date.now() / 1000).toFixed(3)}\n`);
      renameSync(`${file}.new`, file);
    },
  };
  clock.set(Date.now() / 1000);
  return clock;
}

/** A host. */
export interface Host {
  readonly root: string;
  readonly database: string;
  /** The folder of the sockets of its programs. */
  sockets(): string;
  /** Runs `jmb`, and gives back what it said. Rejects where the status is not 0. */
  jmb(words: readonly string[], input?: string, env?: Readonly<Record<string, string>>): Promise<string>;
  /** Starts the programs. */
  start(): Promise<void>;
  /** Ends the process of each program, which is started anew. */
  restart(): void;
  /** Kills every program at once. */
  kill(): void;
  /** Puts the program where it is again: beside it at first, for whoever is asked meanwhile. */
  replace(): void;
  /** Gives it settings besides its own, which programs read when they start. */
  set(more: TreeOptions['settings']): void;
  remove(): Promise<void>;
}

/** What an update leaves as it is. */
const KEPT = ['etc', 'modules', 'data', 'log'];

/**
 * Makes one.
 * @param dist what `npm run build` made
 * @param settingsOf its settings, by the folder that it lies in
 * @param first the program that it begins with, where that is another: an older one, or that of a host where it is compiled already
 */
export function makeHost(
  dist: string,
  clock: Clock,
  settingsOf: (root: string) => TreeOptions['settings'],
  first: { readonly from: string; readonly isCompiled: boolean } = { from: dist, isCompiled: false },
): Host {
  const root = mkdtempSync(join(tmpdir(), 'jmb-year-'));
  chmodSync(root, 0o755);
  const tree = { settings: settingsOf(root), modules: {} };
  makeTree(root, tree, first.from);
  if (!first.isCompiled) prepareTree(root);
  const env = { PATH: process.env['PATH'] ?? '' };
  const needs = [root, dist, first.from, process.execPath];
  let services: Services | undefined;
  return {
    root,
    database: join(root, 'data/jmb.db'),
    sockets: () => services?.sockets ?? '',
    jmb(words, input = '', more = {}) {
      const [command = '', ...rest] = asWebUser(needs, [...clock.before, join(root, 'bin/jmb'), ...words]);
      return ended(spawn(command, rest, { env: { ...env, ...more }, stdio: ['pipe', 'pipe', 'pipe'] }), words, input);
    },
    async start() {
      // Only once a program runs as Apache's user: libfaketime shares a semaphore between a process and those it starts.
      const { before } = clock;
      services = await startServices(root, join(root, 'run'), {
        ...{ needs, env, before },
        log: join(root, 'log/services.log'),
      });
    },
    restart: () => services?.restartAll(),
    kill() {
      // With those who would start them again.
      spawnSync('pkill', ['-KILL', '-f', `${root}/cgi-bin/`]);
      services = undefined;
      rmSync(join(root, 'run'), { recursive: true });
    },
    replace() {
      const next = join(root, 'next');
      mkdirSync(next, { mode: 0o755 });
      makeTree(next, tree, dist);
      for (const name of readdirSync(next)) {
        if (KEPT.includes(name)) continue;
        if (existsSync(join(root, name))) renameSync(join(root, name), join(next, `${name}.old`));
        renameSync(join(next, name), join(root, name));
      }
      rmSync(next, { recursive: true });
      prepareTree(root);
    },
    set(more) {
      writeFileSync(join(root, 'etc/jmb_local.cf'), settingsFile(more));
    },
    async remove() {
      await services?.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
