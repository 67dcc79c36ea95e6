/** `jmb restore FILE`: puts a copy in the place of the database, which is taken aside. */
import { existsSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { faultOf, replaceDatabase } from '../lib/store/restore.ts';
import { clockTime, isoDate } from '../lib/text/zone.ts';
import type { CommandContext } from './surroundings.ts';

/** Restores, unless the copy is damaged or somebody uses the database. */
export function restore(file: string): (context: CommandContext) => number {
  return ({ settings, clock, log }) => {
    const refuse = (text: string): number => {
      process.stderr.write(`jmb: ${text}\n`);
      return 1;
    };
    if (!existsSync(file)) return refuse(`there is no file ${file}`);
    const fault = faultOf(file);
    if (fault !== null) return refuse(`${file}: ${fault}; the database is as it was`);
    const users = usersAfterAMoment(settings.JMB_DB);
    if (users.length > 0) {
      return refuse(
        `${settings.JMB_DB} is in use by ${users.join(', ')}: stop Apache and cron first (systemctl stop apache2 cron)`,
      );
    }
    const now = clock.now();
    const aside = `${settings.JMB_DB}.before-${isoDate(now)}-${clockTime(now).replace(':', '')}`;
    const kept = replaceDatabase(settings.JMB_DB, file, aside);
    log.event('restored', { file, aside: kept ? aside : undefined });
    process.stdout.write(`${settings.JMB_DB} is ${file} now${kept ? `; what was there is ${aside}` : ''}\n`);
    return 0;
  };
}

/** How long a program that is about to end may take for it, in milliseconds. */
const PATIENCE = 3_000;

/** Those who still have it open after a moment: a request that was just answered takes its process down. */
function usersAfterAMoment(database: string): string[] {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (const until = Date.now() + PATIENCE; ; Atomics.wait(pause, 0, 0, 100)) {
    const users = usersOf(database);
    if (users.length === 0 || Date.now() > until) return users;
  }
}

/** The programs that have the database open, as far as this user may see, such as `booking.cgi (4711)`. */
function usersOf(database: string): string[] {
  if (!existsSync(database)) return [];
  const real = realpathSync(database);
  const list = (folder: string): string[] => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  };
  const target = (link: string): string => {
    try {
      return readlinkSync(link);
    } catch {
      return '';
    }
  };
  return list('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => list(`/proc/${pid}/fd`).some((fd) => target(`/proc/${pid}/fd/${fd}`) === real))
    .map((pid) => `${target(`/proc/${pid}/exe`).split('/').at(-1) || 'a program'} (${pid})`);
}
