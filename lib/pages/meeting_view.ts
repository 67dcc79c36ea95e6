/** A meeting as the words that pages show: templates only place them. */

import type { Context } from '../context.ts';
import {
  joinOpen,
  type LeadTimes,
  leadOf,
  type MeetingState,
  mayAnswer,
  mayEdit,
  stateOf,
} from '../meetings/access.ts';
import type { Answer, Attendee, Meeting } from '../meetings/meeting.ts';
import { nameOfAddress } from '../people/identity.ts';
import type { TextKey, Texts, TextValues } from '../text/catalogue.ts';
import { durationText, isoDate, longDate, type Reader, startOfDay, timeOf, utcOffset } from '../text/dates.ts';
import { processZone } from '../text/zones.ts';

/** What words depend on. */
export interface Reading extends Reader {
  readonly texts: Texts;
  /** Unix seconds. */
  readonly now: number;
  /** The local days of now and after it, as `isoDate` gives them: a list holds each of its meetings against them. */
  readonly today: string;
  readonly tomorrow: string;
  readonly leads: LeadTimes;
  /** Whether the reader may book. */
  readonly books: boolean;
}

/** How the reader of this request reads. @param books whether that is known of them */
export function readingOf({ texts, language, zone, clock, settings }: Context, books = false): Reading {
  const leads = { owner: settings.JMB_LIST_HIGHLIGHT_OWNER, guest: settings.JMB_LIST_HIGHLIGHT_GUEST };
  const now = clock.now();
  const [today, tomorrow] = [isoDate(zone, now), isoDate(zone, startOfDay(zone, now, 1))];
  return { texts, language, zone, now, today, tomorrow, leads, books };
}

/** A text that counts: the key with `_one` for 1 and, in French, 0; else with `_many`. */
export function counted(
  { texts, language }: Pick<Reading, 'texts' | 'language'>,
  key: string,
  count: number,
  others: TextValues = {},
): string {
  const one = count === 1 || (count === 0 && language === 'fr');
  return texts(`${key}_${one ? 'one' : 'many'}` as TextKey, { ...others, count });
}

/** The day in words, the year only where it is another than this. */
function dateOf(reading: Pick<Reading, 'language' | 'zone' | 'today'>, unix: number): string {
  const year = ` ${Number(reading.today.slice(0, 4))}`;
  const date = longDate(reading, unix);
  return date.endsWith(year) ? date.slice(0, -year.length) : date;
}

/** « demain, mardi 24 novembre »: a day as a heading. */
export function dayOf(reading: Reading, unix: number): string {
  const { texts } = reading;
  const date = dateOf(reading, unix);
  const near = nearDay(reading, unix);
  return near === null ? date : texts('day.dated', { day: texts(near), date });
}

/** « demain », or « jeudi 26 novembre »: a day within a line. */
export function shortDayOf(reading: Reading, unix: number): string {
  const near = nearDay(reading, unix);
  return near === null ? dateOf(reading, unix) : reading.texts(near);
}

function nearDay({ zone, today, tomorrow }: Reading, unix: number): 'day.today' | 'day.tomorrow' | null {
  const day = isoDate(zone, unix);
  if (day === today) return 'day.today';
  return day === tomorrow ? 'day.tomorrow' : null;
}

/** By which clock times are said: `Europe/Paris`; another than the house's with how far it is off at a Unix time. */
export function clockWords({ texts, zone }: Pick<Reading, 'texts' | 'zone'>, unix: number): string {
  const name = zone.name.replace(/_/g, ' ');
  return zone.name === processZone.name ? name : texts('mail.zone', { zone: name, offset: utcOffset(zone, unix) });
}

/** The line that says so on each page of who goes by another clock than the house; empty for everybody else, and without settings. */
export function clockLine(context: Context): string {
  try {
    const { texts, zone, clock } = context;
    return zone.name === processZone.name ? '' : texts('list.zone', { zone: clockWords(context, clock.now()) });
  } catch {
    return '';
  }
}

/** When and what a meeting is: the same on every page. */
export interface MeetingWords {
  readonly id: string;
  readonly subject: string;
  readonly date: string;
  readonly begin: string;
  readonly end: string;
  /** For `<time datetime>`: local, as HTML allows. */
  readonly iso: string;
  readonly duration: string;
}

/** What of a meeting is put into words everywhere. */
type Told = Pick<Meeting, 'id' | 'subject' | 'begin' | 'end' | 'duration'>;

