/**
 * Reads the answers in a calendar part (iTIP, RFC 5546 sections 3.2.3 and 3.2.7). Only the lines that say something to JMB reach the
 * reader of properties, so that no rule, alarm or garbage of somebody else's matters.
 */
import type ICAL from 'ical.js';
import type { CalendarReply, Named } from '../meetings/reply.ts';
import { changeOf, type ForeignZone, unixAt, unixInForeign, unixInZone } from './foreign_time.ts';

/** How many events of a part are read, and how many attendees of each. */
const MOST_EVENTS = 20;
const MOST_ATTENDEES = 100;

/** Longer lines are passed over: the time that reading a line takes goes by the square of its length. */
const LONGEST_LINE = 8_192;

/** How deep parts may lie in each other; an event with an alarm is three. */
const DEEPEST = 8;

/** How long a comment may be, in characters. */
const LONGEST_COMMENT = 300;

const READ = /^(UID|SEQUENCE|DTSTART|DTEND|DTSTAMP|RECURRENCE-ID|ATTENDEE|COMMENT)[;:]/i;

/** The answers in a part; none where it holds something else. */
export async function readReplies(text: string): Promise<CalendarReply[]> {
  const { default: reader } = await import('ical.js');
  const { method, events, zones } = sorted(text);
  if (method !== 'REPLY' && method !== 'COUNTER') return [];
  return events.flatMap((lines) => {
    const properties = lines.flatMap((line) => propertyOf(reader, line));
    const reply = replyOf(method, properties, zones);
    return reply === null ? [] : [reply];
  });
}

/** What an answer is read from. */
interface Sorted {
  readonly method: string | undefined;
  readonly events: readonly (readonly string[])[];
  readonly zones: ReadonlyMap<string, ForeignZone>;
}

function sorted(text: string): Sorted {
  const calendars = partsIn(text).filter(({ name }) => name === 'VCALENDAR');
  const inside = (kind: string): Part[] => calendars.flatMap(({ parts }) => parts.filter(({ name }) => name === kind));
  const methods = calendars.flatMap(({ lines }) => valuesOf(/^METHOD:\s*(\w+)/i, lines));
  const zones = inside('VTIMEZONE').flatMap(({ lines, parts }) => {
    const changes = parts.map((part) => changeOf(part.lines)).filter((change) => change !== null);
    // One that is known in part would be wrong for part of the year.
    const names = changes.length === parts.length ? valuesOf(/^TZID[^:]*:(.*)/i, lines) : [];
    return names.map((name) => [name.trim(), changes] as const);
  });
  const events = inside('VEVENT').slice(0, MOST_EVENTS);
  return {
    method: methods.at(-1)?.toUpperCase(),
    events: events.map(({ lines }) => lines.filter((line) => READ.test(line))),
    zones: new Map(zones),
  };
}

function valuesOf(pattern: RegExp, lines: readonly string[]): string[] {
  return lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
}

/** A part of a calendar: what stands between BEGIN and END. */
interface Part {
  /** In capitals. */
  readonly name: string;
  /** Unfolded. */
  readonly lines: string[];
  readonly parts: Part[];
}

/** The parts of a text, up to where they lie too deep. */
function partsIn(text: string): readonly Part[] {
  const lines = text
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]/g, '')
    .split('\n');
  const whole: Part = { name: '', lines: [], parts: [] };
  const within: Part[] = [];
  for (const line of lines) {
    const here = within.at(-1) ?? whole;
    const edge = /^(?:(BEGIN)|END):\s*([\w-]+)\s*$/i.exec(line);
    const name = String(edge?.[2]).toUpperCase();
    if (edge === null) {
      if (line.length <= LONGEST_LINE) here.lines.push(line);
    } else if (edge[1] !== undefined) {
      if (within.length === DEEPEST) break;
      const part: Part = { name, lines: [], parts: [] };
      here.parts.push(part);
      within.push(part);
    } else {
      const begun = within.findLastIndex((part) => part.name === name);
      if (begun >= 0) within.length = begun;
    }
  }
  return whole.parts;
}

function propertyOf(reader: typeof ICAL, line: string): ICAL.Property[] {
  try {
    const property = reader.Property.fromString(line);
    // A time is read when it is first asked for, and one that is none throws only then.
    String(property.getFirstValue());
    return [property];
  } catch {
    return [];
  }
}

const ANSWERS: Readonly<Record<string, Named['answer']>> = {
  ACCEPTED: 'accepted',
  DECLINED: 'declined',
  TENTATIVE: 'tentative',
};

function replyOf(
  method: CalendarReply['method'],
  properties: readonly ICAL.Property[],
  zones: ReadonlyMap<string, ForeignZone>,
): CalendarReply | null {
  const first = (name: string): ICAL.Property | undefined => properties.find((one) => one.name === name);
  const time = (name: string): number | null => {
    const property = first(name);
    return property === undefined ? null : instantOf(property, zones);
  };
  const attendees = properties.filter(({ name }) => name === 'attendee').slice(0, MOST_ATTENDEES);
  const uid = textOf(first('uid'));
  if (uid === '' || attendees.length === 0) return null;
  const sequence = /^\d{1,9}$/.exec(textOf(first('sequence')))?.[0];
  const said = properties.filter(({ name }) => name === 'comment').map(textOf);
  const beside = attendees.map((one) => parameter(one, 'x-response-comment'));
  return {
    method,
    uid,
    sequence: sequence === undefined ? null : Number(sequence),
    begin: time('dtstart'),
    end: time('dtend'),
    occurrence: first('recurrence-id') === undefined ? undefined : time('recurrence-id'),
    stamp: time('dtstamp'),
    named: attendees.map((one) => ({
      email: addressOf(textOf(one)),
      answer: ANSWERS[parameter(one, 'partstat').toUpperCase()] ?? null,
    })),
    comment: [...([...said, ...beside].map((one) => one.trim()).find((one) => one !== '') ?? '')]
      .slice(0, LONGEST_COMMENT)
      .join(''),
  };
}

function textOf(property: ICAL.Property | undefined): string {
  return String(property?.getFirstValue() ?? '').trim();
}

/** The address of a mailto URI, in small letters (RFC 6068 section 2). */
function addressOf(uri: string): string {
  const address = uri.replace(/^mailto:/i, '').trim();
  try {
    return decodeURIComponent(address).toLowerCase();
  } catch {
    return address.toLowerCase();
  }
}

function parameter(property: ICAL.Property, name: string): string {
  const value: unknown = property.getParameter(name);
  return String((Array.isArray(value) ? value[0] : value) ?? '');
}

/** The instant of a time, or null where it is a day, or its zone is unknown. */
function instantOf(property: ICAL.Property, zones: ReadonlyMap<string, ForeignZone>): number | null {
  const value: unknown = property.getFirstValue();
  const [, year, month, day, hour, minute, second, utc] =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(Z?)$/.exec(String(value)) ?? [];
  if (year === undefined) return null;
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
    ...[number, number, number, number, number, number],
  ];
  const time = { year: y, month: mo, day: d, hour: h, minute: mi, second: s };
  if (utc === 'Z') return unixAt(time);
  const zone = parameter(property, 'tzid');
  const foreign = zones.get(zone);
  return unixInZone(time, zone) ?? (foreign && unixInForeign(time, foreign)) ?? null;
}
