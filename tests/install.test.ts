/** install.sh: what it says to wrong options, how its steps end, and how it counts. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Started, says, start } from './support/started.ts';

const REPOSITORY = join(import.meta.dirname, '..');

describe('install.sh', () => {
  const install = join(REPOSITORY, 'install.sh');

  it('says in a sentence what is wrong with its options', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const busy = typeof address === 'object' && address !== null ? address.port : 0;
    const wrong: [string[], RegExp][] = [
      [['--demo', '--port', 'x'], /--port takes a number/],
      [['--demo', '--port'], /--port needs a value/],
      [['--demo', '--nothing'], /--demo knows no --nothing/],
      [['--demo', '--port', `${busy}`], /port \d+ is busy/],
      [
        ['--demo', '--port', '1', '--dir', import.meta.filename],
        /--dir takes a folder, and \S+install\.test\.ts is none/,
      ],
      [['--demo', '--port', '1', `--dir=${import.meta.filename}/below/it`], /--dir takes a folder/],
      [['--test', '--nothing'], /--test knows no --nothing/],
    ];
    for (const [words, sentence] of wrong) {
      const run = start(install, ...words);
      expect(await run.ended, words.join(' ')).toBe(1);
      expect(run.said()).toMatch(sentence);
    }
    server.close();
  });

  it('says what there is to say, whatever else is asked', async () => {
    for (const words of [
      '--help',
      '-h',
      '--demo --help',
      '--test -h',
      '--uninstall --help',
      '--upgrade --auth cas -h',
    ]) {
      const run = start(install, ...words.split(' '));
      expect(await run.ended, words).toBe(0);
      expect(run.said(), words).toMatch(/^Usage:\n {2}\.\/install\.sh --demo/);
    }
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'ends an unfinished step and all that it started at %s',
    async (signal) => {
      const mark = `${300 + Math.random()}`;
      const file = join(tmpdir(), `jmb-at-end-${mark}`);
      writeFileSync(file, '');
      const script = `. "${REPOSITORY}/lib/install/steps.sh"
      at_end rm "${file}"
      quiet_step "Working" bash -c 'sleep ${mark} & setsid sleep 0.1; trap "" HUP; sleep ${mark}'`;
      const run = start('bash', '-c', script);
      await says(run, 'Working...');
      const sleeping = () => sleepersOf(mark);
      for (let tries = 0; tries < 100 && sleeping() < 2; tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 20));
      expect(sleeping()).toBe(2);
      run.process.kill(signal);
      expect(await run.ended).toBe({ SIGTERM: 143, SIGINT: 130, SIGHUP: 129 }[signal]);
      expect(sleeping()).toBe(0);
      expect(existsSync(file)).toBe(false);
    },
  );
});

/** How many processes have a word among theirs. */
function sleepersOf(word: string): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(`sleep\0${word}`);
    } catch {
      return false;
    }
  }).length;
}

describe('wait_for_locks', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'jmb-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Waits for two locks, as long as this many seconds; the second is there and free. */
  const wait = (patience: number): Started => {
    writeFileSync(join(folder, 'lists'), '');
    const script = `set -euo pipefail; . "${REPOSITORY}/lib/install/steps.sh"; . "${REPOSITORY}/lib/install/packages.sh"
      wait_for_locks ${patience} "${folder}/nowhere" "${folder}/lists" "${folder}/dpkg" || exit 3; echo Free.`;
    return start('bash', '-c', script);
  };

  /** Another program that holds a lock as apt and dpkg do (fcntl), until it is killed. */
  const hold = async (): Promise<Started> => {
    const script = `import fcntl, time
f = open("${folder}/dpkg", "w"); fcntl.lockf(f, fcntl.LOCK_EX); print("held", flush=True); time.sleep(60)`;
    const holder = start('python3', '-c', script);
    await says(holder, 'held');
    return holder;
  };

  it('waits for whoever holds one, and names them', async () => {
    const holder = await hold();
    const waiting = wait(600);
    await says(waiting, 'Waiting for');
    expect(waiting.said()).toBe(
      `Waiting for python3 (process ${holder.process.pid}), which is at work with packages: 10 minutes at most...\n`,
    );
    holder.process.kill('SIGKILL');
    expect(await waiting.ended).toBe(0);
    expect(waiting.said()).toContain('Free.');
  });

  it('gives up in the end', async () => {
    const holder = await hold();
    expect(await wait(1).ended).toBe(3);
    holder.process.kill('SIGKILL');
    await holder.ended;
  });

  it('says nothing where nobody is at work, and makes no file', async () => {
    const waiting = wait(600);
    expect(await waiting.ended).toBe(0);
    expect(waiting.said()).toBe('Free.\n');
    expect(readdirSync(folder)).toEqual(['lists']);
  });
});

describe('apt_step', () => {
  it('tries again where somebody was faster', () => {
    const count = join(tmpdir(), `jmb-apt-${process.pid}`);
    const script = `set -euo pipefail; . "${REPOSITORY}/lib/install/steps.sh"; . "${REPOSITORY}/lib/install/packages.sh"
      apt_locks=()
      apt_step "Working" bash -c 'echo x >>${count}; [ $(wc -l <${count}) -gt 1 ] || { echo "E: Could not get lock /x"; exit 100; }'
      apt_step "Failing" bash -c 'echo broken; exit 7'`;
    const run = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    rmSync(count);
    expect(run.stdout).toBe('Working...\nFailing...\n');
    expect(run.stderr).toMatch(/^broken\ninstall.sh: this failed with status 7: bash -c/);
    expect(run.status).toBe(1);
  });
});

describe('need_packages', () => {
  it('tells whoever is not root what is missing', () => {
    const script = `. "${REPOSITORY}/lib/install/steps.sh"; . "${REPOSITORY}/lib/install/packages.sh"
      id() { echo 1000; }
      need_packages bash jmb-no-such-package`;
    const run = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/these packages are missing: as root, apt-get install jmb-no-such-package\n/);
  });
});

describe('count_tests.mjs', () => {
  const count = (report: unknown, status = '0') => {
    const folder = mkdtempSync(join(tmpdir(), 'jmb-count-'));
    const file = join(folder, 'report.json');
    if (report !== undefined) writeFileSync(file, JSON.stringify(report));
    const run = spawnSync('node', [join(REPOSITORY, 'lib/install/count_tests.mjs'), file, status], {
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    return run.stdout;
  };
  const good = { status: 'passed', assertionResults: [{ status: 'passed' }] };
  const bad = { status: 'failed', assertionResults: [{ status: 'failed' }] };
  const broken = { status: 'failed', assertionResults: [] };

  it('counts tests, files that do not load, and errors outside of tests', () => {
    expect(count({ numPassedTests: 3, numFailedTests: 0, testResults: [good] })).toBe('3 0\n');
    expect(count({ numPassedTests: 3, numFailedTests: 1, testResults: [good, bad] }, '1')).toBe('3 1\n');
    expect(count({ numPassedTests: 3, numFailedTests: 0, testResults: [good, broken] }, '1')).toBe('3 1\n');
    expect(count({ numPassedTests: 3, numFailedTests: 0, testResults: [good] }, '1')).toBe('3 1\n');
    expect(count(undefined, '137')).toBe('0 1\n');
  });
});