/** For whom, and in which texts. */
type Wording = Pick<Reading, 'texts' | 'language' | 'zone'>;

/** A meeting's subject and time in words. */
export function meetingWords(reading: Wording, meeting: Told): MeetingWords {
  const { texts, language, zone } = reading;
  const begin = timeOf(reading, meeting.begin);
  return {
    id: meeting.id,
    subject: meeting.subject.trim() || texts('meeting.no_subject'),
    date: longDate(reading, meeting.begin),
    begin,
    end: timeOf(reading, meeting.end),
    iso: `${isoDate(zone, meeting.begin)}T${begin}`,
    duration: durationText(language, meeting.duration),
  };
}

/** The same on a page of its own, which has room for the zone, and for the day on which it ends where that is another; else empty. */
export function ticketWords(
  reading: Wording,
  meeting: Told,
): MeetingWords & { readonly lastDate: string; readonly clock: string } {
  const isOneDay = isoDate(reading.zone, meeting.begin) === isoDate(reading.zone, meeting.end);
  const lastDate = isOneDay ? '' : longDate(reading, meeting.end);
  return { ...meetingWords(reading, meeting), lastDate, clock: clockWords(reading, meeting.begin) };
}

/** Someone by name and address, the name guessed where only the address is known. */
export function personWords(email: string, name?: string): { name: string; email: string } {
  return { name: name || nameOfAddress(email), email };
}

const ICONS: Readonly<Record<Answer, string>> = {
  none: 'i-open',
  accepted: 'i-check',
  declined: 'i-cross',
  tentative: 'i-maybe',
};

/** The sign of an answer, beside its word: an id of the frame's symbols. */
export function answerIcon(answer: Answer): string {
  return ICONS[answer];
}

/** What an attendee sees of a meeting's state and may do. */
export interface PlaceWords {
  readonly state: MeetingState;
  /** The state, with how long until it changes where that is less than a day. */
  readonly stateWord: string;
  readonly role: string;
  readonly answer: Answer;
  /** Empty for the owner, whom nobody asks. */
  readonly answerWord: string;
  readonly icon: string;
  /** The hash where the answer can still be given or changed, else empty. */
  readonly accept: string;
  readonly decline: string;
  /** Whether the door is open. */
  readonly join: boolean;
  /** What the ways in hold, for the reader's own eyes: the room for the owner, the secret for everyone else. */
  readonly room: string;
  readonly hash: string;
  /** When the door opens, for a meeting of today. */
  readonly opens: string;
  readonly editable: boolean;
  /** Whether it is the reader's to delete, at any time. */
  readonly removable: boolean;
  /** Whether the reader may book it again. */
  readonly repeatable: boolean;
  readonly owner: boolean;
}

/** State, answer and possible actions in words. */
export function placeWords(reading: Reading, meeting: Meeting, attendee: Attendee): PlaceWords {
  const { texts, now, leads } = reading;
  const { role, answer, hash } = attendee;
  const owner = role === 'owner';
  const state = stateOf(meeting, now, leadOf(role, leads));
  const answerable = mayAnswer(meeting, role, now);
  return {
    state,
    stateWord: stateWords(reading, meeting, state),
    role: texts(`role.${role}`),
    answer,
    answerWord: owner ? '' : texts(`answer.${answer}`),
    icon: answerIcon(answer),
    accept: answerable && answer !== 'accepted' ? hash : '',
    decline: answerable && answer !== 'declined' ? hash : '',
    join: joinOpen(meeting, role, now, leads),
    room: encodeURIComponent(meeting.room),
    hash,
    opens: state === 'planned' ? opensWords(reading, meeting.begin - leadOf(role, leads)) : '',
    editable: mayEdit(meeting, role, now),
    removable: owner,
    repeatable: reading.books && role !== 'guest',
    owner,
  };
}

const DAY = 86_400;

function stateWords({ texts, language, now }: Reading, { begin, end }: Meeting, state: MeetingState): string {
  const word = texts(`state.${state}`);
  const until = (unix: number) => durationText(language, Math.ceil((unix - now) / 60) * 60);
  if (state === 'running') return texts('state.left', { state: word, time: until(end) });
  if (state === 'over' || begin - now >= DAY) return word;
  return texts('state.begins', { state: word, time: until(begin) });
}

function opensWords(reading: Reading, opening: number): string {
  const { texts, zone, today } = reading;
  return isoDate(zone, opening) === today ? texts('state.opens', { time: timeOf(reading, opening) }) : '';
}
