/** What cron does on a real host: `jmb remind`, each minute. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asWebUser } from '../support/web_user.ts';

/** The rounds of a running demo. */
export interface Rounds {
  stop(): Promise<void>;
}

/** Begins the rounds: one at once, then one at each full minute. */
export function startRounds(root: string, env: Readonly<Record<string, string>>): Rounds {
  const command = join(root, 'bin/jmb');
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  const round = (): void => {
    timer = setTimeout(round, 60_000 - (Date.now() % 60_000));
    if (child !== undefined || !existsSync(command)) return;
    const [program = '', ...words] = asWebUser([root, process.execPath], [command, 'remind', '--quiet']);
    child = spawn(program, words, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    const end = (): void => {
      child = undefined;
    };
    child.once('exit', end).once('error', end);
  };
  round();
  return {
    stop: () =>
      new Promise((resolve) => {
        clearTimeout(timer);
        if (child === undefined) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}
