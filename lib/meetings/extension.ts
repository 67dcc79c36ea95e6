/** Extending a meeting while it runs: by how much, until when. Pure. */
import type { Meeting, Role } from './meeting.ts';

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
export function mayExtend(meeting: Times, role: Role, { now, graceMinutes }: ExtensionRules): boolean {
  return role === 'owner' && now >= meeting.begin && now < meeting.end + (graceMinutes + AFTERWARDS) * 60;
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
