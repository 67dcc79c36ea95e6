/** Two calendar readers that are not ours, and what each understood of a calendar. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import ICAL from 'ical.js';

/** Someone, as a reader saw them. */
export interface ReadPerson {
  readonly email: string;
  readonly name: string | null;
  readonly partstat: string | null;
  readonly role: string | null;
  readonly rsvp: string | null;
  /** Who acts in their place, as a URI; left out where nobody does. */
  readonly sentBy?: string;
}

/** An event, as a reader saw it; times in Unix seconds. */
export interface ReadEvent {
  readonly uid: string | null;
  readonly sequence: number;
  readonly status: string | null;
  readonly begin: number | null;
  readonly end: number | null;
  readonly stamp: number | null;
  readonly created: number | null;
  readonly modified: number | null;
  readonly summary: string | null;
  readonly description: string | null;
  readonly location: string | null;
  readonly url: string | null;
  readonly conference: string | null;
  readonly transp: string | null;
  readonly organiser: readonly ReadPerson[];
  readonly attendees: readonly ReadPerson[];
  readonly alarms: readonly {
    readonly action: string | null;
    readonly seconds: number;
    readonly text: string | null;
  }[];
  /** What the reader complained of. */
  readonly errors: readonly unknown[];
}

/** A calendar, as a reader saw it. */
export interface ReadCalendar {
  readonly version: string | null;
  readonly product: string | null;
  readonly method: string | null;
  readonly name: string | null;
  readonly description: string | null;
  readonly zone: string | null;
  readonly refresh: string | null;
  readonly events: readonly ReadEvent[];
}

/** Reads with Debian's python3-icalendar. */
export function readWithPython(text: string): ReadCalendar {
  const script = fileURLToPath(new URL('./read_calendar.py', import.meta.url));
  const run = spawnSync('/usr/bin/python3', [script], { input: text, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`python3-icalendar: ${run.stderr}`);
  return JSON.parse(run.stdout) as ReadCalendar;
}

/** Reads with ical.js, which Thunderbird's calendar is built on; its strict parser. */
export function readWithIcalJs(text: string): ReadCalendar {
  const calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
  return {
    version: value(calendar, 'version'),
    product: value(calendar, 'prodid'),
    method: value(calendar, 'method'),
    name: ownText(calendar, 'x-wr-calname'),
    description: ownText(calendar, 'x-wr-caldesc'),
    zone: ownText(calendar, 'x-wr-timezone'),
    refresh: value(calendar, 'refresh-interval'),
    events: calendar.getAllSubcomponents('vevent').map(readEvent),
  };
}

function value(component: ICAL.Component, name: string): string | null {
  const found = component.getFirstPropertyValue(name);
  return found === null || found === undefined ? null : String(found);
}

/** A property of nobody's standard: ical.js knows no type for it and leaves the escaping to whoever does. */
function ownText(component: ICAL.Component, name: string): string | null {
  return value(component, name)?.replace(/\\([\\;,])/g, '$1') ?? null;
}

function moment(component: ICAL.Component, name: string): number | null {
  const found = component.getFirstPropertyValue(name);
  if (!(found instanceof ICAL.Time)) return null;
  if (found.zone !== ICAL.Timezone.utcTimezone) throw new Error(`${name} without a zone`);
  return found.toUnixTime();
}

function persons(component: ICAL.Component, name: string): ReadPerson[] {
  return component.getAllProperties(name).map((property) => {
    const parameter = (key: string) => (property.getParameter(key) as string | undefined) ?? null;
    const sentBy = parameter('sent-by');
    return {
      ...(sentBy === null ? {} : { sentBy }),
      email: String(property.getFirstValue()).replace(/^mailto:/, ''),
      name: parameter('cn'),
      partstat: parameter('partstat'),
      role: parameter('role'),
      rsvp: parameter('rsvp'),
    };
  });
}

function readEvent(component: ICAL.Component): ReadEvent {
  const alarms = component.getAllSubcomponents('valarm').map((alarm) => {
    const trigger = alarm.getFirstPropertyValue('trigger');
    if (!(trigger instanceof ICAL.Duration)) throw new Error('an alarm whose trigger is no duration');
    return { action: value(alarm, 'action'), seconds: trigger.toSeconds(), text: value(alarm, 'description') };
  });
  return {
    uid: value(component, 'uid'),
    sequence: Number(value(component, 'sequence')),
    status: value(component, 'status'),
    begin: moment(component, 'dtstart'),
    end: moment(component, 'dtend'),
    stamp: moment(component, 'dtstamp'),
    created: moment(component, 'created'),
    modified: moment(component, 'last-modified'),
    summary: value(component, 'summary'),
    description: value(component, 'description'),
    location: value(component, 'location'),
    url: value(component, 'url'),
    conference: value(component, 'conference'),
    transp: value(component, 'transp'),
    organiser: persons(component, 'organizer'),
    attendees: persons(component, 'attendee'),
    alarms,
    errors: [],
  };
}
