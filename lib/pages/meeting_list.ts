/** booking.cgi?list: what is now, what is next, what waits for me; then what is to come, by day, and what is past. */

import list from '../../templates/pages/list.hbs';
import { feedLink } from '../calendar/event.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/needs.ts';
import { queryParams } from '../http/params.ts';
import { roomSegment } from '../jitsi/room_name.ts';
import type { Identity } from '../meetings/meeting.ts';
import type { Request, Response } from '../message.ts';
import { isEditor } from '../people/check_modules.ts';
import { Unavailable } from '../refusal.ts';
import { SettingsError } from '../settings/files.ts';
import { feedIfWritable } from '../store/feeds.ts';
import { invitationsOf, type Listed } from '../store/meetings.ts';
import { isoDate } from '../text/dates.ts';
import { type Extension, extensionOf } from './meeting_extend.ts';
import {
  counted,
  dayOf,
  type MeetingWords,
  meetingWords,
  type PlaceWords,
  personWords,
  placeWords,
  type Reading,
  readingOf,
  shortDayOf,
} from './meeting_view.ts';
import { type NoticeWords, noticeOf, page } from './page.ts';
import { closingWords, insideWords, peopleOf } from './room_people.ts';

/** close.cgi brings who has this cookie back to the list. */
const COOKIE = 'viajmb=1; Path=/; SameSite=Lax; HttpOnly';

const DAY = 86_400;

/** Answers with the list. */
export async function meetingList(
  request: Request,
  context: Context,
  { identity }: Pick<Granted, 'identity'>,
): Promise<Response> {
  const { store, settings, texts } = context;
  const reading = readingOf(context);
  const listed = invitationsOf(store, identity.addresses, {
    endAfter: reading.now - settings.JMB_SHOW_ARCHIVES * DAY,
  });
  const people = await peopleOf(
    context,
    listed.map(({ meeting }) => meeting),
  );
  const editor = await editorOrUnknown(context, identity);
  const query = queryParams(request);
  const notice = noticeOf(query.get('notice'), texts);
  const answered = notice && listed.find(({ meeting }) => meeting.id === query.get('of'));
  const frame = {
    // Whether somebody is an editor may be unknown: that must not hide today's meetings, nor be taken for a "no". The page says both.
    status: typeof editor === 'boolean' ? 200 : DOUBTS[editor].status,
    title: texts('list.title'),
    // What was done is heard first, and read in the tab.
    ...(answered ? { spoken: toldOf(reading, answered) } : {}),
    user: identity.name,
    editor: editor === true,
    place: 'list',
    // Apache says HTTPS=on, by itself or for a proxy of its machine.
    headers: [['Set-Cookie', request.env['HTTPS'] === 'on' ? `${COOKIE}; Secure` : COOKIE]],
  } as const;
  return page(context, list, frame, {
    notice: answered ? null : notice,
    settling: Boolean(answered),
    doubt: typeof editor === 'boolean' ? '' : texts(DOUBTS[editor].text),
    ...sections(reading, listed, (one) => ({
      extension: extensionOf(context, identity, one),
      inside: insideWords(reading, one.meeting, people),
      closing: closingWords(reading, settings, one.meeting),
      told: one === answered ? notice : null,
    })),
    ...ownAddresses(context, identity, editor === true),
    zone: settings.JMB_ICAL_TZID.replace(/_/g, ' '),
  });
}

/** « Vous avez accepté : Jury – Mes réunions » */
function toldOf(reading: Reading, { meeting, attendee }: Listed): string {
  const { subject } = meetingWords(reading, meeting);
  const answer = reading.texts(`answer.${attendee.answer}`);
  return reading.texts('list.told', { answer, subject, title: reading.texts('list.title') });
}

/** Why nobody knows whether somebody may book. */
type Doubt = 'directory' | 'settings';

const DOUBTS = {
  directory: { status: 503, text: 'list.directory_silent' },
  settings: { status: 500, text: 'list.settings_wrong' },
} as const satisfies Readonly<Record<Doubt, object>>;

async function editorOrUnknown(context: Context, identity: Identity): Promise<boolean | Doubt> {
  try {
    return await isEditor(context, identity);
  } catch (error) {
    const { uid } = identity;
    if (error instanceof SettingsError) {
      context.log.event('settings-wrong', { for: 'list', uid, why: error.message });
      return 'settings';
    }
    if (!(error instanceof Unavailable) || error.what !== 'directory') throw error;
    context.log.event('directory-silent', { for: 'list', uid, reason: error.detail });
    return 'directory';
  }
}

