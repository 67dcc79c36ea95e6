/** What the benchmark runs besides ours, and the Debian packages that bring it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Whether a command or a file is there. */
export interface Environment {
  readonly hasFile: (path: string) => boolean;
  readonly hasCommand: (name: string) => boolean;
}

const HERE: Environment = {
  hasFile: existsSync,
  hasCommand: (name) => spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { stdio: 'ignore' }).status === 0,
};

/** The names of the packages that are missing. */
export function missingPackages({ hasFile, hasCommand }: Environment = HERE): readonly string[] {
  const there: readonly (readonly [string, boolean])[] = [
    ['apache2-bin', hasFile('/usr/sbin/apache2')],
    ['apache2-utils', hasCommand('ab')],
    ['slapd', hasFile('/usr/sbin/slapd')],
    ['gcc', hasCommand('gcc') || hasCommand('cc')],
  ];
  return there.flatMap(([name, found]) => (found ? [] : [name]));
}
