/**
 * Whom Apache and the programs run as. Apache refuses to serve as root, so root hands everything to www-data; anybody
 * else stays who he is.
 */
import { spawnSync } from 'node:child_process';
import { chownSync } from 'node:fs';

/** Debian's www-data (base-passwd): the same number on every machine. */
const WWW_DATA = 33;

const isRoot = process.getuid?.() === 0;

/** Gives a file or folder to the user that Apache runs as. */
export function giveToWebUser(path: string): void {
  if (isRoot) chownSync(path, WWW_DATA, WWW_DATA);
}

/**
 * The words to put before a command so that it runs as Apache's user, and ends when this process ends without a word.
 * Where the user cannot get at one of `needs` (a clone below /root), it is lent root's right to pass by file modes, and
 * for a `port` below 1024 root's right to it.
 */
export function asWebUser(needs: readonly string[], command: readonly string[], port = 1024): string[] {
  const words = ['setpriv', '--pdeathsig', 'TERM'];
  if (!isRoot) return [...words, '--', ...command];
  words.push('--reuid', String(WWW_DATA), '--regid', String(WWW_DATA), '--clear-groups');
  const rights: string[] = [];
  if (!needs.every((path) => reaches(path))) rights.push('+dac_override');
  if (port < 1024) rights.push('+net_bind_service');
  if (rights.length > 0) {
    words.push('--inh-caps', rights.join(','), '--ambient-caps', rights.join(','));
    // Without it access(2), which better-sqlite3 asks, takes the right away for the time of its question.
    words.push('--securebits', '+no_setuid_fixup');
  }
  return [...words, '--', ...command];
}

/** Whether www-data can read a file, or list a folder. */
function reaches(path: string): boolean {
  const user = ['--reuid', String(WWW_DATA), '--regid', String(WWW_DATA), '--clear-groups'];
  return spawnSync('setpriv', [...user, '--', 'test', '-r', path]).status === 0;
}
