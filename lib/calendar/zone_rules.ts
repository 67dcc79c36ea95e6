/** When the clocks of a zone are set, as the rules that calendars take (VTIMEZONE, RFC 5545 section 3.6.5), asked of the clock itself. */
import { type Change, yearIn } from '../text/zones.ts';

/** A stretch of one offset. */
export interface Observance {
  readonly kind: 'standard' | 'daylight';
  /** When it begins, by the clock of before: `YYYY-MM-DDTHH:MM`. */
  readonly begin: string;
  /** Minutes east of universal time, before and from then on. */
  readonly from: number;
  readonly to: number;
  /** The day on which it begins each year; null: it begins this once. */
  readonly yearly: Yearly | null;
}

/** A day of a year: the first to fourth, or the last (-1), weekday of a month. */
interface Yearly {
  readonly month: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly nth: number;
}

const DAY = 86_400_000;

/** How many years at least a rule must hold to be one. */
const HOLDS = 4;

/**
 * The observances of a zone from before the first of some years to the end of the last. Two, or one, that hold each year, where the
 * clocks go by such a rule, for Outlook knows no others; else one for each time that they are set.
 * @param zone IANA name
 */
export function zoneRules(zone: string, firstYear: number, lastYear: number): readonly Observance[] {
  const years = [...Array(Math.max(lastYear - firstYear, HOLDS) + 2).keys()].map((year) =>
    yearIn(zone, firstYear - 1 + year),
  );
  const changes = years.map((year) => year.changes);
  return yearlyRules(changes) ?? eachChange(firstYear - 1, years[0]?.first ?? 0, changes.flat());
}

/** The clock on the wall just before it is set, as if it were universal time. */
function wallOf({ at, from }: Change): Date {
  return new Date(at + from * 60_000);
}

/** What begins as the clock is set. */
function observed(change: Change): Omit<Observance, 'yearly'> {
  const { from, to } = change;
  const begin = wallOf(change).toISOString().slice(0, 16);
  return { kind: to > from ? 'daylight' : 'standard', begin, from, to };
}

/** The rules that hold in all of these years; null where the clocks go by none. */
function yearlyRules(years: readonly (readonly Change[])[]): readonly Observance[] | null {
  if (years.some(({ length }) => length !== 2)) return null;
  const [first = []] = years;
  const rules = first.flatMap((change, place) => {
    const yearly = yearlyOf(years.flatMap((changes) => changes.slice(place, place + 1)));
    return yearly === null ? [] : [{ ...observed(change), yearly }];
  });
  return rules.length === 2 ? rules : null;
}

function yearlyOf(changes: readonly Change[]): Yearly | null {
  const walls = changes.map(wallOf);
  const one = (part: (wall: Date) => number): number | null => {
    const values = new Set(walls.map(part));
    return values.size === 1 ? ([...values][0] ?? null) : null;
  };
  const month = one((wall) => wall.getUTCMonth() + 1);
  const weekday = one((wall) => wall.getUTCDay());
  const minute = one((wall) => wall.getUTCHours() * 60 + wall.getUTCMinutes());
  const nth = one(isLast) === 1 ? -1 : one((wall) => Math.ceil(wall.getUTCDate() / 7));
  const steady = new Set(changes.map(({ from, to }) => `${from} ${to}`)).size === 1;
  return month === null || weekday === null || minute === null || nth === null || !steady
    ? null
    : { month, weekday, nth };
}

/** 1 where no such weekday follows in its month. */
function isLast(wall: Date): number {
  return new Date(wall.getTime() + 7 * DAY).getUTCMonth() === wall.getUTCMonth() ? 0 : 1;
}

function eachChange(firstYear: number, offset: number, changes: readonly Change[]): readonly Observance[] {
  const start = {
    kind: 'standard',
    begin: `${firstYear}-01-01T00:00`,
    from: offset,
    to: offset,
    yearly: null,
  } as const;
  return [start, ...changes.map((change) => ({ ...observed(change), yearly: null }))];
}
