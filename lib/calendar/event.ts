/** One description of an event, from which the feed and the mailed invitation are both written, and the links that stand in it. */
import { detailsInCalendar } from '../meetings/details.ts';
import type { Answer, Attendee, Meeting, Role } from '../meetings/meeting.ts';
import { excludedFor } from '../meetings/series.ts';
import type { Settings } from '../settings.ts';
import type { Texts } from '../text/catalogue.ts';
import { oneLine } from '../text/plain_text.ts';
import type { Recurrence } from './recurrence.ts';

/** Someone in a calendar: an address, and the name to show (CN, RFC 5545 section 3.2.2). */
export interface Person {
  readonly email: string;
  readonly name: string;
}

/** Whose event it is. */
export interface Organiser extends Person {
  /** The address of who acts in their place (SENT-BY, RFC 5545 section 3.2.18). */
  readonly sentBy?: string;
}

/** Someone invited, as a calendar shows them. */
export interface CalendarAttendee extends Person {
  readonly role: Role;
  readonly answer: Answer;
  /** True where the calendar should ask for an answer (RSVP, RFC 5545 section 3.2.17). */
  readonly asked: boolean;
}

/** An event as a calendar shows it: texts on one line, times in Unix seconds, nothing that is not written out. */
export interface CalendarEvent {
  /** The same in the feed and in every mail about the meeting (RFC 5545 section 3.8.4.7). */
  readonly uid: string;
  readonly sequence: number;
  readonly cancelled: boolean;
  /** The reader's time is not taken by it (TRANSP, RFC 5545 section 3.8.2.7). */
  readonly free: boolean;
  readonly begin: number;
  readonly end: number;
  readonly created: number;
  readonly modified: number;
  readonly summary: string;
  readonly description: string;
  /** Where the reader of this calendar enters. */
  readonly link: string;
  readonly organiser: Organiser;
  readonly attendees: readonly CalendarAttendee[];
  /** Minutes before the begin. */
  readonly alarms: readonly number[];
  /** Of a series: then begin and end are those of its first date. */
  readonly recurrence?: Recurrence;
}

/**
 * A name for a CN. RFC 5545 has no way to write a double quote in a parameter, and not every reader knows the carets of
 * RFC 6868, so quotes become apostrophes and carets go.
 */
export function nameForCalendar(name: string): string {
  return oneLine(name.replace(/"/g, "'").replace(/\^/g, ''));
}

/** The UID of a meeting: its id at the server's name. */
export function eventUid(meeting: Pick<Meeting, 'id'>, serverName: string): string {
  return `${meeting.id}@${serverName}`;
}

/** Someone in a calendar: without a CN it shows nobody, so the address stands in for an unknown name. */
export function called(email: string, name: string | undefined): Person {
  return { email, name: nameForCalendar(name ?? '') || nameForCalendar(email) };
}

/** An attendee with the answer given so far, for the owner's feed. */
export function answered(attendee: Attendee): CalendarAttendee {
  const { role, answer } = attendee;
  const { email, name } = called(attendee.email, attendee.name);
  // Without a spread: what is added to one, V8 adds property by property, which took a sixth of a feed.
  return { email, name, role, answer, asked: false };
}

/**
 * An attendee who is being invited: an answer set beforehand would be ignored or, worse, believed. The owner has nothing to answer,
 * nor has who wanted it so.
 * @param isRead whether an answer by mail would be read
 */
export function invited({ email, name, role }: Attendee, isRead: boolean, suits = false): CalendarAttendee {
  const comes = role === 'owner' || suits;
  return { ...called(email, name), role, answer: comes ? 'accepted' : 'none', asked: isRead && !comes };
}

/** The owner of a meeting: the address, and the name where it is known. */
export interface Owner {
  readonly email: string;
  readonly name?: string | undefined;
  /** Who booked or changed the meeting in their place. */
  readonly by?: Owner | undefined;
}

/** The settings that an event depends on. */
export type EventSettings = Pick<Settings, 'JMB_URL' | 'JMB_SERVER_NAME'>;

/** A meeting as one of its people has it in a calendar, without attendees and alarms, which feed and invitation choose. */
export function describeEvent(
  meeting: Meeting,
  reader: Attendee,
  owner: Owner,
  settings: EventSettings,
  texts: Texts,
): CalendarEvent {
  const link = meetingLink(settings.JMB_URL, meeting, reader);
  const host = called(owner.email, owner.name);
  return {
    uid: eventUid(meeting, settings.JMB_SERVER_NAME),
    sequence: meeting.sequence,
    cancelled: false,
    free: false,
    begin: meeting.begin,
    end: meeting.end,
    created: meeting.created,
    modified: meeting.modified,
    summary: oneLine(meeting.subject) || texts('calendar.no_subject'),
    description: [
      texts('calendar.description', { organiser: host.name, link }),
      ...detailsInCalendar(meeting, texts),
    ].join('\n\n'),
    link,
    organiser: { ...host, ...(owner.by && { sentBy: owner.by.email }) },
    attendees: [],
    alarms: [],
    ...repeating(meeting, reader),
  };
}

/**
 * What an event of a series says of its dates; nothing of a meeting that is held once.
 * @param from the first date, by its number; the rule goes on from any of its dates
 */
export function repeating(
  { series, duration, modified }: Meeting,
  { email }: Pick<Attendee, 'email'>,
  from = 0,
): Pick<CalendarEvent, 'begin' | 'end' | 'recurrence'> | undefined {
  if (series === undefined) return undefined;
  const turns = series.turns.slice(from);
  const [first] = turns;
  if (first === undefined) return undefined;
  const last = turns.at(-1) ?? first;
  const { repeat, every, zone, ends } = series;
  const excluded = excludedFor(turns, email, modified).map(({ local }) => local);
  const times = ends === 'times' ? turns.length : null;
  return {
    begin: first.begin,
    end: first.begin + duration,
    recurrence: { repeat, every, zone, first: first.local, last: last.local, times, until: last.begin, excluded },
  };
}

/** A base without its last slash, so that a setting written either way gives the same links. */
function root(base: string): string {
  return base.replace(/\/+$/, '');
}

/**
 * Where this person enters the meeting: the owner by token.cgi, which asks to sign in, everyone else by the secret link; a series has no
 * room of its own, and everybody's link leads to the one that is open.
 * @param base JMB_URL
 */
export function meetingLink(
  base: string,
  meeting: Pick<Meeting, 'room' | 'series'>,
  attendee: Pick<Attendee, 'role' | 'hash'>,
): string {
  if (attendee.role === 'owner' && meeting.series === undefined)
    return `${root(base)}/token.cgi?room=${encodeURIComponent(meeting.room)}`;
  return `${root(base)}/join.cgi?id=${encodeURIComponent(attendee.hash)}`;
}

/** Where this person answers: a page that asks, since mail scanners follow links. */
export function answerLink(base: string, hash: string, answer: 'accept' | 'decline'): string {
  return `${root(base)}/join.cgi?${answer}&id=${encodeURIComponent(hash)}`;
}

/** The list of one's own meetings, for people with an account. */
export function bookingLink(base: string): string {
  return `${root(base)}/booking.cgi`;
}

/** A user's calendar feed. `?HASH`, as the original has it, would become an argument of a program (RFC 3875 section 4.4). */
export function feedLink(base: string, hash: string): string {
  return `${root(base)}/ical.cgi?id=${encodeURIComponent(hash)}`;
}

/** The same for calendar programs, which subscribe to what they open: by TLS where it is fetched so. */
export function subscriptionLink(base: string, hash: string): string {
  return feedLink(base, hash).replace(/^http/, 'webcal');
}
