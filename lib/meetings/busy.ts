/** Who is taken when, and when nobody is. Pure. */
import { isoDate, localParts } from '../text/dates.ts';
import type { Zone } from '../text/zones.ts';

/** A stretch of time, in Unix seconds; its end is no part of it. */
export interface Span {
  readonly begin: number;
  readonly end: number;
}

/** Whether two stretches share any time: one that begins as the other ends does not. */
export function overlap(one: Span, other: Span): boolean {
  return one.begin < other.end && other.begin < one.end;
}

/** How far ahead a free time is looked for, in seconds. */
export const LOOKED_AHEAD = 14 * 86_400;

/** Free times begin every half hour, in seconds. */
const STEP = 1800;

/** The hours that meetings are proposed for, where what was wanted lies within them: minutes from midnight by the clock of who books. */
const DAY_BEGINS = 8 * 60;
const DAY_ENDS = 19 * 60;

/**
 * The next times, after the one that was wanted, at which nobody is taken: in the hours of a working day, or as early, as late and
 * on such days as what was wanted. A series keeps its days, and is free at a time where it is on each of them.
 * @param wanted by begin; several of a series, all as long
 * @param taken when anybody is
 * @param most how many are looked for
 * @param zone of who books, whose working day it is
 * @returns Unix seconds of the first, the earliest first; fewer where there are fewer within LOOKED_AHEAD
 */
export function freeTimes(wanted: readonly Span[], taken: readonly Span[], most: number, zone: Zone): number[] {
  const [first] = wanted;
  if (first === undefined) return [];
  const minutes = (first.end - first.begin) / 60;
  const from = Math.min(DAY_BEGINS, minuteOf(zone, first.begin));
  const to = Math.max(DAY_ENDS, minuteOf(zone, first.begin) + minutes);
  const weekends = isWeekend(zone, first.begin);
  const isFree = (later: number): boolean =>
    wanted.every(({ begin, end }) => {
      const span = { begin: begin + later, end: end + later };
      return taken.every((other) => !overlap(span, other));
    });
  const free: number[] = [];
  for (let begin = nextStep(zone, first.begin); begin < first.begin + LOOKED_AHEAD; begin += STEP) {
    if (free.length === most || (wanted.length > 1 && isoDate(zone, begin) !== isoDate(zone, first.begin))) break;
    const minute = minuteOf(zone, begin);
    if (minute < from || minute + minutes > to || (isWeekend(zone, begin) && !weekends)) continue;
    if (isFree(begin - first.begin)) free.push(begin);
  }
  return free;
}

function nextStep(zone: Zone, unix: number): number {
  return unix - (unix % 60) + (30 - (minuteOf(zone, unix) % 30)) * 60;
}

function minuteOf(zone: Zone, unix: number): number {
  const { hour, minute } = localParts(zone, unix);
  return hour * 60 + minute;
}

/** Saturday or Sunday by the local calendar. */
function isWeekend(zone: Zone, unix: number): boolean {
  const { weekday } = localParts(zone, unix);
  return weekday === 0 || weekday === 6;
}
