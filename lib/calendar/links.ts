/** The addresses that stand in calendars and mails: which link a role gets. */

import type { Attendee, Meeting } from '../meetings/meeting.ts';

/** A base without its last slash, so that a setting written either way gives the same links. */
function root(base: string): string {
  return base.replace(/\/+$/, '');
}

/**
 * Where this person enters the meeting: the owner by token.cgi, which asks to sign in, everyone else by the secret link.
 * @param base JMB_URL
 */
export function meetingLink(
  base: string,
  meeting: Pick<Meeting, 'room'>,
  attendee: Pick<Attendee, 'role' | 'hash'>,
): string {
  if (attendee.role === 'owner') return `${root(base)}/token.cgi?room=${encodeURIComponent(meeting.room)}`;
  return `${root(base)}/join.cgi?id=${encodeURIComponent(attendee.hash)}`;
}

/** Where this person answers: a page that asks, since mail scanners follow links. */
export function answerLink(base: string, hash: string, answer: 'accept' | 'decline'): string {
  return `${root(base)}/join.cgi?${answer}&id=${encodeURIComponent(hash)}`;
}

/** The list of one's own meetings, for people with an account. */
export function bookingLink(base: string): string {
  return `${root(base)}/booking.cgi`;
}

/** A user's calendar feed. `?HASH`, as the original has it, would become an argument of a program (RFC 3875 section 4.4). */
export function feedLink(base: string, hash: string): string {
  return `${root(base)}/ical.cgi?id=${encodeURIComponent(hash)}`;
}
