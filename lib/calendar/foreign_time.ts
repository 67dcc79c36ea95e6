/**
 * Times of calendars that other programs wrote. Their zones go by names of ours, or by the two rules of a year that stand in the file
 * (RFC 5545 section 3.6.5), which are reckoned and never iterated: a rule of somebody else's need not end.
 */

/** A wall-clock time as it is written. */
export interface WallTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Unix seconds of a wall-clock time at an offset, in seconds east of UTC. */
export function unixAt(time: WallTime, offset = 0): number {
  const { year, month, day, hour, minute, second } = time;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - offset;
}

/**
 * Unix seconds of a wall-clock time in a zone of this machine's, or undefined where it has none of that name. In the hour that
 * comes twice, the first.
 */
export function unixInZone(time: WallTime, zone: string): number | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  } catch {
    return undefined;
  }
  const offsetAt = (unix: number): number => {
    const found = /GMT([+-])(\d\d):(\d\d)/.exec(format.format(unix * 1000));
    // Before ICU 78 no offset is `GMT` alone (ICU-23157).
    return found === null ? 0 : secondsIn(found);
  };
  const first = unixAt(time, offsetAt(unixAt(time) - 43_200));
  return unixAt(time, offsetAt(first));
}

/** Seconds east of UTC of what was found as sign, hours and minutes. */
function secondsIn([, sign, hours, minutes]: RegExpExecArray): number {
  const seconds = Number(hours) * 3600 + Number(minutes) * 60;
  return sign === '-' ? -seconds : seconds;
}

/** From when on in each year an offset holds: at a wall-clock time on the nth weekday of a month. */
interface Change {
  /** Seconds east of UTC. */
  readonly offset: number;
  /** null: it holds all the year. */
  readonly from: YearlyDay | null;
}

/** The nth weekday of a month, from behind where it is less than 0; Sunday is 0. */
interface YearlyDay {
  readonly month: number;
  readonly nth: number;
  readonly weekday: number;
  readonly hour: number;
}

/** A zone by its changes. */
export type ForeignZone = readonly Change[];

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** Reads a part STANDARD or DAYLIGHT from its unfolded lines; null where it is of another kind than two changes a year have. */
export function changeOf(lines: readonly string[]): Change | null {
  const value = (name: string): string => {
    const line = lines.find((one) => new RegExp(`^${name}[;:]`, 'i').test(one));
    return line === undefined ? '' : line.slice(line.indexOf(':') + 1).trim();
  };
  const to = /^([+-])(\d\d)(\d\d)/.exec(value('TZOFFSETTO'));
  if (to === null) return null;
  const offset = secondsIn(to);
  const rule = value('RRULE').toUpperCase();
  if (rule === '') return { offset, from: null };
  const day = /BYDAY=(-?[1-5])(SU|MO|TU|WE|TH|FR|SA)(?:;|$)/.exec(rule);
  const month = /BYMONTH=(\d{1,2})(?:;|$)/.exec(rule);
  const hour = /T(\d\d)/.exec(value('DTSTART'));
  if (!rule.includes('FREQ=YEARLY') || day === null || month === null || hour === null) return null;
  const weekday = WEEKDAYS.indexOf(String(day[2]));
  return { offset, from: { month: Number(month[1]), nth: Number(day[1]), weekday, hour: Number(hour[1]) } };
}

/** Unix seconds of a wall-clock time in a zone that a file describes; undefined where it says too little or too much. */
export function unixInForeign(time: WallTime, zone: ForeignZone): number | undefined {
  const [only, other, more] = zone;
  if (only === undefined || more !== undefined) return undefined;
  if (other === undefined) return unixAt(time, only.offset);
  if (only.from === null || other.from === null) return undefined;
  const at = unixAt(time);
  const sorted = [
    { offset: only.offset, begin: beginIn(time.year, only.from) },
    { offset: other.offset, begin: beginIn(time.year, other.from) },
  ].sort((a, b) => a.begin - b.begin);
  // Before the first change of the year the last one of the year before still holds.
  const held = sorted.findLast(({ begin }) => begin <= at) ?? sorted[1];
  return held && unixAt(time, held.offset);
}

/** When a change comes in a year, as if its wall clock were UTC. */
function beginIn(year: number, { month, nth, weekday, hour }: YearlyDay): number {
  const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  const last = new Date(Date.UTC(year, month, 0));
  const day =
    nth > 0
      ? 1 + ((weekday - first + 7) % 7) + (nth - 1) * 7
      : last.getUTCDate() - ((last.getUTCDay() - weekday + 7) % 7) + (nth + 1) * 7;
  return unixAt({ year, month, day, hour, minute: 0, second: 0 });
}
