/** join.cgi?event: the meeting as one event for the reader's calendar, by the secret of their link. */

import { keptEvent } from '../calendar/feed_facts.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import type { Invitation } from '../meetings/meeting.ts';
import type { Request, Response } from '../message.ts';
import { ownersOf } from '../store/assistants.ts';
import { ownerOf } from '../store/invitations.ts';
import { placesOf, seriesById } from '../store/series.ts';

/**
 * Answers with the event, which has the UID of the invitation and of the feed: a calendar takes them for one (RFC 5545 section 3.8.4.7). It
 * has no METHOD: it is a file to open, not a message that wants an answer (RFC 5546 section 1.4).
 */
export async function invitationEvent(
  _request: Request,
  context: Context,
  { invitation }: Pick<Granted, 'invitation'>,
): Promise<Response> {
  const { store, settings, texts, clock } = context;
  const { meeting, attendee } = asInvited(context, invitation);
  const { id } = invitation.meeting;
  const email = ownerOf(store, id) ?? '';
  const owner = ownersOf(store, [{ id, owner: email }]).get(id) ?? { email };
  const event = keptEvent({ meeting, attendee, owner, attendees: [] }, settings, texts, clock.now());
  const { writeCalendar } = await import('../calendar/icalendar.ts');
  return {
    status: 200,
    headers: [
      ['Content-Type', 'text/calendar; charset=utf-8'],
      ['Content-Disposition', 'inline; filename="meeting.ics"'],
      ['Cache-Control', 'no-store'],
      ['Referrer-Policy', 'no-referrer'],
      ['X-Content-Type-Options', 'nosniff'],
    ],
    body: writeCalendar([event], { properties: [] }),
  };
}

/** The series of a meeting that is in one, which its people were invited to; a meeting that stands apart was told of alone. */
function asInvited({ store, clock }: Context, invitation: Invitation): Invitation {
  const { meeting, attendee } = invitation;
  const place = placesOf(store, [meeting.id]).get(meeting.id);
  const whole = place === undefined || place.apart ? undefined : seriesById(store, place.seriesId, clock.now());
  const member = whole?.attendees.find(({ email }) => email === attendee.email);
  return whole === undefined || member === undefined ? invitation : { meeting: whole.meeting, attendee: member };
}
