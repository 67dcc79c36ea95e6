/** What a meeting's state is, who may do what when, when its room opens, and who hears of its deletion. Pure. */
import type { Meeting, Role } from './meeting.ts';

/** Where a meeting is in its life; `soon` from the time that the door shows. */
export type MeetingState = 'planned' | 'soon' | 'running' | 'over';

/** How long before the begin the way in shows, in seconds (JMB_LIST_HIGHLIGHT_OWNER, JMB_LIST_HIGHLIGHT_GUEST). */
export interface LeadTimes {
  readonly owner: number;
  readonly guest: number;
}

type Times = Pick<Meeting, 'begin' | 'end'>;

/** The lead time of a role: moderators come as early as owners, and neither later than guests, however the settings are. */
export function leadOf(role: Role, leads: LeadTimes): number {
  return role === 'guest' ? leads.guest : Math.max(leads.owner, leads.guest);
}

/** The state at a Unix time; the end itself is over. */
export function stateOf(meeting: Times, now: number, leadSeconds: number): MeetingState {
  if (now >= meeting.end) return 'over';
  if (now >= meeting.begin) return 'running';
  return now >= meeting.begin - leadSeconds ? 'soon' : 'planned';
}

/** Whether the way in shows for this role. */
export function joinOpen(meeting: Times, role: Role, now: number, leads: LeadTimes): boolean {
  const state = stateOf(meeting, now, leadOf(role, leads));
  return state === 'soon' || state === 'running';
}

/**
 * When the next way in of someone's meetings shows that does not yet, in Unix seconds; null when none will.
 * @param seats the meetings, each with the role that someone has in it
 */
export function nextOpening(
  seats: readonly { readonly meeting: Times; readonly attendee: { readonly role: Role } }[],
  now: number,
  leads: LeadTimes,
): number | null {
  const openings = seats.map(({ meeting, attendee }) => meeting.begin - leadOf(attendee.role, leads));
  const first = openings.reduce((least, one) => (one > now && one < least ? one : least), Infinity);
  return first === Infinity ? null : first;
}

/** Whether the meeting may still be changed: by its owner, until its end. */
export function mayEdit(meeting: Times, role: Role, now: number): boolean {
  return role === 'owner' && now < meeting.end;
}

/** Whether begin and duration stand: from the begin on only people and subject change, and the end by extending it. */
export function timesStand(meeting: Times, now: number): boolean {
  return now >= meeting.begin;
}

/** Whether an invitation may still be answered: until the end; the owner has nothing to answer. */
export function mayAnswer(meeting: Times, role: Role, now: number): boolean {
  return role !== 'owner' && now < meeting.end;
}

/**
 * The time from which tokens of a meeting are made, in Unix seconds.
 * @param begin Unix seconds
 * @param minutes how long before the begin; null: from any time, which is -Infinity
 */
export function opensAt(begin: number, minutes: number | null): number {
  return minutes === null ? -Infinity : begin - minutes * 60;
}

/** Whether its owner chooses who hears of it: once it has begun. Of a meeting to come everybody is told. */
export function mayBeQuiet({ begin }: Times, now: number): boolean {
  return now >= begin;
}

/**
 * Whether the people of a meeting that is deleted now are told.
 * @param chosen conf_tell of the form: `yes`, `no`, or undefined where it said nothing; then of a meeting that is over
 *   nobody is told, since it was what it was, and of one that runs everybody
 */
export function peopleAreTold(meeting: Times, now: number, chosen: string | undefined): boolean {
  if (!mayBeQuiet(meeting, now)) return true;
  if (chosen === 'yes' || chosen === 'no') return chosen === 'yes';
  return stateOf(meeting, now, 0) !== 'over';
}
