/**
 * What calendar programs fetch: a user's feed with its series (ical.cgi?id=HASH, and ?HASH in old addresses), and one meeting as an
 * event (join.cgi?event). They ask all day, so what has not changed costs little.
 */
import { type FeedEntry, feedFacts, feedFingerprint, keptEvent } from '../calendar/feed_facts.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import { dayOf } from '../meetings/keeping.ts';
import type { Answer, Attendee, Invitation, MeetingId } from '../meetings/meeting.ts';
import { highest } from '../meetings/people.ts';
import { saysTheSame } from '../meetings/series.ts';
import { type Header, type Request, type Response, requestHeader } from '../message.ts';
import { ownersOf } from '../store/assistants.ts';
import { cachedFeed, type FeedOwner, keepFeed, noteSeen } from '../store/feeds.ts';
import { ownerOf } from '../store/invitations.ts';
import { attendeesOfEach, invitationsOf } from '../store/meetings.ts';
import { placesOf, seriesById, type WholeSeries } from '../store/series.ts';
import { texts } from '../text/catalogue.ts';

/** Answers with the feed, or with 304 when the reader has it as it is. */
export async function feedRead(
  request: Request,
  context: Context,
  { feed: asked }: Pick<Granted, 'feed'>,
): Promise<Response> {
  const { store, settings, clock } = context;
  const now = clock.now();
  if (asked.seen < dayOf(now)) noteSeen(store, asked.uid, now);
  const addresses = await addressesOf(context, asked);
  const entries = withSeries(context, entriesOf(context, addresses, now), addresses);
  const facts = feedFacts(entries, settings, texts(settings.JMB_LANG), now);
  const fingerprint = feedFingerprint(facts);
  const etag = `"${fingerprint}"`;
  const headers: Header[] = [
    ['Content-Type', 'text/calendar; charset=utf-8'],
    ['Cache-Control', 'private, no-cache'],
    ['ETag', etag],
    ['X-Content-Type-Options', 'nosniff'],
  ];
  const known = requestHeader(request, 'If-None-Match');
  if (matches(known, etag)) return { status: 304, headers, body: '' };
  const kept = cachedFeed(store, asked.hash);
  const isKept = kept?.fingerprint === fingerprint;
  const at = isKept ? kept.at : Math.max(now, (kept?.at ?? 0) + 1);
  headers.push(['Last-Modified', new Date(Math.min(at, now) * 1000).toUTCString()]);
  if (isKept && known === undefined && isSince(requestHeader(request, 'If-Modified-Since'), at)) {
    return { status: 304, headers, body: '' };
  }
  if (isKept) return { status: 200, headers, body: kept.body };
  const { feed } = await import('../calendar/icalendar.ts');
  const body = feed(facts);
  keepFeed(store, asked.hash, { fingerprint, body, at });
  return { status: 200, headers, body };
}

/** If-Modified-Since (RFC 9110 section 13.1.3): whether the reader has what came at a Unix time, in seconds. */
function isSince(header: string | undefined, at: number): boolean {
  return header !== undefined && Date.parse(header) / 1000 >= at;
}

/** The addresses kept when the user last came to booking.cgi; the directory's for a feed that only the original has seen. */
async function addressesOf({ directory }: Context, { uid, addresses }: FeedOwner): Promise<readonly string[]> {
  if (addresses.length > 0 || directory === null) return addresses;
  const person = await directory.personOf(uid);
  return person?.email ? [person.email, ...person.aliases] : [];
}

/** The meetings of a feed; the others' answers only where they are shown. */
function entriesOf({ store }: Context, addresses: readonly string[], now: number): FeedEntry[] {
  const listed = invitationsOf(store, addresses, { endAfter: now });
  const own = listed.filter(({ attendee }) => attendee.role === 'owner').map(({ meeting }) => meeting.id);
  const people = attendeesOfEach(store, own);
  const owners = ownersOf(
    store,
    listed.map(({ meeting, owner }) => ({ id: meeting.id, owner })),
  );
  return listed.map(({ meeting, attendee, owner }) => ({
    meeting,
    attendee,
    owner: owners.get(meeting.id) ?? { email: owner },
    attendees: people.get(meeting.id) ?? [],
  }));
}

/** If-None-Match (RFC 9110 section 13.1.2): weak comparison. Apache's mod_deflate appends `-gzip` to what it compressed. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some(
    (one) =>
      one
        .trim()
        .replace(/^W\//, '')
        .replace(/-gzip"$/, '"') === etag,
  );
}

/**
 * The entries of a feed with those of each series in the place of its meetings.
 * @param addresses of whoever reads it
 */
