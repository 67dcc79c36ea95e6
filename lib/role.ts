/**
 * Which of two hosts this one is, as files beside the database say: the active one, which has none, pays one question for a file's
 * name and no more.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ownNewFile } from './new_file.ts';

/**
 * `active` answers, sends and writes. `standby` was made to wait. `fenced` was active until another host took over: what the
 * replica says of that is in `jmb replica`. Both of these answer and send nothing.
 */
export type Role = 'active' | 'standby' | 'fenced';

/** The role of the host that a database lies on. What cannot be read keeps quiet, too. */
export function roleOf(database: string): Role {
  const file = `${database}-role`;
  if (!existsSync(file)) return 'active';
  try {
    return readFileSync(file, 'utf8').trim() === 'fenced' ? 'fenced' : 'standby';
  } catch {
    return 'standby';
  }
}

/** The role by somebody's settings; `active` where they cannot say where the database is. */
export function roleBy(context: { readonly settings: { readonly JMB_DB: string } }): Role {
  try {
    return roleOf(context.settings.JMB_DB);
  } catch {
    return 'active';
  }
}

/** Takes a role from now on; each request and each run of cron goes by it at once. Throws the system's error. */
export function takeRole(database: string, role: Role): void {
  const file = `${database}-role`;
  if (role === 'active') rmSync(file, { force: true });
  else writeWhole(file, `${role}\n`);
}

/** The turn of a host at being active: how often that has changed hands, and a word that no other turn has. */
export interface Turn {
  readonly epoch: number;
  readonly id: string;
}

/** The last turn that this host took; undefined: none. */
export function ownTurn(database: string): Turn | undefined {
  try {
    return JSON.parse(readFileSync(`${database}-turn`, 'utf8')) as Turn;
  } catch {
    return undefined;
  }
}

/** Writes down a turn of this host's. Throws the system's error. */
export function keepTurn(database: string, { epoch, id }: Turn): void {
  writeWhole(`${database}-turn`, `${JSON.stringify({ epoch, id })}\n`);
}

function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o640 });
  ownNewFile(`${file}.new`, dirname(file));
  renameSync(`${file}.new`, file);
}
