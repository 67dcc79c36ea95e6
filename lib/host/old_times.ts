/** Times of the Bash version's meetings: it reckoned with the clock of its host, this version with that of JMB_ICAL_TZID. */
import { copyFileSync, existsSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assignmentsOf } from '../settings/shell.ts';
import { settingsTable } from '../settings/table.ts';
import { meetingsFrom } from '../store/statistics.ts';
import { openStore } from '../store/store.ts';
import { dateAndTime, isZone, useZone } from '../text/dates.ts';
import { bashDefaults } from './bash_defaults.ts';
import type { Draft } from './changes.ts';
import { exists } from './entries.ts';
import type { Found } from './found.ts';
import { PREFIX } from './paths.ts';
import type { Tree } from './tree.ts';

/** Says in the plan that meetings to come will show another time than they did; nothing where both clocks agree on each of them. */
export function planOldTimes(to: Draft, found: Found, now = Math.floor(Date.now() / 1000)): void {
  if (!found.bash || found.oldDatabase === undefined) return;
  const host = hostZone(to.tree);
  if (host === undefined) return;
  const note = timesNote(beginsAfter(to.tree, found.oldDatabase, now), host, settingsZone(to.tree, found.domain));
  if (note !== undefined) to.note(note);
}

/**
 * What to say of meetings that show another time by another zone; undefined where none does, or a zone is not known.
 * @param begins Unix seconds
 * @param host the zone that they were booked in, by its IANA name
 * @param settings the zone that they will show in
 */
export function timesNote(begins: readonly number[], host: string, settings: string): string | undefined {
  const before = process.env['TZ'];
  try {
    const shown = (zone: string): string[] | undefined => {
      useZone(zone);
      return isZone(zone) ? begins.map((begin) => dateAndTime(begin)) : undefined;
    };
    const [then, later] = [shown(host), shown(settings)];
    if (then === undefined || later === undefined) return undefined;
    const moved = then.flatMap((time, at) => (time === later[at] ? [] : [{ time, later: later[at] }]));
    const [first] = moved;
    if (first === undefined) return undefined;
    return `this host's clock is in ${host}, and the Bash version booked by it; JMB_ICAL_TZID is ${settings}. ${moved.length} of the meetings to come will show another time, the first ${first.later} instead of ${first.time}: set JMB_ICAL_TZID="${host}" in jmb_local.cf to show them as before, or have their owners move them`;
  } finally {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  }
}

/** The zone of the host's clock: Debian's /etc/timezone, else where /etc/localtime leads; undefined where neither says. */
function hostZone(tree: Tree): string | undefined {
  const named = tree.read('/etc/timezone')?.trim();
  if (named) return named;
  try {
    return /zoneinfo\/(.+)$/.exec(readlinkSync(join(tree.root, '/etc/localtime')))?.[1];
  } catch {
    return undefined;
  }
}

function settingsZone(tree: Tree, domain: string): string {
  const local = assignmentsOf('jmb_local.cf', tree.read(`${PREFIX}/etc/jmb_local.cf`) ?? '');
  const defaults = bashDefaults(tree.read(`${PREFIX}/etc/jmb.cf`), domain);
  return local.get('JMB_ICAL_TZID')?.value || defaults.get('JMB_ICAL_TZID') || settingsTable.JMB_ICAL_TZID.fallback;
}

/** When the meetings to come begin, from a copy: looking changes nothing. None where the database cannot be read, which is said elsewhere. */
function beginsAfter(tree: Tree, database: string, now: number): number[] {
  const folder = mkdtempSync(join(tmpdir(), 'jmb-times-'));
  try {
    const copy = join(folder, 'jmb.db');
    for (const end of ['', '-wal', '-journal']) {
      const file = join(tree.root, database + end);
      if (exists(tree, database + end) && existsSync(file)) copyFileSync(file, copy + end);
    }
    const store = openStore(copy);
    try {
      return meetingsFrom(store, now).flatMap(({ begin }) => (begin > now ? [begin] : []));
    } finally {
      store.close();
    }
  } catch {
    return [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
