/** The list in its parts: what is now, what is to come by month and day, and what is past. Of a series the next date stands for all. */

import type { MeetingId } from '../meetings/meeting.ts';
import { rhythmWords } from '../meetings/series.ts';
import type { Listed } from '../store/meetings.ts';
import type { Place } from '../store/series.ts';
import { isoDate, monthOf } from '../text/dates.ts';
import { type Company, type Item, itemOf, type RarePart } from './list_items.ts';
import { counted, dayOf, meetingWords, type Reading, shortDayOf } from './meeting_view.ts';

/** What the list's template shows of meetings. */
export interface Sections {
  readonly now: readonly Item[];
  readonly next: object | undefined;
  readonly waiting: Item | undefined;
  readonly waitingCount: string | false;
  readonly months: readonly Month[];
  readonly nothing: boolean;
  /** The latest first. */
  readonly archives: readonly Item[];
}

/** A meeting to come, and the later ones of its series. */
interface Coming {
  readonly begin: number;
  readonly item: Item;
  readonly place?: Place;
  readonly more: Item[];
}

interface Day {
  readonly name: string;
  /** The element of its name: under a month, h4. */
  readonly element: 'h3' | 'h4';
  readonly meetings: Item[];
}

interface Month {
  /** Empty where all that is to come is in one month. */
  readonly name: string;
  readonly days: Day[];
}

/**
 * The list in its parts; each meeting stands in one of them, and what is to come in one order, answered or not.
 * @param known `places` of those meetings that are in a series
 */
export function sections(
  reading: Reading,
  listed: readonly Listed[],
  { company, places }: { readonly company: Company; readonly places: ReadonlyMap<MeetingId, Place> },
  rarePart: (one: Listed) => RarePart,
): Sections {
  const now: Item[] = [];
  const waiting: Item[] = [];
  const archives: Item[] = [];
  const coming: Coming[] = [];
  const leading = new Map<MeetingId, Coming>();
  let next: Listed | undefined;
  for (const one of listed) {
    const item = itemOf(reading, one, company, rarePart(one));
    // What has just ended stays in sight as long as its owner can move the end.
    if (item.state === 'over' && item.extension === null) {
      archives.unshift(item);
      continue;
    }
    if (item.state !== 'planned') {
      // Of today, as nearly always, the day says nothing.
      now.push(isoDate(reading.zone, one.meeting.begin) === reading.today ? { ...item, day: '' } : item);
      continue;
    }
    if (!item.declined) next ??= one;
    const place = places.get(item.id);
    const first = place === undefined || place.apart ? undefined : leading.get(place.seriesId);
    if (first !== undefined) {
      first.more.push(item);
      continue;
    }
    if (item.waiting) waiting.push(item);
    const own = { begin: one.meeting.begin, item, more: [], ...(place && { place }) };
    if (place !== undefined && !place.apart) leading.set(place.seriesId, own);
    coming.push(own);
  }
  return {
    now,
    next: next && { ...meetingWords(reading, next.meeting), day: shortDayOf(reading, next.meeting.begin) },
    waiting: waiting[0],
    waitingCount: waiting.length > 0 && counted(reading, 'list.waiting', waiting.length),
    months: monthsOf(reading, coming),
    nothing: coming.length === 0,
    archives,
  };
}

/** What is to come by day and, where it is more than one, by month. */
function monthsOf(reading: Reading, coming: readonly Coming[]): Month[] {
  const [first, last] = [coming[0], coming.at(-1)];
  if (first === undefined || last === undefined) return [];
  const several = monthOf(reading, first.begin) !== monthOf(reading, last.begin);
  const [element, heading] = several ? (['h4', 'h5'] as const) : (['h3', 'h4'] as const);
  const months: Month[] = [];
  let lastDate = '';
  for (const one of coming) {
    const { begin, item } = one;
    const date = isoDate(reading.zone, begin);
    const name = several ? monthOf(reading, begin) : '';
    if (months.at(-1)?.name !== name) months.push({ name, days: [] });
    if (date !== lastDate) months.at(-1)?.days.push({ name: dayOf(reading, begin), element, meetings: [] });
    lastDate = date;
    // Without a spread: a copy of its forty properties took as long as making them.
    months
      .at(-1)
      ?.days.at(-1)
      ?.meetings.push(Object.assign(item, { heading, day: '' }, folded(reading, one)));
  }
  return months;
}

/** « chaque mardi, encore 8 dates »: the later meetings of a series, open where something was just done to one of them. */
function folded(reading: Reading, { begin, item, place, more }: Coming): Pick<Item, 'more' | 'acceptAll'> {
  if (place === undefined || more.length === 0) return {};
  const rhythm = rhythmWords(place, begin, reading.texts, reading);
  const words = counted(reading, 'series.more', more.length, { rhythm });
  const acceptAll = [item, ...more].every(({ waiting }) => waiting);
  return { acceptAll, more: { words, open: more.some(({ told }) => told !== null), items: more } };
}
