/**
 * Time zones, whose clock is asked of the process's own by having it go by another zone for the length of one function that awaits
 * nothing. A fifth of a millisecond a zone and year, kept; Intl costs 20 to 60 at first touch, and the files of /usr/share/zoneinfo, which
 * not every host has, need not say what Node goes by.
 */

/** A clock on the wall somewhere. */
export interface Zone {
  /** IANA name. */
  readonly name: string;
  /** Seconds east of universal time at a Unix time in seconds. */
  readonly offsetAt: (unix: number) => number;
}

/** A moment at which clocks are set. */
export interface Change {
  /** Universal time, in milliseconds. */
  readonly at: number;
  /** Minutes east of it, before and from then on. */
  readonly from: number;
  readonly to: number;
}

/** Sets the time zone of the process by its IANA name; Node reads TZ anew at each assignment. */
export function useZone(tzid: string): void {
  if (process.env['TZ'] !== tzid) process.env['TZ'] = tzid;
}

/** The zone that the process goes by, which is JMB_ICAL_TZID wherever settings are read. */
export const processZone: Zone = {
  get name() {
    return process.env['TZ'] ?? '';
  },
  offsetAt: (unix) => minutesAt(unix * 1000) * 60,
};

/** What an IANA name looks like: of what else TZ can hold, such as `CET-1CEST`, there is no end. */
const NAME = /^[A-Za-z][A-Za-z0-9_]*(\/[A-Za-z0-9_+-]+){0,2}$/;

const known = new Map<string, Zone | null>();

/** The zone of a name, which may be anybody's text; null where there is none. */
export function zoneOf(name: string): Zone | null {
  if (name.length > 64 || !NAME.test(name)) return null;
  let zone = known.get(name);
  if (zone === undefined) {
    zone = during(name, () => isZone(name)) ? yearByYear(name) : null;
    // There are some 600; names that are none have no end.
    if (zone !== null) known.set(name, zone);
  }
  return zone;
}

/** A zone that remembers when its clocks were set. */
function yearByYear(name: string): Zone {
  const years = new Map<number, YearOfZone>();
  const offsetAt = (unix: number): number => {
    const at = unix * 1000;
    const year = new Date(at).getUTCFullYear();
    let known = years.get(year);
    if (known === undefined) {
      known = yearIn(name, year);
      years.set(year, known);
    }
    let minutes = known.first;
    for (const change of known.changes) if (change.at <= at) minutes = change.to;
    return minutes * 60;
  };
  return { name, offsetAt };
}

/** What the clocks of a zone do in one year. */
export interface YearOfZone {
  /** Minutes east of universal time as the year begins. */
  readonly first: number;
  readonly changes: readonly Change[];
}

const WEEK = 7 * 86_400_000;

/** What clocks do in a year of universal time, where they are not set twice within a week. A name that is none has universal time. */
export function yearIn(name: string, year: number): YearOfZone {
  const [begin, end] = [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)];
  return during(name, () => {
    const changes: Change[] = [];
    for (let at = begin; at < end; at += WEEK) {
      const [from, to] = [minutesAt(at), minutesAt(Math.min(at + WEEK, end))];
      if (from !== to) changes.push({ at: whenSet(at, Math.min(at + WEEK, end), from), from, to });
    }
    return { first: minutesAt(begin), changes };
  });
}

/** The minute in which clocks are set that stand at `from` minutes at first. */
function whenSet(at: number, until: number, from: number): number {
  let [early, late] = [at, until];
  while (late - early > 60_000) {
    const middle = early + Math.floor((late - early) / 120_000) * 60_000;
    if (minutesAt(middle) === from) early = middle;
    else late = middle;
  }
  return late;
}

/** Minutes east of universal time of the process's own zone. */
function minutesAt(milliseconds: number): number {
  return -new Date(milliseconds).getTimezoneOffset();
}

/** Does something that awaits nothing while the process goes by a zone. */
function during<Result>(name: string, work: () => Result): Result {
  const before = process.env['TZ'];
  useZone(name);
  try {
    return work();
  } finally {
    if (before === undefined) delete process.env['TZ'];
    else useZone(before);
  }
}

/** Names of universal time itself. */
const UNIVERSAL = /^(Etc\/)?(UTC|UCT|GMT|Universal|Zulu|Greenwich|GMT[+-]?0)$/;

/** Whether the zone that the process uses is one: Node takes what it does not know for universal time, without a word. */
export function isZone(tzid: string): boolean {
  const [winter, summer] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 6, 1)];
  if (UNIVERSAL.test(tzid) || [winter, summer].some((time) => minutesAt(time) !== 0)) return true;
  try {
    // Costs 20 to 60 ms, and those few zones alone that are at universal time all the year. It knows `europe/paris`, which the clock does not.
    const format = new Intl.DateTimeFormat('en', { timeZone: tzid, hour: 'numeric', hourCycle: 'h23' });
    return Number(format.format(summer)) === 0;
  } catch {
    return false;
  }
}
