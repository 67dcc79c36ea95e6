/** The way in while its room is closed: a page that waits for the opening and then leads in, and one after the end. */
import waitingTemplate from '../../templates/pages/waiting.hbs';
import type { Context } from '../context.ts';
import { toldDetails } from '../meetings/details.ts';
import type { Invitation, Meeting } from '../meetings/meeting.ts';
import type { Request, Response } from '../message.ts';
import { ownerOf } from '../store/invitations.ts';
import { namesOf } from '../store/people.ts';
import type { Texts } from '../text/catalogue.ts';
import { longDate, timeOf } from '../text/dates.ts';
import { processZone } from '../text/zones.ts';
import { scopesOf } from './form_fields.ts';
import { answerForm, byOwnClock, wayOf } from './invitation_answer.ts';
import { personWords, placeWords, readingOf, ticketWords } from './meeting_view.ts';
import { beside, page, refresh } from './page.ts';

/**
 * The page of whoever comes before the room opens. Its `Refresh` leads in at the opening, with and without script; nothing is
 * counted and no token is made.
 * @param opens Unix seconds
 */
export function waitingPage(request: Request, context: Context, invitation: Invitation, opens: number): Response {
  byOwnClock(context, invitation);
  const { texts, clock } = context;
  const { attendee } = invitation;
  const now = clock.now();
  const way = beside(request, `join.cgi?id=${encodeURIComponent(wayOf(invitation))}`);
  const place = placeWords(readingOf(context), invitation.meeting, attendee);
  const answerable = place.accept !== '' || place.decline !== '';
  return page(
    context,
    waitingTemplate,
    {
      title: texts('way.not_open'),
      script: true,
      headers: [refresh(opens - now, way)],
    },
    {
      ...place,
      hash: wayOf(invitation),
      scopes: scopesOf(context, invitation.meeting, invitation.series && 'all'),
      ...whatAndWhen(context, invitation.meeting),
      invited: attendee.email,
      own: ownTimes(context, invitation.meeting),
      opening: {
        at: opens,
        now,
        left: leftWords(texts, opens - now),
        when: texts('way.opens_at', { date: longDate(context, opens), time: timeOf(context, opens) }),
      },
      ...answerForm(context, 'accepted'),
      ask: answerable && attendee.answer === 'none',
      change: answerable,
    },
  );
}

/** The page of whoever comes after the end. */
export function overPage(context: Context, invitation: Invitation): Response {
  byOwnClock(context, invitation);
  const { texts } = context;
  const { meeting } = invitation;
  return page(
    context,
    waitingTemplate,
    { title: texts('way.over'), script: true },
    {
      ...whatAndWhen(context, meeting),
      own: ownTimes(context, meeting),
      ended: texts('way.ended_at', { date: longDate(context, meeting.end), time: timeOf(context, meeting.end) }),
    },
  );
}

/** What meeting it is, whose, and when by the reader's clock. */
function whatAndWhen(context: Context, meeting: Meeting): object {
  const { store } = context;
  const owner = ownerOf(store, meeting.id) ?? '';
  return {
    ...ticketWords(context, meeting),
    details: toldDetails(meeting, context.texts),
    organiser: { ...personWords(owner), ...nameOf(context, owner) },
  };
}

function nameOf({ store }: Context, email: string): { name?: string } {
  const name = namesOf(store, [email]).get(email);
  return name === undefined ? {} : { name };
}

/** What the script needs to say the time by the clock of the reader's device too; null for who has chosen by which clock it is said. */
function ownTimes({ texts, zone }: Context, { begin, end }: Meeting): object | null {
  if (zone.name !== processZone.name) return null;
  return { begin, end, zone: zone.name, oneDay: texts('way.own'), twoDays: texts('way.own_two_days') };
}

/** Seconds in words, as templates/pages/script.js goes on to write them. */
function leftWords(texts: Texts, seconds: number): string {
  const [day, hour, minute, second] = texts('way.units').split(' ');
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return `${days}\u00a0${day} ${hours % 24}\u00a0${hour}`;
  if (hours > 0) return `${hours}\u00a0${hour} ${two(minutes % 60)}\u00a0${minute}`;
  return `${minutes}\u00a0${minute} ${two(seconds % 60)}\u00a0${second}`;
}
