/**
 * Feeds and events as iCalendar text (RFC 5545): the `ics` package, then a finishing step that keeps the RFC to the letter. The package
 * folds at 75 characters instead of octets, quotes enumerated parameters, always asks to be polled hourly, always has a METHOD, knows no
 * CONFERENCE, and writes an empty duration for an alarm at the begin itself. Loading it takes some 20 ms: import it late.
 */
import { createEvents, type EventAttributes, type Attendee as IcsAttendee } from 'ics';
import type { CalendarAttendee, CalendarEvent } from './event.ts';
import type { FeedFacts } from './feed_facts.ts';
import { withRecurrences } from './recurrence.ts';

/** What stands above the events. */
export interface CalendarHead {
  /** What a mail asks for (RFC 5546); nothing in a file that a calendar subscribes to, which some would take for an invitation. */
  readonly method?: 'REQUEST' | 'CANCEL';
  /** The calendar's own properties, unfolded content lines. */
  readonly properties: readonly string[];
}

/** Who wrote the file (RFC 5545 section 3.7.3). */
const PRODUCT = '-//Jitsi Meet Booking//JMB//EN';

const PARTSTAT = { none: 'NEEDS-ACTION', accepted: 'ACCEPTED', declined: 'DECLINED', tentative: 'TENTATIVE' } as const;

/** The addresses that the package lets through (those of HTML's e-mail field); an old row may hold something else. */
const ADDRESS =
  /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/** The addresses of pages that the package lets through; any other stands in LOCATION only. */
const LINK = /^https?:\/\/[a-z][a-z0-9-]*(?:\.[a-z0-9-]*[a-z0-9])*(?::\d{2,5})?\/\S*$/;

function attendee(person: CalendarAttendee): IcsAttendee {
  return {
    email: person.email,
    name: person.name,
    role: person.role === 'owner' ? 'CHAIR' : 'REQ-PARTICIPANT',
    partstat: PARTSTAT[person.answer],
    ...(person.asked ? { rsvp: true } : {}),
  };
}

/** An event in the package's words. Milliseconds give UTC, which a single event needs no time zone for. */
function attributes(event: CalendarEvent): EventAttributes & { readonly timestamp: number } {
  return {
    uid: event.uid,
    sequence: event.sequence,
    timestamp: event.modified * 1000,
    created: event.created * 1000,
    lastModified: event.modified * 1000,
    start: event.begin * 1000,
    end: event.end * 1000,
    title: event.summary,
    description: event.description,
    location: event.link,
    ...(LINK.test(event.link) ? { url: event.link } : {}),
    status: event.cancelled ? 'CANCELLED' : 'CONFIRMED',
    ...(event.free ? { transp: 'TRANSPARENT' as const } : {}),
    ...(ADDRESS.test(event.organiser.email) ? { organizer: event.organiser } : {}),
    attendees: event.attendees.filter((person) => ADDRESS.test(person.email)).map(attendee),
    alarms: event.alarms.map((minutes) => ({
      action: 'display',
      description: escapeText(event.summary),
      trigger: { before: true, minutes },
    })),
  };
}

/**
 * A whole calendar object, lines ending in CRLF.
 * @throws Error when the package refuses an event: a bug of ours, since texts and addresses are checked before
 */
export function writeCalendar(events: readonly CalendarEvent[], head: CalendarHead): string {
  const { method } = head;
  const { error, value } = createEvents(events.map(attributes), { productId: PRODUCT, ...(method && { method }) });
  if (error || value === null) throw new Error(`calendar not written: ${JSON.stringify(error)}`);
  const text = finish(
    value,
    head,
    events.map(({ link }) => link),
  );
  const recurring = events.flatMap(({ uid, begin, end, recurrence }) =>
    recurrence === undefined ? [] : [{ uid, duration: end - begin, recurrence }],
  );
  return recurring.length === 0 ? text : withRecurrences(text, recurring);
}

/** How often readers should come back (RFC 7986 section 5.7); some poll weekly when nothing says so. */
const REFRESH = 'PT15M';

/** The feed: a pure function of its facts. Send it as `text/calendar; charset=utf-8`. */
export function feed(facts: FeedFacts): string {
  const name = escapeText(facts.name);
  return writeCalendar(facts.events, {
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

/** Parameters whose values are names from a fixed list and stand without quotes (RFC 5545 section 3.2). */
const ENUMERATED = /;(PARTSTAT|ROLE|CUTYPE)="([A-Z-]+)"/g;

/** A text value: backslash, semicolon, comma and newline escaped (RFC 5545 section 3.3.11). */
export function escapeText(text: string): string {
  return text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');
}

/** Folds a content line at 75 octets, never inside a character (RFC 5545 section 3.1). Without its CRLF. */
export function fold(line: string): string {
  if (Buffer.byteLength(line) <= 75) return line;
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}

/** Undoes the package's own folding: lines without CRLF, the last empty one dropped. */
function unfold(text: string): string[] {
  return text
    .replace(/\r\n\t/g, '')
    .replace(/\r\n$/, '')
    .split('\r\n');
}

/** Splits a content line where its value begins: at the first colon outside quotes. */
function splitLine(line: string): { head: string; value: string } {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') quoted = !quoted;
    else if (line[at] === ':' && !quoted) return { head: line.slice(0, at), value: line.slice(at) };
  }
  return { head: line, value: '' };
}

/** What an address may hold and a mailto URI may not: `?cc=…` would name another recipient (RFC 6068 section 2). */
const NOT_IN_MAILTO = /[%^`{|}/?#[\]&;=]/g;

/** The value of an attendee or organiser, with its colon. */
function mailto(value: string): string {
  const address = value.replace(/^:mailto:/i, '');
  return `:mailto:${address.replace(NOT_IN_MAILTO, encodeURIComponent)}`;
}

/** An address as the package writes it into a parameter; it stands in quotes (RFC 5545 section 3.2.18), or Gmail misreads it. */
const SENT_BY = /;SENT-BY="mailto:([^"]*)"/i;

/** One line put right. */
function repair(line: string): string {
  if (/^(ATTENDEE|ORGANIZER)[;:]/.test(line)) {
    const { head, value } = splitLine(line);
    const sender = head.replace(SENT_BY, (_, address: string) => `;SENT-BY="${mailto(address).slice(1)}"`);
    return sender.replace(ENUMERATED, ';$1=$2') + mailto(value);
  }
  return line.replace(/^TRIGGER:-?PT$/, 'TRIGGER:PT0S');
}

/** Where to enter (RFC 7986 section 5.11): programs that know it show a button. */
function conference(link: string): string {
  return `CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO,CHAT:${link}`;
}

/**
 * Finishes a calendar.
 * @param text what the package wrote
 * @param head its properties, content lines unfolded, stand where the package puts its fixed X-PUBLISHED-TTL
 * @param links where one enters, of each event in order
 */
export function finish(text: string, head: CalendarHead, links: readonly string[]): string {
  let event = -1;
  const lines = unfold(text).flatMap((line) => {
    if (line.startsWith('X-PUBLISHED-TTL:')) return head.properties;
    if (line.startsWith('METHOD:') && head.method === undefined) return [];
    if (line === 'BEGIN:VEVENT') event += 1;
    const link = links[event];
    return line.startsWith('LOCATION:') && link !== undefined ? [line, conference(link)] : [repair(line)];
  });
  return `${lines.map(fold).join('\r\n')}\r\n`;
}