/** The private room of an editor, and everyone's feed. */
function ownAddresses({ store, settings }: Context, { uid }: Identity, editor: boolean): object {
  const hash = feedIfWritable(store, uid);
  const feed = hash === undefined ? undefined : feedLink(settings.JMB_URL, hash);
  const room = roomSegment(uid);
  return {
    ownRoom: editor && room !== undefined && { name: room, address: `${settings.JMB_URL.replace(/\/+$/, '')}/${room}` },
    feed: feed && { https: feed, webcal: feed.replace(/^https?:/, 'webcal:') },
  };
}

/** What only some meetings have: those that run, and the one that something was just done to. */
interface RarePart {
  readonly extension: Extension | null;
  /** How many people are there, where that is known. */
  readonly inside: string;
  /** When its room closes, where it has just ended and rooms do. */
  readonly closing: string;
  /** What was just done, said at the meeting. */
  readonly told: NoticeWords | null;
}

/** One meeting in the list. */
interface Item extends MeetingWords, PlaceWords, RarePart {
  readonly organiser: { name: string; email: string };
  readonly counts: string;
  readonly accepted: boolean;
  readonly declined: boolean;
  readonly unanswered: boolean;
  /** Whether the answer can still be given, or changed. */
  readonly answerable: boolean;
  /** Whether this is an invitation that waits for an answer. */
  readonly waiting: boolean;
  readonly moderator: boolean;
  /** Whether there is anything to press. */
  readonly actions: boolean;
  /** The element of the subject: h3, or h4 under a day. */
  readonly heading: 'h3' | 'h4';
  /** The day, where no heading says it. */
  readonly day: string;
}

interface Day {
  readonly name: string;
  readonly meetings: Item[];
}

/** The list in its parts; each meeting stands in one of them, and what is to come in one order, answered or not. */
function sections(reading: Reading, listed: readonly Listed[], rarePart: (one: Listed) => RarePart): object {
  const now: Item[] = [];
  const waiting: Item[] = [];
  const archives: Item[] = [];
  const days: Day[] = [];
  let next: Listed | undefined;
  let lastDate = '';
  for (const one of listed) {
    const item = itemOf(reading, one, rarePart(one));
    // What has just ended stays in sight as long as its owner can move the end.
    if (item.state === 'over' && item.extension === null) {
      archives.unshift(item);
      continue;
    }
    if (item.state !== 'planned') {
      // Of today, as nearly always, the day says nothing.
      now.push(isoDate(one.meeting.begin) === isoDate(reading.now) ? { ...item, day: '' } : item);
      continue;
    }
    if (!item.declined) next ??= one;
    if (item.waiting) waiting.push(item);
    const date = isoDate(one.meeting.begin);
    if (date !== lastDate) days.push({ name: dayOf(reading, one.meeting.begin), meetings: [] });
    lastDate = date;
    days.at(-1)?.meetings.push({ ...item, heading: 'h4', day: '' });
  }
  return {
    now,
    next: next && { ...meetingWords(reading, next.meeting), day: shortDayOf(reading, next.meeting.begin) },
    waiting: waiting[0],
    waitingCount: waiting.length > 0 && counted(reading, 'list.waiting', waiting.length),
    days,
    nothing: days.length === 0,
    archives,
    archivesCount: counted(reading, 'list.archives', archives.length),
  };
}

function itemOf(reading: Reading, listed: Listed, { extension, inside, closing, told }: RarePart): Item {
  const { meeting, attendee, owner: organiser, invited, accepted } = listed;
  const { id, subject, date, begin, end, iso, duration } = meetingWords(reading, meeting);
  const place = placeWords(reading, meeting, attendee);
  const { state, stateWord, role, answer, answerWord, icon, accept, decline, join, room } = place;
  const { hash, opens, editable, removable, owner } = place;
  // Without a spread: what is added to one, V8 adds property by property, which took a third of a list of 100.
  return {
    id,
    subject,
    date,
    begin,
    end,
    iso,
    duration,
    state,
    stateWord: closing || stateWord,
    role,
    answer,
    answerWord,
    icon,
    accept,
    decline,
    join,
    room,
    hash,
    opens,
    editable,
    removable,
    owner,
    organiser: personWords(organiser),
    counts: counted(reading, 'list.counts', accepted, { invited }),
    accepted: answer === 'accepted',
    declined: answer === 'declined',
    unanswered: answer === 'none',
    answerable: Boolean(accept || decline),
    waiting: answer === 'none' && !owner && state !== 'over',
    moderator: attendee.role === 'moderator',
    extension,
    inside,
    closing,
    told,
    actions: Boolean(join || accept || decline || editable || removable || extension),
    heading: 'h3',
    day: shortDayOf(reading, meeting.begin),
  };
}
