/** Events as iCalendar text (RFC 5545): the `ics` package, then our finishing step. Loading it takes some 20 ms: import it late. */

import { createEvents, type EventAttributes, type Attendee as IcsAttendee } from 'ics';
import type { CalendarAttendee, CalendarEvent } from './event.ts';
import { escapeText, finish } from './finish.ts';

/** What stands above the events. */
export interface CalendarHead {
  readonly method: 'PUBLISH' | 'REQUEST' | 'CANCEL';
  /** The calendar's own properties, unfolded content lines. */
  readonly properties: readonly string[];
}

/** Who wrote the file (RFC 5545 section 3.7.3). */
const PRODUCT = '-//Jitsi Meet Booking//JMB//EN';

const PARTSTAT = { none: 'NEEDS-ACTION', accepted: 'ACCEPTED', declined: 'DECLINED' } as const;

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
  const { error, value } = createEvents(events.map(attributes), { productId: PRODUCT, method: head.method });
  if (error || value === null) throw new Error(`calendar not written: ${JSON.stringify(error)}`);
  return finish(value, head.properties);
}
