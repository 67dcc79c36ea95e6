/** Whose an answer by mail is, and whether it still is one: what may be believed of a message that anybody can write. Pure. */
import type { Attendee, Meeting } from './meeting.ts';

/** What one attendee answers. */
export interface Named {
  /** The address in small letters. */
  readonly email: string;
  /** null: something that is no answer, such as a delegation. */
  readonly answer: 'accepted' | 'declined' | 'tentative' | null;
}

/** One event of an answer. Times are Unix seconds, null where there is none or its zone is unknown. */
export interface CalendarReply {
  /** COUNTER proposes another time. */
  readonly method: 'REPLY' | 'COUNTER';
  readonly uid: string;
  /** SEQUENCE of the invitation that is answered; null where nothing says so. */
  readonly sequence: number | null;
  readonly begin: number | null;
  readonly end: number | null;
  /** The occurrence that it is about (RECURRENCE-ID); undefined where it is about all. */
  readonly occurrence: number | null | undefined;
  /** When it was given (DTSTAMP). */
  readonly stamp: number | null;
  readonly named: readonly Named[];
  /** What was written with it; empty where nothing was. */
  readonly comment: string;
}

/** What an answer comes to; where it is nobody's for sure, it is `unconfirmed`. */
export type Judged =
  | { readonly attendee: Attendee; readonly answer: Named['answer'] }
  | { readonly nothing: 'unconfirmed' | 'stale' | 'owner' };

/** Who may have sent it. */
export interface Senders {
  /** Whose address with an id it came to: sure, since nobody else knows that address. */
  readonly known: Attendee | undefined;
  /** The addresses that the message says it is from, with what else is known to be the same person's, in small letters. */
  readonly writers: readonly string[];
}

/**
 * Judges one answer to a meeting. One that names another of its people than who sent it is nobody's: Bob does not answer for Carol. A
 * name that is none of its people's is another account of the sender's.
 */
export function judge(
  meeting: Pick<Meeting, 'begin' | 'end' | 'sequence'>,
  attendees: readonly Attendee[],
  reply: CalendarReply,
  { known, writers }: Senders,
): Judged {
  const people = attendees.filter(({ email }) => email !== '' && writers.includes(email));
  const attendee = known ?? (people.length === 1 ? people[0] : undefined);
  if (attendee === undefined) return { nothing: 'unconfirmed' };
  if (attendee.role === 'owner') return { nothing: 'owner' };
  const named = namedAs(attendee, attendees, reply.named, known === undefined ? writers : []);
  if (named === undefined) return { nothing: 'unconfirmed' };
  if (isStale(meeting, reply)) return { nothing: 'stale' };
  return { attendee, answer: named.answer };
}

function namedAs(
  attendee: Attendee,
  attendees: readonly Attendee[],
  named: readonly Named[],
  writers: readonly string[],
): Named | undefined {
  const own = named.find(({ email }) => email === attendee.email) ?? named.find(({ email }) => writers.includes(email));
  if (own !== undefined) return own;
  const [only, more] = named;
  return more === undefined && !attendees.some(({ email }) => email === only?.email) ? only : undefined;
}

/**
 * Whether the meeting is another by now than the one that was answered. SEQUENCE alone does not tell: it goes up with the subject, too, of
 * which nobody is sent anything. A proposal has a time of its own, and says by SEQUENCE alone what it is about.
 */
function isStale({ begin, end, sequence }: Pick<Meeting, 'begin' | 'end' | 'sequence'>, reply: CalendarReply): boolean {
  if (reply.occurrence !== undefined && reply.occurrence !== begin) return true;
  if ((reply.sequence ?? 0) >= sequence) return false;
  return reply.method === 'COUNTER' || reply.begin !== begin || (reply.end !== null && reply.end !== end);
}

/** What an answer is put in order by, and told from another of the same person. */
export interface Mark {
  /** Which state of the meeting it answers. */
  readonly sequence: number;
  /** When it was given: Unix seconds, by the clock of who gave it, which is not believed to be ahead. */
  readonly stamp: number;
  /** A fingerprint of what it says. */
  readonly message: string;
}

/**
 * The mark of an answer.
 * @param now Unix seconds: a clock that is ahead would keep what is said afterwards from being news
 */
export function markOf(
  { sequence: current }: Pick<Meeting, 'sequence'>,
  { sequence, stamp }: Pick<CalendarReply, 'sequence' | 'stamp'>,
  message: string,
  now: number,
): Mark {
  return { sequence: Math.min(sequence ?? current, current), stamp: Math.min(stamp ?? now, now), message };
}

/** Whether an answer is later than the last one that came before it: by SEQUENCE, then by DTSTAMP (RFC 5546 section 2.1.5), then by having come later. */
export function isLater(one: Mark, last: Mark): boolean {
  return one.sequence === last.sequence ? one.stamp >= last.stamp : one.sequence > last.sequence;
}

/** Seconds that people's clocks may be behind ours. */
const BEHIND = 120;

/** Whether an answer by mail was given before another by another way, such as a page. @param at when the other was given: Unix seconds */
export function isOlder({ stamp }: Mark, at: number): boolean {
  return stamp + BEHIND < at;
}
