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
    const name = format.formatToParts(unix * 1000).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign = '', hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
    return (Number(hours) * 3600 + Number(minutes) * 60) * (sign === '-' ? -1 : 1);
  };
  const first = unixAt(time, offsetAt(unixAt(time) - 43_200));
  return unixAt(time, offsetAt(first)) === first ? first : unixAt(time, offsetAt(first));
}

/** From when on in each year an offset holds: at a wall-clock time on the nth weekday of a month. */
interface Change {
  /** Seconds east of UTC. */
  readonly offset: number;
  /** null: it holds all the year. */
  readonly from: {
    readonly month: number;
    readonly nth: number;
    readonly weekday: number;
    readonly hour: number;
  } | null;
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
  const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)/.exec(value('TZOFFSETTO')) ?? [];
  if (hours === undefined || minutes === undefined) return null;
  const offset = (Number(hours) * 3600 + Number(minutes) * 60) * (sign === '-' ? -1 : 1);
  const rule = value('RRULE').toUpperCase();
  if (rule === '') return { offset, from: null };
  const [, nth, weekday = ''] = /BYDAY=(-?[1-5])(SU|MO|TU|WE|TH|FR|SA)(?:;|$)/.exec(rule) ?? [];
  const [, month] = /BYMONTH=(\d{1,2})(?:;|$)/.exec(rule) ?? [];
  const [, hour] = /T(\d\d)/.exec(value('DTSTART')) ?? [];
  if (!rule.includes('FREQ=YEARLY') || nth === undefined || month === undefined || hour === undefined) return null;
  return {
    offset,
    from: { month: Number(month), nth: Number(nth), weekday: WEEKDAYS.indexOf(weekday), hour: Number(hour) },
  };
}

/** Unix seconds of a wall-clock time in a zone that a file describes; undefined where it says too little or too much. */
export function unixInForeign(time: WallTime, zone: ForeignZone): number | undefined {
  const [only, other, more] = zone;
  if (only === undefined || more !== undefined) return undefined;
  if (other === undefined || only.from === null || other.from === null) {
    return other === undefined ? unixAt(time, only.offset) : undefined;
  }
  const at = unixAt(time);
  const begins = [only, other].map((change) => ({ change, begin: beginIn(time.year, change.from) }));
  const sorted = begins.sort((a, b) => a.begin - b.begin);
  // Before the first change of the year the last one of the year before still holds.
  const held = sorted.findLast(({ begin }) => begin <= at) ?? sorted[1];
  return held && unixAt(time, held.change.offset);
}

/** When a change comes in a year, as if its wall clock were UTC. */
function beginIn(year: number, from: Change['from']): number {
  if (from === null) return Number.NEGATIVE_INFINITY;
  const { month, nth, weekday, hour } = from;
  const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  const last = new Date(Date.UTC(year, month, 0));
  const day =
    nth > 0
      ? 1 + ((weekday - first + 7) % 7) + (nth - 1) * 7
      : last.getUTCDate() - ((last.getUTCDay() - weekday + 7) % 7) + (nth + 1) * 7;
  return unixAt({ year, month, day, hour, minute: 0, second: 0 });
}
