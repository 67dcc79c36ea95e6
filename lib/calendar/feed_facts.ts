/** What a user's feed says, as plain values and as a fingerprint: cheap to gather and to compare, without the package that writes it. */
import type { Attendee, Meeting } from '../meetings/meeting.ts';
import { RANK } from '../meetings/people.ts';
import type { Settings } from '../settings.ts';
import type { Texts } from '../text/catalogue.ts';
import { oneLine } from '../text/plain_text.ts';
import { answered, type CalendarEvent, describeEvent, type EventSettings, type Owner } from './event.ts';

/** Raise it whenever the same facts are written differently: polled copies are renewed by it. */
export const FEED_FORMAT = 3;

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
  Pick<Settings, 'JMB_ICAL_NAME' | 'JMB_ICAL_DESC' | 'JMB_ICAL_TZID' | 'JMB_ICAL_DECLINED' | 'JMB_MAIL_REMINDER'>;

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

/**
 * A meeting as one of its people keeps it in a calendar: declined, it takes no time and reminds of nothing. An answer that it shows, or
 * goes by, makes it a newer one.
 * @param now Unix seconds
 */
export function keptEvent(
  { meeting, attendee, owner, attendees }: FeedEntry,
  settings: EventSettings & Pick<Settings, 'JMB_MAIL_REMINDER'>,
  texts: Texts,
  now: number,
): CalendarEvent {
  const others = attendee.role === 'owner' ? attendees.filter(({ role }) => role !== 'owner') : [];
  const declined = attendee.answer === 'declined';
  const described = describeEvent(meeting, attendee, owner, settings, texts);
  return {
    ...described,
    free: declined,
    modified: Math.max(described.modified, ...[attendee, ...others].map(({ answeredAt = 0 }) => answeredAt)),
    attendees: others.map(answered),
    alarms: declined ? [] : alarmsToCome(meeting.begin, settings.JMB_MAIL_REMINDER, now),
  };
}

/**
 * Gathers a feed's facts: events whose end is to come, by begin.
 * @param texts the catalogue in the feed's language
 * @param now Unix seconds
 */
export function feedFacts(entries: readonly FeedEntry[], settings: FeedSettings, texts: Texts, now: number): FeedFacts {
  const hidden = settings.JMB_ICAL_DECLINED === 'hidden';
  const events = highestRoles(entries.filter((entry) => entry.meeting.end > now))
    .filter(({ attendee }) => !hidden || attendee.answer !== 'declined')
    .map((entry) => keptEvent(entry, settings, texts, now));
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

/** The text's bytes as 32-bit words, the last filled up with zeros: four bytes a step, since a new process runs each step slowly. */
function wordsOf(text: string): Int32Array {
  const length = Buffer.byteLength(text);
  const words = new Int32Array((length + 3) >> 2);
  Buffer.from(words.buffer).write(text);
  return words;
}

/** Mixes every bit of a lane into every other (the end of MurmurHash3). */
function mixed(lane: number): number {
  let bits = lane;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/**
 * A fingerprint of 128 bits as 28 letters and digits: four lanes that multiply by different odd constants. It tells versions apart and
 * keeps no secret. Polling programs make up most requests, and loading node:crypto or rendering the feed to compare it would cost each
 * of them more than all the rest.
 */
export function fingerprint(text: string): string {
  const words = wordsOf(text);
  let a = text.length ^ 0x9e3779b1;
  let b = 0x85ebca77;
  let c = 0x27d4eb2f;
  let d = 0x165667b1;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? 0;
    a = Math.imul(a ^ word, 0xc2b2ae3d);
    b = Math.imul(b ^ word, 0x27d4eb2f);
    c = Math.imul(c ^ word, 0x165667b1);
    d = Math.imul(d ^ word, 0x9e3779b1);
    a = (a << 13) | (a >>> 19);
    b = (b << 17) | (b >>> 15);
    c = (c << 11) | (c >>> 21);
    d = (d << 7) | (d >>> 25);
  }
  const lanes = [a ^ c, b ^ Math.imul(a, 0x85ebca6b), c ^ Math.imul(b, 0xc2b2ae35), d ^ Math.imul(c, 0x27d4eb2f)];
  return lanes.map((lane) => mixed(lane).toString(36).padStart(7, '0')).join('');
}
