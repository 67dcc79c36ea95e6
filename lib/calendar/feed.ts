/** A user's calendar feed as text. */

import type { FeedFacts } from './facts.ts';
import { escapeText } from './finish.ts';
import { writeCalendar } from './ics.ts';

/** How often readers should come back (RFC 7986 section 5.7); some poll weekly when nothing says so. */
const REFRESH = 'PT15M';

/** The feed: a pure function of its facts. Send it as `text/calendar; charset=utf-8`. */
export function feed(facts: FeedFacts): string {
  const name = escapeText(facts.name);
  return writeCalendar(facts.events, {
    method: 'PUBLISH',
    properties: [
      `NAME:${name}`,
      `X-WR-CALNAME:${name}`,
      `X-WR-CALDESC:${escapeText(facts.description)}`,
      `X-WR-TIMEZONE:${facts.zone}`,
      `REFRESH-INTERVAL;VALUE=DURATION:${REFRESH}`,
      `X-PUBLISHED-TTL:${REFRESH}`,
    ],
  });
}
