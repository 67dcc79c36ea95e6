/** What `jmb check` asks about the Node that the programs run by: whether it is there, has an addon, and its code compiled. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addonFault, type State } from '../lib/start/state.ts';
import type { Answer } from './finding.ts';

/** Asks the very Node, with the flags, that a program names in its first line. */
export function node(root: string): Answer {
  const first = /^#!(.*)\n/.exec(readFileSync(join(root, 'cgi-bin/join.cgi'), 'utf8'))?.[1] ?? '';
  const [command = '', ...flags] = first.trim().split(/\s+/);
  const mend = `${process.execPath} ${join(root, 'lib/prepare.js')}`;
  if (command.startsWith('/') && !existsSync(command)) {
    return { verdict: 'wrong', detail: `the programs run by ${command}: no such file; as root: ${mend}` };
  }
  const asked = spawnSync(command, [...flags, join(root, 'lib/prepare.js'), 'state'], { encoding: 'utf8' });
  if (asked.status !== 0) {
    const why = (asked.error?.message ?? asked.stderr).trim().split('\n')[0];
    return { verdict: 'wrong', detail: `${first} does not run the programs (${why}); as root: ${mend}` };
  }
  const { addon, compiled, node: name } = JSON.parse(asked.stdout) as State;
  // The command itself may run by another Node.
  const fault = addon ?? addonFault();
  if (fault !== null) return { verdict: 'wrong', detail: fault };
  if (!compiled) {
    return {
      verdict: 'warning',
      detail: `${name}: pages are slow, their code is not compiled for it; as root: ${mend}`,
    };
  }
  return { verdict: 'ok', detail: name };
}
