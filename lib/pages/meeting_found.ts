/** booking.cgi?list&q=TEXT and ?list&page=N: what a search finds among my meetings, and those that are over, by month and page. */
import found from '../../templates/pages/found.hbs';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import { keptSearch, LONGEST_SEARCH, searchOf } from '../meetings/search.ts';
import { queryParams, type Request, type Response } from '../message.ts';
import { type Slot, searchableOf, slotsOf } from '../store/agenda.ts';
import { invitationsIn } from '../store/meetings.ts';
import type { Store } from '../store/store.ts';
import { isoDate, monthOf } from '../text/dates.ts';
import { companyOf, type Item, itemOf } from './list_items.ts';
import { clockWords, counted, type Reading, readingOf } from './meeting_view.ts';
import { page } from './page.ts';
import { whoBooks } from './who_books.ts';

/** How many meetings stand on a page, in number: it stays under 60 KiB whatever their subjects hold. */
const PER_PAGE = 20;

/** How many months one can jump to, in number. */
const JUMPS = 24;

const DAY = 86_400;

/** Answers with one page of them. */
export async function meetingsFound(
  request: Request,
  context: Context,
  { identity }: Pick<Granted, 'identity'>,
): Promise<Response> {
  const { store, settings, texts } = context;
  const { editor, status, doubt } = await whoBooks(context, identity);
  const reading = readingOf(context, editor);
  const query = queryParams(request);
  const asked = keptSearch(query.get('q') ?? '');
  const searches = asked !== '';
  const slots = slotsOf(store, identity.addresses, { endAfter: reading.now - settings.JMB_SHOW_ARCHIVES * DAY });
  const past = slots.filter(({ end }) => end <= reading.now).reverse();
  const all = searches ? matching(store, asked, [...slots.filter(({ end }) => end > reading.now), ...past]) : past;
  const pages = Math.max(1, Math.ceil(all.length / PER_PAGE));
  const at = pageAsked(query.get('page'), pages);
  const shown = all.slice((at - 1) * PER_PAGE, at * PER_PAGE);
  const address = (to: number): string =>
    `booking.cgi?list${searches ? `&q=${encodeURIComponent(asked)}` : ''}&page=${to}`;
  const title = searches ? texts('found.search', { text: asked }) : texts('found.past');
  return page(
    context,
    found,
    { status, title, user: identity.name, editor },
    {
      asked,
      longestSearch: LONGEST_SEARCH,
      doubt,
      count: countWords(reading, searches, all.length),
      jumps: searches || pages === 1 ? null : jumpsOf(reading, all, at, address),
      parts: partsOf(context, reading, shown, searches),
      pages: pages > 1 && texts('found.page', { page: at, pages }),
      previous: at > 1 && address(at - 1),
      next: at < pages && address(at + 1),
      zone: clockWords(reading, reading.now),
    },
  );
}

/** Those that hold what is searched, in their order. */
function matching(store: Store, asked: string, slots: readonly Slot[]): Slot[] {
  const holds = searchOf(asked);
  const ids = new Set(
    searchableOf(store, slots)
      .filter(({ subject, people }) => holds([subject, people]))
      .map(({ id }) => id),
  );
  return slots.filter(({ id }) => ids.has(id));
}

/** The page of an address, which may say anything: one that there is. */
function pageAsked(text: string | undefined, pages: number): number {
  return text !== undefined && /^[1-9]\d{0,5}$/.test(text) ? Math.min(Number(text), pages) : 1;
}

function countWords(reading: Reading, searches: boolean, count: number): string {
  if (count === 0) return reading.texts(searches ? 'found.nothing' : 'found.nothing_past');
  return counted(reading, searches ? 'found.results' : 'list.archives', count);
}

/** Each month with the page on which it begins. */
function jumpsOf(reading: Reading, past: readonly Slot[], at: number, address: (to: number) => string): object[] {
  const jumps: { name: string; address: string; here: boolean }[] = [];
  let last = '';
  for (const [index, { begin }] of past.entries()) {
    const month = isoDate(reading.zone, begin).slice(0, 7);
    if (month === last) continue;
    last = month;
    if (jumps.length === JUMPS) break;
    const on = Math.floor(index / PER_PAGE) + 1;
    jumps.push({ name: monthOf(reading, begin), address: `${address(on)}#${month}`, here: on === at });
  }
  return jumps;
}

/** Meetings of one month. */
interface Month {
  readonly name: string;
  /** What a jump leads to. */
  readonly anchor: string;
  readonly element: 'h2' | 'h3';
  readonly meetings: Item[];
}

/** What is to come, and what is over: each by month, in the order of the slots. */
function partsOf(context: Context, reading: Reading, slots: readonly Slot[], titled: boolean): object[] {
  const listed = invitationsIn(context.store, slots);
  const company = companyOf(context, listed);
  const byId = new Map(listed.map((one) => [one.meeting.id, one]));
  const { texts, now } = reading;
  const [element, heading] = titled ? (['h3', 'h4'] as const) : (['h2', 'h3'] as const);
  return [false, true].flatMap((isPast) => {
    const months: Month[] = [];
    for (const { id, begin } of slots.filter(({ end }) => end <= now === isPast)) {
      const one = byId.get(id);
      if (one === undefined) continue;
      const name = monthOf(reading, begin);
      if (months.at(-1)?.name !== name) {
        months.push({ name, anchor: isPast ? isoDate(reading.zone, begin).slice(0, 7) : '', element, meetings: [] });
      }
      months.at(-1)?.meetings.push({ ...itemOf(reading, one, company), heading });
    }
    if (months.length === 0) return [];
    const name = texts(isPast ? 'list.past' : 'list.coming');
    return [{ kind: isPast ? 'past' : 'coming', isPast, name, titled, months }];
  });
}
