/** booking.cgi?now: a meeting that begins as it is booked. The small form, and the room with the people who are typed. */
import { book } from '../booking/book.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import type { BookingForm } from '../meetings/booking.ts';
import type { Identity } from '../meetings/meeting.ts';
import type { Request, Response } from '../message.ts';
import { isRefusal, type Refusal } from '../refusal.ts';
import { clockTime, isoDate } from '../text/dates.ts';
import { oldForm, proposedForm, typedIn } from './form_fields.ts';
import { type FormFor, formAgain, formPage } from './meeting_form.ts';
import { toMeeting } from './page.ts';

/** Shows the form: whom to invite, and what may be said of the meeting besides. */
export function nowAsk(
  _request: Request,
  context: Context,
  { identity, acting }: Pick<Granted, 'identity' | 'acting'>,
): Response {
  return formPage(context, aboutNow(identity, acting), { ...proposedNow(context), subject: '' });
}

/** Books the meeting, tells its people, and leads to its page: the way in, and the address to give. */
export async function nowBook(
  request: Request,
  context: Context,
  { identity, acting, form, stale }: Pick<Granted, 'identity' | 'acting' | 'form' | 'stale'>,
): Promise<Response | Refusal> {
  const proposed = proposedNow(context);
  const { date, time } = proposed;
  const typed = { ...typedIn(form, proposed), date, time };
  const about = aboutNow(identity, acting);
  if (stale !== null) return formPage(context, about, typed, { refusal: oldForm(stale) });
  const done = await book(context, acting, typed, { when: 'now' });
  if (isRefusal(done)) return done.status === 429 ? formPage(context, about, typed, { refusal: done }) : done;
  if (!('told' in done)) return formAgain(context, about, typed, done);
  return toMeeting(request, `booked${done.told}`, done.meeting.id);
}

function aboutNow(identity: Identity, acting: Identity): FormFor {
  return { identity, meeting: null, acting, now: true };
}

/** What is booked where the form says nothing else: from the minute that the clock shows. */
function proposedNow(context: Context): BookingForm {
  const begin = context.clock.now();
  return { ...proposedForm(context, begin), date: isoDate(context.zone, begin), time: clockTime(context.zone, begin) };
}
