/** What happened in the simulated year, as those who lived through it know it: what is expected of mails, pages and feeds follows from it. */
import type { ReadInvitation } from '../support/invitation.ts';
import type { OriginalMeeting } from './original.ts';
import type { PlannedAnswer, PlannedMeeting } from './plan.ts';
import { emailOf } from './programs.ts';

/** A mail that somebody got. */
export interface Got {
  readonly to: string;
  readonly messageId: string;
  /** METHOD of its calendar part, empty where it has none. */
  readonly method: string;
  readonly uid: string;
  readonly sequence: number;
  /** DTSTART in Unix seconds, 0 where it has none. */
  readonly begin: number;
  /** The hash in its link to the room, empty where it has none. */
  readonly hash: string;
  readonly subject: string;
  /** Its plain text, where it has no calendar. */
  readonly text: string;
  /** Simulated Unix seconds. */
  readonly at: number;
  readonly invitation: ReadInvitation | null;
}

/** A time that a date was to begin at, all in Unix seconds: from when on it was so, and until when. */
export interface Held {
  readonly begin: number;
  readonly from: number;
  until: number;
}

/** A date of a meeting, with all the times that it had; the last is over where the date was cancelled. */
export interface LivedDate {
  readonly id: string;
  readonly times: Held[];
}

/** Mails with a calendar that one event made. */
export interface Telling {
  /** Unix seconds. */
  readonly at: number;
  readonly method: 'REQUEST' | 'CANCEL';
  /** What its calendar is about: the meeting or whole series, or one date that stands apart, by its number. */
  readonly about: 'all' | number;
  /** What the calendar says that it begins at, Unix seconds; 0 for a CANCEL. */
  readonly begin: number;
  readonly to: readonly string[];
}

/** An answer that was given. */
export interface Answer extends Pick<PlannedAnswer, 'partstat'> {
  readonly email: string;
  /** Unix seconds. */
  readonly at: number;
}

/** What became of a planned meeting, as its organiser knows it. */
export interface Lived {
  readonly plan: PlannedMeeting;
  /** Its dates in their order; empty before it is booked. */
  dates: readonly LivedDate[];
  /** Who was ever in it, by address: since when, and until when, in Unix seconds. */
  readonly people: Map<string, { readonly from: number; until: number }>;
  readonly told: Telling[];
  /** In the order in which they were given. */
  readonly answers: Answer[];
  /** When all of it was removed, Unix seconds. */
  removedAt: number;
}

/** What entering showed: where the owner, a guest and, where there is one, a moderator from outside were led. */
export interface Entered {
  readonly lived: Lived;
  readonly at: number;
  readonly owner: string;
  readonly guest: string;
  readonly moderator: string | null;
}

/** All that happened. */
export interface Diary {
  readonly meetings: readonly Lived[];
  /** What the database of the Bash version held when the year began. */
  readonly original: readonly OriginalMeeting[];
  readonly mails: Got[];
  /** What the mail server put off, and has to get later under the same Message-ID. */
  readonly delayed: Pick<Got, 'to' | 'messageId'>[];
  readonly entered: Entered[];
  /** What was wrong at the moment, in words. */
  readonly wrong: string[];
  polls: number;
  /** The last run of cron, Unix seconds. */
  ended: number;
  /** What the clock was set to last, Unix seconds. */
  clock: number;
  replies: number;
  linkAnswers: number;
}

/** A diary of a year that has not begun. */
export function emptyDiary(plan: readonly PlannedMeeting[], original: readonly OriginalMeeting[]): Diary {
  const meetings = plan.map(
    (one): Lived => ({
      ...{ plan: one, dates: [], people: new Map(), told: [], answers: [] },
      removedAt: Number.POSITIVE_INFINITY,
    }),
  );
  const counts = { polls: 0, ended: 0, clock: 0, replies: 0, linkAnswers: 0 };
  return { meetings, original, mails: [], delayed: [], entered: [], wrong: [], ...counts };
}

/** Who is in a meeting at a moment (Unix seconds), by address. */
export function peopleAt({ people }: Lived, at: number): string[] {
  return [...people].filter(([, { from, until }]) => from <= at && at < until).map(([email]) => email);
}

/** The time that a date is to begin at, at a moment; undefined where it is cancelled or not booked yet. */
export function heldAt({ times }: LivedDate, at: number): Held | undefined {
  return times.find(({ from, until }) => from <= at && at < until);
}

/** What somebody has answered for a date at a moment; a date that got another time asks anew. */
export function answerAt(lived: Lived, date: LivedDate, email: string, at: number): string {
  if (email === emailOf(lived.plan.organiser)) return 'ACCEPTED';
  const since = heldAt(date, at)?.from ?? 0;
  const last = lived.answers.findLast((one) => one.email === email && one.at >= since && one.at < at);
  return last?.partstat ?? 'NEEDS-ACTION';
}

/** Whether mails to an address come to nobody: refused at once, or sent back by a report. */
export function isBad(email: string): boolean {
  return /^(unknown|gone)/.test(email);
}

/** The newest mail with a calendar that has come to somebody about a meeting; `begin`: the one that says this time, Unix seconds. */
export function invitationTo(diary: Diary, { plan }: Lived, to: string, begin?: number): Got | undefined {
  const about = new RegExp(`${plan.subject}(?!\\d)`);
  return diary.mails.findLast(
    (one) =>
      one.to === to && one.method !== '' && about.test(one.subject) && (begin === undefined || one.begin === begin),
  );
}
