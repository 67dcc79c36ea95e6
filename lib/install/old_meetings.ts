/**
 * Meetings of earlier versions: the flat files of the oldest, and times that the Bash version reckoned by its host's clock.
 */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../failure.ts';
import { assignmentsOf } from '../settings/shell.ts';
import { settingsTable } from '../settings/table.ts';
import { importFeed, importMeeting, type OldMeeting } from '../store/import.ts';
import { meetingsFrom } from '../store/statistics.ts';
import { openStore, type Store } from '../store/store.ts';
import { splitAddresses } from '../text/addresses.ts';
import { dateAndTime } from '../text/dates.ts';
import { isZone, useZone } from '../text/zones.ts';
import type { Draft } from './changes.ts';
import { exists } from './entries.ts';
import type { Found } from './found.ts';
import { PREFIX } from './ours.ts';
import { bashDefaults } from './plan_bash.ts';
import type { Tree } from './tree.ts';

/** What was taken over, and what could not be, each with its reason. */
export interface Imported {
  readonly meetings: number;
  readonly feeds: number;
  readonly bad: readonly string[];
}

/** Takes over `booking/`, `booking_archive/` and `ical/by-user/` of a data folder; what is there already stays. */
export function importFlatFiles(store: Store, data: string): Imported {
  const bad: string[] = [];
  let meetings = 0;
  let feeds = 0;
  for (const folder of ['booking', 'booking_archive']) {
    for (const name of names(join(data, folder))) {
      try {
        if (importMeeting(store, oldMeeting(name, readFileSync(join(data, folder, name), 'utf8')))) meetings += 1;
      } catch (error) {
        bad.push(`${folder}/${name}: ${messageOf(error)}`);
      }
    }
  }
  for (const uid of names(join(data, 'ical/by-user'))) {
    // Bare, or as the value of a shell variable.
    const text = readFileSync(join(data, 'ical/by-user', uid), 'utf8').trim();
    const hash = /^(?:\w+=)?(["']?)([A-Za-z0-9]{8,64})\1$/.exec(text)?.[2];
    if (hash === undefined) bad.push(`ical/by-user/${uid}: no address of a feed`);
    else if (importFeed(store, uid, hash)) feeds += 1;
  }
  return { meetings, feeds, bad };
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** One file, whose name is the meeting's id. */
export function oldMeeting(name: string, source: string): OldMeeting {
  const found = assignmentsOf(name, source);
  const value = (key: string): string => found.get(key)?.value ?? '';
  const whole = (key: string): number => {
    if (!/^\d{1,12}$/.test(value(key))) throw new Error(`${key} is no number`);
    return Number(value(key));
  };
  if (!/^\d{1,19}$/.test(name)) throw new Error('its name is no id');
  const begin = whole('begin');
  const end = found.has('end') ? whole('end') : begin + whole('duration');
  if (value('name') === '' || end < begin) throw new Error('it has no room, or ends before it begins');
  const owner = value('mail_owner').trim().toLowerCase();
  if (owner === '') throw new Error('it has no mail_owner');
  const guests = splitAddresses(value('guests')).addresses.filter((guest) => guest !== owner);
  return {
    id: BigInt(name),
    room: value('name'),
    subject: value('object'),
    owner,
    begin,
    end,
    guests: [...new Set(guests)],
  };
}

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
