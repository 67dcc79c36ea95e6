/** Meetings and feeds for the tests of calendars and mails, as awkward as real ones. */

import { type FeedEntry, type FeedFacts, type FeedSettings, feedFacts } from '../../lib/calendar/feed_facts.ts';
import type { Attendee, Meeting } from '../../lib/meetings/meeting.ts';
import { texts as textsIn } from '../../lib/text/catalogue.ts';

/** 3 December 2026, 14:00 in Paris. */
export const BEGIN = 1_796_302_800;

/** A week before. */
export const NOW = BEGIN - 7 * 86_400;

export const meeting: Meeting = {
  id: '1763910000123456789',
  room: 'abcdefghijklmnop',
  subject: 'Soutenance d’Élodie ; jury "restreint", salle A\\B 🎓',
  begin: BEGIN,
  end: BEGIN + 5400,
  duration: 5400,
  created: NOW - 86_400,
  modified: NOW - 3600,
  sequence: 2,
  version: 3,
};

export const owner: Attendee = {
  hash: 'ownerhash0000001',
  role: 'owner',
  email: 'alice.martin@example.org',
  connections: 0,
  answer: 'none',
};
export const moderator: Attendee = {
  hash: 'moderator0000001',
  role: 'moderator',
  email: 'dana@outside.example',
  connections: 0,
  answer: 'accepted',
};
export const guest: Attendee = {
  hash: 'guesthash0000001',
  role: 'guest',
  email: "o'neil+réunion@example.net".normalize().replace('é', 'e'),
  connections: 3,
  answer: 'declined',
};
export const attendees = [owner, moderator, guest];

export const settings: FeedSettings = {
  JMB_URL: 'https://meet.example.org/',
  JMB_SERVER_NAME: 'meet.example.org',
  JMB_ICAL_NAME: 'Visio, "Example" ; réunions',
  JMB_ICAL_DESC: 'Les réunions à distance de l’université',
  JMB_ICAL_TZID: 'Europe/Paris',
  JMB_ICAL_DECLINED: 'transparent',
  JMB_MAIL_REMINDER: [10080, 1440, 60, 10],
};

/** The texts that samples are written with. */
export const texts = textsIn('en');

/** The meeting in someone's feed. */
export function entry(attendee: Attendee, changes: Partial<Meeting> = {}): FeedEntry {
  return {
    meeting: { ...meeting, ...changes },
    attendee,
    owner: { email: owner.email, name: 'Alice "Al" Martin' },
    attendees,
  };
}

/** A feed of entries. */
export function factsOf(entries: readonly FeedEntry[], now = NOW): FeedFacts {
  return feedFacts(entries, settings, texts, now);
}