export function withSeries(
  { store, clock }: Context,
  entries: readonly FeedEntry[],
  addresses: readonly string[],
): readonly FeedEntry[] {
  const places = placesOf(
    store,
    entries.map(({ meeting }) => meeting.id),
  );
  if (places.size === 0) return entries;
  const series = new Map<MeetingId, FeedEntry[]>();
  for (const entry of entries) {
    const place = places.get(entry.meeting.id);
    if (place !== undefined && !place.apart) series.set(place.seriesId, [...(series.get(place.seriesId) ?? []), entry]);
  }
  const folded = new Set<FeedEntry>();
  const wholes = [...series].flatMap(([id, all]) => {
    const whole = seriesById(store, id, clock.now(), addresses);
    const attendee = whole && highest(whole.attendees, addresses);
    if (whole === undefined || !attendee) return [];
    // A date that is declined alone, or alone is not, takes other time than the rest.
    const declines = declined(all).length * 2 > all.length;
    const answered = declines ? declined(all) : all.filter((entry) => !declined(all).includes(entry));
    const alike = answered.filter((entry) => saysTheSame(whole.meeting, entry.meeting));
    for (const entry of alike) folded.add(entry);
    return alike.length === 0 ? [] : [entryOf(whole, attendee, all, alike)];
  });
  return [...entries.filter((entry) => !folded.has(entry)), ...wholes];
}

function declined(entries: readonly FeedEntry[]): readonly FeedEntry[] {
  return entries.filter(({ attendee }) => attendee.answer === 'declined');
}

/** @param all those of its meetings that are to come, and `alike` those of them that the series speaks for */
function entryOf(
  { meeting, attendees }: WholeSeries,
  attendee: Attendee,
  all: readonly FeedEntry[],
  alike: readonly FeedEntry[],
): FeedEntry {
  const others = new Set(all.filter((entry) => !alike.includes(entry)).map((entry) => entry.meeting.id));
  const turns = meeting.series.turns.map((turn) =>
    turn.meetingId !== null && others.has(turn.meetingId) ? { ...turn, apart: true } : turn,
  );
  const seats = new Map<string, Attendee[]>();
  for (const entry of alike) {
    for (const seat of entry.attendees) {
      const theirs = seats.get(seat.email);
      if (theirs) theirs.push(seat);
      else seats.set(seat.email, [seat]);
    }
  }
  const people = attendees.map((one) => usual(one, seats.get(one.email) ?? []));
  const own = alike.map((entry) => entry.attendee).filter(({ email }) => email === attendee.email);
  const reader = usual(attendee, own);
  const owner = alike[0]?.owner ?? { email: '' };
  return { meeting: { ...meeting, series: { ...meeting.series, turns } }, attendee: reader, owner, attendees: people };
}

/** Somebody with the answer that they gave for most of the dates, and when they gave the last of them. */
function usual(one: Attendee, seats: readonly Attendee[]): Attendee {
  const counts = new Map<Answer, number>();
  let answeredAt = 0;
  for (const seat of seats) {
    counts.set(seat.answer, (counts.get(seat.answer) ?? 0) + 1);
    answeredAt = Math.max(answeredAt, seat.answeredAt ?? 0);
  }
  const answer = [...counts].sort(([, most], [, other]) => other - most)[0]?.[0] ?? 'none';
  const { answeredAt: _, ...rest } = one;
  return { ...rest, answer, ...(answeredAt > 0 ? { answeredAt } : {}) };
}

/**
 * Answers with the event, which has the UID of the invitation and of the feed: a calendar takes them for one (RFC 5545 section 3.8.4.7). It
 * has no METHOD: it is a file to open, not a message that wants an answer (RFC 5546 section 1.4).
 */
export async function invitationEvent(
  _request: Request,
  context: Context,
  { invitation }: Pick<Granted, 'invitation'>,
): Promise<Response> {
  const { store, settings, texts, clock } = context;
  const { meeting, attendee } = asInvited(context, invitation);
  const { id } = invitation.meeting;
  const email = ownerOf(store, id) ?? '';
  const owner = ownersOf(store, [{ id, owner: email }]).get(id) ?? { email };
  const event = keptEvent({ meeting, attendee, owner, attendees: [] }, settings, texts, clock.now());
  const { writeCalendar } = await import('../calendar/icalendar.ts');
  return {
    status: 200,
    headers: [
      ['Content-Type', 'text/calendar; charset=utf-8'],
      ['Content-Disposition', 'inline; filename="meeting.ics"'],
      ['Cache-Control', 'no-store'],
      ['Referrer-Policy', 'no-referrer'],
      ['X-Content-Type-Options', 'nosniff'],
    ],
    body: writeCalendar([event], { properties: [] }),
  };
}

/** The series of a meeting that is in one, which its people were invited to; a meeting that stands apart was told of alone. */
function asInvited({ store, clock }: Context, invitation: Invitation): Invitation {
  const { meeting, attendee } = invitation;
  const place = placesOf(store, [meeting.id]).get(meeting.id);
  const whole = place === undefined || place.apart ? undefined : seriesById(store, place.seriesId, clock.now());
  const member = whole?.attendees.find(({ email }) => email === attendee.email);
  return whole === undefined || member === undefined ? invitation : { meeting: whole.meeting, attendee: member };
}
