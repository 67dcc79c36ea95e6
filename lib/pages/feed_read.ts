/** ical.cgi?id=HASH, and ?HASH in old addresses: a user's calendar feed. Calendar programs ask all day, so what has not changed costs little. */

import { type FeedEntry, feedFacts, feedFingerprint } from '../calendar/feed_facts.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import { type Header, type Request, type Response, requestHeader } from '../message.ts';
import { ownersOf } from '../store/assistants.ts';
import { cachedFeed, type FeedOwner, keepFeed } from '../store/feeds.ts';
import { attendeesOfEach, invitationsOf } from '../store/meetings.ts';
import { texts } from '../text/catalogue.ts';
import { withSeries } from './feed_series.ts';

/** Answers with the feed, or with 304 when the reader has it as it is. */
export async function feedRead(
  request: Request,
  context: Context,
  { feed: asked }: Pick<Granted, 'feed'>,
): Promise<Response> {
  const { store, settings, clock } = context;
  const now = clock.now();
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
