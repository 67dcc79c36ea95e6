/** The accounts and groups of this machine, from passwd(5) and group(5). */
import { readFileSync } from 'node:fs';

/** An account and its groups. */
export interface LocalAccount {
  readonly name: string;
  readonly uid: number;
  readonly gids: readonly number[];
}

/** Debian's account of web servers. */
const WEB = 'www-data';

/** The account that the web server runs our programs by: Debian's, or whoever asks where only he can be it. */
export function webAccount(): LocalAccount {
  const me = process.getuid?.() ?? 0;
  const wanted = me === 0 ? rows('/etc/passwd').find(([name]) => name === WEB) : row(me);
  const [name = me === 0 ? WEB : String(me), , uid = String(me === 0 ? 33 : me), gid = uid] = wanted ?? [];
  const others = rows('/etc/group').filter(([, , , members = '']) => members.split(',').includes(name));
  return { name, uid: Number(uid), gids: [Number(gid), ...others.map(([, , id]) => Number(id))] };
}

/** The name of an account; its number where it has none. */
export function accountName(uid: number): string {
  return row(uid)?.[0] ?? String(uid);
}

function row(uid: number): string[] | undefined {
  return rows('/etc/passwd').find(([, , id]) => id === String(uid));
}

function rows(file: string): string[][] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    // A bare chroot may have none.
    return [];
  }
}
