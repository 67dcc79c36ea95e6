/** A series to try things on. */
import type { Occurrence, Repetition } from '../../lib/meetings/series.ts';
import { seriesById } from '../../lib/store/series.ts';
import { insertSeries } from '../../lib/store/series_changes.ts';
import type { Store } from '../../lib/store/store.ts';
import { dateAndTime } from '../../lib/text/dates.ts';
import { ALICE, BOOKING, clockAt, NOW, open } from './scratch.ts';

/** A date of it, so many weeks after the first. @param later seconds */
export function inWeeks(weeks: number, later = 0): Occurrence {
  const begin = BOOKING.begin + weeks * 7 * 86_400 + later;
  return { local: dateAndTime(begin).replace(' ', 'T'), begin };
}

/** Four weeks of BOOKING, the third of which is left out: its three meetings, and how to read it. */
export function weekly(store: Store = open()) {
  const occurrences = [0, 1, 2, 3].map((week) => ({ ...inWeeks(week), skipped: week === 2 }));
  const repetition: Repetition = { repeat: 'weekly', every: 1, ends: 'times', occurrences };
  const { id, meetings } = insertSeries(store, clockAt(NOW), ALICE, BOOKING, { repetition, zone: 'Europe/Paris' });
  const [first, second, last] = meetings;
  if (!first || !second || !last) throw new Error('three meetings were booked');
  const read = (now = NOW) => {
    const whole = seriesById(store, id, now);
    if (whole === undefined) throw new Error('the series is gone');
    return whole;
  };
  return { store, id, read, first, second, last, all: [first, second, last] };
}
