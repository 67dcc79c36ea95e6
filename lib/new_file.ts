/** Files that we make: for those who run the programs, whoever comes first, and not for the world. */
import { chmodSync, chownSync, statSync } from 'node:fs';

/**
 * Has a file that was just made be read by its user and group alone, whatever the umask. Made by root (an administrator at
 * a shell), it is given to whom a folder belongs, or the web server could not open it.
 * @param folder whose owner that is
 * @throws the system's error, which names the file
 */
export function ownNewFile(file: string, folder: string): void {
  chmodSync(file, 0o640);
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  chownSync(file, uid, gid);
}
