/** booking.cgi?list: what is now, what is next, what waits for me; then what is to come, by day, and what is past. */
import list from '../../templates/pages/list.hbs';
import { bosses } from '../booking/access.ts';
import { extensionRules } from '../booking/extend.ts';
import { feedLink, subscriptionLink } from '../calendar/event.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import { roomLink, roomSegment } from '../jitsi/room_name.ts';
import { nextOpening } from '../meetings/access.ts';
import type { Identity, MeetingId } from '../meetings/meeting.ts';
import { LONGEST_SEARCH } from '../meetings/search.ts';
import { extendedWithin } from '../meetings/timing.ts';
import { queryParams, type Request, type Response } from '../message.ts';
import { slotsOf } from '../store/agenda.ts';
import { feedIfWritable } from '../store/feeds.ts';
import { invitationsIn, type Listed } from '../store/meetings.ts';
import { formToken } from '../store/secrets.ts';
import { type Place, placesOf } from '../store/series.ts';
import { withClashes } from './form_busy.ts';
import { companyOf } from './list_items.ts';
import { sections } from './list_sections.ts';
import { closingWords, extensionOf, insideWords, peopleOf } from './meeting_running.ts';
import { clockWords, counted, meetingWords, type Reading, readingOf } from './meeting_view.ts';
import { cookieOf, inQuery, type NoticeWords, page, refresh, sayingOf } from './page.ts';
import { whoBooks } from './who_books.ts';

const DAY = 86_400;

/** How many past meetings stand on the list itself, in number; the others are on pages of their own. */
const LATEST = 10;

/** Answers with the list. */
export async function meetingList(
  request: Request,
  context: Context,
  { identity, acting }: Pick<Granted, 'identity' | 'acting'>,
): Promise<Response> {
  const query = queryParams(request);
  if (acting.by === undefined && (query.get('q')?.trim() || query.has('page'))) {
    const { meetingsFound } = await import('./meeting_found.ts');
    return meetingsFound(request, context, { identity });
  }
  const { store, settings, texts } = context;
  const { editor, status, doubt } = await whoBooks(context, identity);
  const reading = readingOf(context, editor);
  const { now } = reading;
  const slots = slotsOf(store, acting.addresses, { endAfter: now - settings.JMB_SHOW_ARCHIVES * DAY });
  // What has only just ended may still be extended, and is looked at closely.
  const long = now - extendedWithin(extensionRules(context));
  const past = slots.filter(({ end }) => end <= long);
  const latest = past.slice(-LATEST);
  const listed = invitationsIn(store, [...latest, ...slots.filter(({ end }) => end > long)]);
  const people = await peopleOf(
    context,
    listed.map(({ meeting }) => meeting),
  );
  const { notice, of, headers } = sayingOf(request, texts);
  const done = notice === null ? undefined : listed.find(({ meeting }) => meeting.id === of);
  const instead = acting.by ? { token: formToken(store, identity.uid, now), who: acting.email } : null;
  const places = placesOf(
    store,
    listed.map(({ meeting }) => meeting.id),
  );
  const told = notice && done && editor ? saidOfSaved(context, acting, notice, { done, listed, places }) : notice;
  const parts = sections(reading, listed, { company: companyOf(context, listed), places }, (one) => ({
    extension: extensionOf(context, identity, one),
    inside: insideWords(reading, one.meeting, people),
    closing: closingWords(reading, settings, one.meeting),
    told: one === done ? told : null,
    instead,
  }));
  const opens = acting.by ? null : nextOpening(listed, now, reading.leads);
  const pastCount = past.length - latest.length + parts.archives.length;
  const frame = {
    status,
    title: titleOf(context, acting),
    // What was done is heard first, and read in the tab.
    ...(notice ? { spoken: spokenOf(reading, notice, acting.by ? undefined : done) } : {}),
    user: identity.name,
    editor,
    ...(acting.by ? {} : { place: 'list' as const }),
    // close.cgi brings who has this cookie back to the list.
    headers: [
      cookieOf(request, 'viajmb', '1'),
      ...headers,
      ...(opens === null ? [] : [refresh(opens - now, 'booking.cgi?list')]),
    ],
    script: opens !== null,
  };
  return page(context, list, frame, {
    notice: done ? null : notice,
    settling: Boolean(done),
    doubt,
    any: slots.length > 0 && !acting.by,
    whose: acting.by && inQuery(acting.email),
    empty: slots.length === 0 && !acting.by && emptyWords(context, identity, editor),
    opens,
    askedAt: now,
    longestSearch: LONGEST_SEARCH,
    ...parts,
    archivesCount: counted(reading, 'list.archives', pastCount),
    older: pastCount > parts.archives.length && !acting.by,
    ...(acting.by ? {} : ownAddresses(context, identity, editor)),
    bosses: bosses(store, identity).map(({ email, name }) => ({ whose: inQuery(email), name })),
    zone: clockWords(reading, now),
  });
}

/** A notice of what an organiser has saved, with the clashes that it has. */
function saidOfSaved(
  context: Context,
  acting: Identity,
  notice: NoticeWords,
  { done, listed, places }: { done: Listed; listed: readonly Listed[]; places: ReadonlyMap<MeetingId, Place> },
): NoticeWords {
  if (done.attendee.role !== 'owner' || done.meeting.end <= context.clock.now()) return notice;
  const seriesId = places.get(done.meeting.id)?.seriesId;
  const isLater = ({ meeting }: Listed): boolean =>
    meeting.begin > done.meeting.begin && places.get(meeting.id)?.seriesId === seriesId;
  return withClashes(context, acting, notice, [done, ...(seriesId === undefined ? [] : listed.filter(isLater))]);
}

function titleOf({ texts }: Context, { by, name }: Identity): string {
  return by ? texts('list.title_of', { name }) : texts('list.title');
}

/** What somebody without any meeting can do about it. */
function emptyWords({ texts }: Context, { addresses }: Identity, editor: boolean): string {
  return editor ? texts('list.empty_editor') : texts('list.empty', { addresses: addresses.join(', ') });
}

/** « Vous avez accepté : Jury – Mes réunions »; what an organiser has done in its own words. */
function spokenOf(reading: Reading, { text }: NoticeWords, done: Listed | undefined): string {
  const { texts } = reading;
  const title = texts('list.title');
  if (done === undefined || done.attendee.role === 'owner') return texts('list.noticed', { notice: text, title });
  const { subject } = meetingWords(reading, done.meeting);
  return texts('list.told', { answer: texts(`answer.${done.attendee.answer}`), subject, title });
}

/** The private room of an editor, and everyone's feed. */
function ownAddresses({ store, settings }: Context, { uid }: Identity, editor: boolean): object {
  const hash = feedIfWritable(store, uid);
  const room = roomSegment(uid);
  return {
    ownRoom: editor && room !== undefined && { name: room, address: roomLink(settings.JMB_URL, uid) },
    feed: hash && { https: feedLink(settings.JMB_URL, hash), webcal: subscriptionLink(settings.JMB_URL, hash) },
  };
}
