/**
 * Series in calendars (RFC 5545): one event with a rule, the dates that are left out, and the zone in which it keeps its time; what
 * Outlook, Gmail and Nextcloud can all take. ical.js adds it to an event that `ics` wrote, which knows neither zones nor exceptions.
 */
import ICAL from 'ical.js';
import type { Rhythm } from '../meetings/series.ts';
import { type Observance, zoneRules } from './zone_rules.ts';

/** What an event that repeats says beyond others. Dates are `YYYY-MM-DDTHH:MM` by the clock of its zone. */
export interface Recurrence extends Rhythm {
  /** IANA name. */
  readonly zone: string;
  readonly first: string;
  /** The rule's last date. */
  readonly last: string;
  /** How many dates the rule makes; null where it ends with the last date, whatever their number. */
  readonly times: number | null;
  /** The last date in Unix seconds. */
  readonly until: number;
  readonly excluded: readonly string[];
}

/** Loads what writing a series takes: call it before the transaction that its mails are written in, which others wait for. */
export function prepareSeries(): void {
  new ICAL.Component('vcalendar');
}

/** An event's UID and what it repeats by. */
export type Recurring = { readonly uid: string; readonly duration: number; readonly recurrence: Recurrence };

/**
 * Gives events of a calendar what they repeat by, and the calendar the zones for that. All else stays to the letter.
 * @param text as `ics` wrote it, finished
 */
export function withRecurrences(text: string, recurring: readonly Recurring[]): string {
  const zones = new Map<string, string[]>();
  for (const { recurrence } of recurring) {
    const { zone, first, last } = recurrence;
    zones.set(zone, [...(zones.get(zone) ?? []), first, last]);
  }
  const written = [...zones].map(([zone, dates]) => `${timezone(zone, dates).toString()}\r\n`).join('');
  const [head = '', ...events] = text.split(/^(?=BEGIN:VEVENT\r$)/m);
  const rules = new Map(recurring.map((one) => [one.uid, one]));
  const repeated = events.map((event) => {
    const own = rules.get(/^UID:(.*)\r$/m.exec(event.replace(/\r\n[ \t]/g, ''))?.[1] ?? '');
    return own === undefined ? event : event.replace(TIMES, `${linesOf(own).join('\r\n')}\r\n`);
  });
  return head + written + repeated.join('');
}

/** The two lines of an event in which `ics` says when it is. */
const TIMES = /^DTSTART:\w+\r\nDTEND:\w+\r\n/m;

/** The lines in their place. */
function linesOf({ duration, recurrence }: Recurring): string[] {
  const { zone, first, excluded } = recurrence;
  const begin = wall(first);
  const end = begin.clone();
  end.addDuration(ICAL.Duration.fromSeconds(duration));
  const rule = new ICAL.Property('rrule');
  rule.setValue(ruleOf(recurrence));
  const properties = [
    inZone('dtstart', begin, zone),
    inZone('dtend', end, zone),
    rule,
    ...excluded.map((date) => inZone('exdate', wall(date), zone)),
  ];
  return properties.map((property) => property.toICALString());
}

function inZone(name: string, time: ICAL.Time, zone: string): ICAL.Property {
  const property = new ICAL.Property(name);
  property.setValue(time);
  property.setParameter('tzid', zone);
  return property;
}

/** A time by the clock on the wall. */
function wall(local: string): ICAL.Time {
  return ICAL.Time.fromDateTimeString(`${local}:00`);
}

const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** The rule in the words that Outlook knows: weekdays as five days of a week, a month's day by its number. */
function ruleOf({ repeat, every, first, times, until }: Recurrence): ICAL.Recur {
  const begin = wall(first);
  const end = times === null ? { until: ICAL.Time.fromJSDate(new Date(until * 1000), true) } : { count: times };
  const shared = { interval: every, ...end };
  switch (repeat) {
    case 'daily':
      return ICAL.Recur.fromData({ freq: 'DAILY', ...shared });
    case 'weekdays':
      return ICAL.Recur.fromData({ freq: 'WEEKLY', ...shared, byday: DAYS.slice(1, 6), wkst: ICAL.Time.MONDAY });
    case 'weekly':
      return ICAL.Recur.fromData({ freq: 'WEEKLY', ...shared, byday: [DAYS[begin.dayOfWeek() - 1] ?? ''] });
    case 'monthly':
      return ICAL.Recur.fromData({ freq: 'MONTHLY', ...shared, bymonthday: [begin.day] });
  }
}

/** A zone for the years of these dates. */
function timezone(zone: string, dates: readonly string[]): ICAL.Component {
  const years = dates.map((date) => Number(date.slice(0, 4)));
  const component = new ICAL.Component('vtimezone');
  component.addPropertyWithValue('tzid', zone);
  for (const observance of zoneRules(zone, Math.min(...years), Math.max(...years))) {
    component.addSubcomponent(written(observance));
  }
  return component;
}

function written({ kind, begin, from, to, yearly }: Observance): ICAL.Component {
  const component = new ICAL.Component(kind);
  component.addPropertyWithValue('dtstart', wall(begin));
  component.addPropertyWithValue('tzoffsetfrom', ICAL.UtcOffset.fromSeconds(from * 60));
  component.addPropertyWithValue('tzoffsetto', ICAL.UtcOffset.fromSeconds(to * 60));
  if (yearly !== null) {
    const byday = [`${yearly.nth}${DAYS[yearly.weekday] ?? ''}`];
    component.addPropertyWithValue('rrule', ICAL.Recur.fromData({ freq: 'YEARLY', bymonth: [yearly.month], byday }));
  }
  return component;
}
