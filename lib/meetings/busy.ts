/** Who is taken when, and when nobody is. Pure. */
import { isoDate, localParts } from '../text/dates.ts';

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

/** Free times begin every half hour, in seconds from midnight by the clock. */
const STEP = 1800;

/** The hours that meetings are proposed for, where what was wanted lies within them: local minutes from midnight. */
const DAY_BEGINS = 8 * 60;
const DAY_ENDS = 19 * 60;

/**
 * The next times, after the one that was wanted, at which nobody is taken: in the hours of a working day, or as early, as late and on such days
 * as what was wanted.
 * @param taken when anybody is
 * @param most how many are looked for
 * @returns Unix seconds, the earliest first; fewer where there are fewer within LOOKED_AHEAD
 */
export function freeTimes(wanted: Span, taken: readonly Span[], most: number): number[] {
  const duration = wanted.end - wanted.begin;
  const hours = {
    from: Math.min(DAY_BEGINS, minuteOf(wanted.begin)),
    to: Math.max(DAY_ENDS, minuteOf(wanted.begin) + duration / 60),
  };
  const weekends = isWeekend(wanted.begin);
  const free: number[] = [];
  for (let begin = nextStep(wanted.begin); begin < wanted.begin + LOOKED_AHEAD; begin += STEP) {
    const minute = minuteOf(begin);
    if (minute < hours.from || minute + duration / 60 > hours.to || (isWeekend(begin) && !weekends)) continue;
    const span = { begin, end: begin + duration };
    if (taken.some((other) => overlap(span, other))) continue;
    free.push(begin);
    if (free.length === most) break;
  }
  return free;
}

function nextStep(unix: number): number {
  // Every zone in use is offset from UTC by whole quarters of an hour.
  const minute = minuteOf(unix);
  return unix - (unix % 60) + (30 - (minute % 30)) * 60;
}

function minuteOf(unix: number): number {
  const { hour, minute } = localParts(unix);
  return hour * 60 + minute;
}

/** Saturday or Sunday by the local calendar. */
function isWeekend(unix: number): boolean {
  const day = new Date(`${isoDate(unix)}T00:00:00Z`).getUTCDay();
  return day === 0 || day === 6;
}
