/** What the clock brings in a meeting's life: when reminders fall due, and what is said and done at the end, and how that is put off. Pure. */
import type { Meeting, Role } from './meeting.ts';

/**
 * The times, in Unix seconds and ascending, of the reminders before a moment; only those still to come.
 * @param moment Unix seconds: the begin for mails, the end for messages in the room
 * @param minutesBefore as JMB_MAIL_REMINDER and JMB_XMPP_REMINDER have them
 */
export function planReminders(moment: number, minutesBefore: readonly number[], now: number): number[] {
  const times = new Set(minutesBefore.map((minutes) => moment - minutes * 60));
  return [...times].filter((time) => time > now).sort((one, other) => one - other);
}

/** A reminder: when it falls due, and of what. */
export interface Reminder {
  /** Unix seconds. */
  readonly date: number;
  readonly meeting: Pick<Meeting, 'begin'>;
}

/** How long a reminder that is planned for the begin itself still helps, in seconds. */
const AT_BEGIN = 300;

/**
 * From when a reminder is worth nothing, in Unix seconds: from the meeting's first second on, except one that is planned for it.
 * @param date when it falls due
 */
export function worthUntil(date: number, begin: number): number {
  return date === begin ? begin + AT_BEGIN : begin;
}

/**
 * Of one meeting's reminders, the latest that is due: after an outage the earlier ones say nothing that it does not.
 * @param now Unix seconds; a reminder due this very second is due
 * @returns null when none is due, and once none helps any more
 */
export function latestDue<Kind extends Reminder>(reminders: readonly Kind[], now: number): Kind | null {
  let latest: Kind | null = null;
  for (const reminder of reminders) {
    if (reminder.date > now || worthUntil(reminder.date, reminder.meeting.begin) <= now) continue;
    if (latest === null || reminder.date > latest.date) latest = reminder;
  }
  return latest;
}

/** `over`: the line at the end. `closing`: the last line before the room closes. `closed`: the room closes. */
export type EndingStep = 'over' | 'closing' | 'closed';

/** A step and its time, in Unix seconds. */
export interface Ending {
  readonly step: EndingStep;
  readonly time: number;
}

/**
 * How long before the room closes its last line is said, in seconds. Time to finish a sentence; and phones, which do not
 * show why a room closed, show the chat.
 */
export const WARNING = 120;

/** How long after a closing that should have been it is still made up for, in seconds: tokens of the meeting are dead by then. */
export const MAKE_UP = 86_400;

/**
 * The steps of a meeting's end, in the order of their times.
 * @param end Unix seconds
 * @param grace seconds from the end to the closing; with 0 the end closes the room, and the line at the end is that of the closing
 */
export function endingSteps(end: number, grace: number): readonly Ending[] {
  const steps: Ending[] = [{ step: 'closing', time: end + grace - WARNING }];
  if (grace > 0) steps.push({ step: 'over', time: end });
  // The sort keeps the order of equals: at one time the end is the later word.
  steps.sort((one, other) => one.time - other.time);
  return [...steps, { step: 'closed', time: end + grace }];
}

/**
 * The step that is due: the latest whose time has come, for after an outage the earlier ones say nothing that it does not.
 * @param done the time of the last step that was done for this end; 0 when none was
 * @returns null when nothing is left to do
 */
export function dueEnding({ end }: Pick<Meeting, 'end'>, grace: number, now: number, done: number): Ending | null {
  if (now >= end + grace + MAKE_UP) return null;
  const latest = endingSteps(end, grace).findLast(({ time }) => time <= now);
  return latest !== undefined && latest.time > done ? latest : null;
}

/** What the list offers, in minutes. */
export const EXTENSIONS = [15, 30, 60] as const;

/**
 * How long after its room has closed a meeting can still be extended, in minutes: those whom it puts out are led to the
 * list (close.cgi), and the owner opens the room again there.
 */
const AFTERWARDS = 5;

/** What the rules depend on. */
export interface ExtensionRules {
  /** Unix seconds. */
  readonly now: number;
  /** JMB_MAX_MEETING_DURATION: minutes from begin to end. */
  readonly maxMinutes: number;
  /** JMB_ROOM_GRACE: minutes from the end to the closing, where rooms close. Who reads that it is over presses then. */
  readonly graceMinutes: number;
}

type Times = Pick<Meeting, 'begin' | 'end' | 'duration'>;

/** Whether the meeting may be extended at this time by someone of this role: by its owner, from the begin until shortly after the closing. */
export function mayExtend(meeting: Times, role: Role, rules: ExtensionRules): boolean {
  const { now } = rules;
  return role === 'owner' && now >= meeting.begin && now < meeting.end + extendedWithin(rules);
}

/** How long after its end a meeting may be extended at most, in seconds. */
export function extendedWithin({ graceMinutes }: Pick<ExtensionRules, 'graceMinutes'>): number {
  return (graceMinutes + AFTERWARDS) * 60;
}

/** How many minutes a meeting can still be given; 0 when it lasts as long as any may. */
export function minutesLeft({ duration }: Pick<Meeting, 'duration'>, maxMinutes: number): number {
  return Math.max(0, Math.floor(maxMinutes - duration / 60));
}

/** Whether so many minutes more keep within the longest duration, and lead to an end that is still to come. */
export function extensionFits(meeting: Times, minutes: number, { now, maxMinutes }: ExtensionRules): boolean {
  return minutes <= minutesLeft(meeting, maxMinutes) && meeting.end + minutes * 60 > now;
}

/** What can be offered to someone of this role now, in minutes. */
export function extensionsOf(meeting: Times, role: Role, rules: ExtensionRules): number[] {
  if (!mayExtend(meeting, role, rules)) return [];
  return EXTENSIONS.filter((minutes) => extensionFits(meeting, minutes, rules));
}
