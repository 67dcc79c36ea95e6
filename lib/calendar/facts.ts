/** What a user's feed says, as plain values: cheap to gather and to compare, without the package that writes it. */

import type { Attendee, Meeting } from '../meetings/meeting.ts';
import { RANK } from '../meetings/seats.ts';
import type { Settings } from '../settings.ts';
import type { Texts } from '../text/catalogue.ts';
import { oneLine } from '../text/one_line.ts';
import { answered, type CalendarEvent, describeEvent, type EventSettings, type Owner } from './event.ts';
import { fingerprint } from './fingerprint.ts';

/** Raise it whenever the same facts are written differently: polled copies are renewed by it. */
export const FEED_FORMAT = 2;

/** A meeting in a user's feed. */
export interface FeedEntry {
  readonly meeting: Meeting;
  /** The user, as they are in this meeting. */
  readonly attendee: Attendee;
  readonly owner: Owner;
  /** Everyone in the meeting; read for the owner's own feed only, so it may be empty otherwise. */
  readonly attendees: readonly Attendee[];
}

/** All that a feed is written from: two feeds of equal facts are equal to the byte. */
export interface FeedFacts {
  readonly name: string;
  readonly description: string;
  /** IANA name of the zone that a reader may show times in. */
  readonly zone: string;
  readonly events: readonly CalendarEvent[];
}

/** The settings that a feed depends on. */
export type FeedSettings = EventSettings &
  Pick<Settings, 'JMB_ICAL_NAME' | 'JMB_ICAL_DESC' | 'JMB_ICAL_TZID' | 'JMB_MAIL_REMINDER'>;

/** The reminders whose time is still to come, in minutes before the begin, earliest first; some readers reject alarms in the past. */
export function alarmsToCome(begin: number, minutes: readonly number[], now: number): number[] {
  const ahead = minutes.filter((before) => before >= 0 && begin - before * 60 > now);
  return [...new Set(ahead)].sort((a, b) => b - a);
}

/** One entry per meeting, the one of the highest role: a person may be in a meeting under several addresses. */
function highestRoles(entries: readonly FeedEntry[]): FeedEntry[] {
  const best = new Map<string, FeedEntry>();
  for (const entry of entries) {
    const known = best.get(entry.meeting.id);
    if (!known || RANK[entry.attendee.role] > RANK[known.attendee.role]) best.set(entry.meeting.id, entry);
  }
  return [...best.values()];
}

function eventOf(entry: FeedEntry, settings: FeedSettings, texts: Texts, now: number): CalendarEvent {
  const { meeting, attendee } = entry;
  const others = entry.attendees.filter((one) => one.role !== 'owner');
  return {
    ...describeEvent(meeting, attendee, entry.owner, settings, texts),
    attendees: attendee.role === 'owner' ? others.map(answered) : [],
    alarms: alarmsToCome(meeting.begin, settings.JMB_MAIL_REMINDER, now),
  };
}

/**
 * Gathers a feed's facts: events whose end is to come, by begin.
 * @param texts the catalogue in the feed's language
 * @param now Unix seconds
 */
export function feedFacts(entries: readonly FeedEntry[], settings: FeedSettings, texts: Texts, now: number): FeedFacts {
  const events = highestRoles(entries.filter((entry) => entry.meeting.end > now)).map((entry) =>
    eventOf(entry, settings, texts, now),
  );
  events.sort((a, b) => a.begin - b.begin || (a.uid < b.uid ? -1 : 1));
  return {
    name: oneLine(settings.JMB_ICAL_NAME),
    description: oneLine(settings.JMB_ICAL_DESC),
    zone: oneLine(settings.JMB_ICAL_TZID),
    events,
  };
}

/** Changes exactly when the feed's text does: a strong ETag (RFC 9110 section 8.8.3) without its quotes, and the key of the kept text. */
export function feedFingerprint(facts: FeedFacts): string {
  return fingerprint(JSON.stringify([FEED_FORMAT, facts]));
}
