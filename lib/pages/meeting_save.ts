/**
 * booking.cgi?register_new, ?register_edit, ?move and ?invite, which go back to the list, and ?now, whose small form leads into the
 * room: each reads a form and has it booked or changed.
 */
import { book, type Changed, change, invite } from '../booking/book.ts';
import type { NoSeries } from '../booking/series.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import type { BookingForm } from '../meetings/booking.ts';
import { bookingOf, formOf } from '../meetings/fields.ts';
import type { Identity, MeetingId } from '../meetings/meeting.ts';
import { type Scope, scopeOf } from '../meetings/series.ts';
import type { Params, Request, Response } from '../message.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { saidOf } from '../store/answers.ts';
import { clockTime, isoDate } from '../text/dates.ts';
import { movedLate, oldForm, overAlready, proposedForm, seriesIn, typedIn } from './form_fields.ts';
import { type FormFor, formAgain, formPage } from './meeting_form.ts';
import { type Notice, toList, toMeeting } from './page.ts';

/** Books a meeting. */
export async function meetingBook(
  request: Request,
  context: Context,
  { identity, acting, form, stale }: Pick<Granted, 'identity' | 'acting' | 'form' | 'stale'>,
): Promise<Response | Refusal> {
  const series = seriesIn(form);
  const about = { identity, meeting: null, acting, series };
  const typed = typedIn(form);
  if (stale !== null) return formPage(context, about, typed, { refusal: oldForm(stale) });
  const done = await book(context, acting, typed, { series });
  if (!('told' in done)) return notSaved(context, about, typed, done);
  return toList(request, `booked${done.told}`, done.meeting.id, acting);
}

/** Changes a meeting that is not over, in the version that the form was made from; of one that runs, people and subject. */
export async function meetingChange(
  request: Request,
  context: Context,
  { identity, form, stale, owned }: Pick<Granted, 'identity' | 'form' | 'stale' | 'owned'>,
): Promise<Response | Refusal> {
  const typed = typedIn(form);
  const late = overAlready(context, owned.meeting) ?? movedLate(context, owned, typed);
  if (late !== null) return late;
  const version = versionIn(form);
  const about = { identity, meeting: { ...owned.meeting, version }, acting: owned.as };
  if (stale !== null) return formPage(context, about, typed, { refusal: oldForm(stale) });
  return changed(request, context, { identity, owned, scope: scopeOf(form.get('conf_scope')) }, version, typed);
}

/**
 * Moves a meeting to a time that one of its people proposed, in the version that the follow-up showed. What stands in the way
 * is shown in the form, which has that time in it.
 */
export function meetingMove(
  request: Request,
  context: Context,
  { identity, form, owned }: Pick<Granted, 'identity' | 'form' | 'owned'>,
): Promise<Response | Refusal> | Refusal {
  const { meeting, attendees } = owned;
  const begin = Number(/^\d{1,12}$/.exec(form.get('conf_begin') ?? '')?.[0] ?? -1);
  const proposals = [...saidOf(context.store, meeting.id).values()].map(({ proposal }) => proposal);
  const proposal = proposals.find((one) => one?.begin === begin);
  if (!proposal) return refuse(409, 'refused.proposal_gone', `meeting ${meeting.id}: nobody proposes ${begin}`);
  const typed = formOf({ ...bookingOf(meeting, attendees), ...proposal }, context.zone);
  const late = overAlready(context, meeting) ?? movedLate(context, owned, typed);
  return late ?? changed(request, context, { identity, owned }, versionIn(form), typed);
}

/** Invites more people to a meeting that is not over; what is wrong with what was typed is shown in the form of the meeting. */
export async function meetingInvite(
  request: Request,
  context: Context,
  { identity, form, owned }: Pick<Granted, 'identity' | 'form' | 'owned'>,
): Promise<Response | Refusal> {
  const late = overAlready(context, owned.meeting);
  if (late !== null) return late;
  const { guests } = typedIn(form);
  const invited = await invite(context, owned.as, owned, guests);
  if (isRefusal(invited)) return invited;
  return outcome(
    request,
    context,
    { identity, owned: { ...owned, ...invited.owned } },
    invited.typed,
    invited.done,
    toMeeting,
  );
}

/** The version of a meeting that a form was made from. */
export function versionIn(form: Params): number {
  return Number(/^\d{1,15}$/.exec(form.get('conf_version') ?? '')?.[0] ?? -1);
}

/** Whose meeting is changed, and how much of its series with it. */
type Scoped = Pick<Granted, 'identity' | 'owned'> & { readonly scope?: Scope };

/** Has it changed, and says what became of that. */
async function changed(
  request: Request,
  context: Context,
  { identity, owned, scope = 'one' }: Scoped,
  version: number,
  typed: BookingForm,
): Promise<Response | Refusal> {
  const seen = { identity, owned: { ...owned, meeting: { ...owned.meeting, version } }, scope };
  const done = await change(context, owned.as, owned, { version, scope }, typed);
  return outcome(request, context, seen, typed, done, toList);
}

/** The answer to a change: the form again, or the page that says a notice. */
function outcome(
  request: Request,
  context: Context,
  { identity, owned: { meeting, as: acting }, scope = 'one' }: Scoped,
  typed: BookingForm,
  done: Changed,
  to: (request: Request, notice: Notice, id: MeetingId, acting: Identity) => Response,
): Promise<Response | Refusal> | Response | Refusal {
  const about = { identity, meeting, acting, scope };
  if ('unchanged' in done) return to(request, 'unchanged', meeting.id, acting);
  // The form with what was typed, beside what somebody else has saved; saving again is then a decision.
  if ('conflict' in done) return formPage(context, { ...about, meeting: done.conflict.meeting }, typed, done);
  if (!('told' in done)) return notSaved(context, about, typed, done);
  return to(request, `changed${done.told}`, meeting.id, acting);
}

/** The form with what is wrong in it, or with until when to wait; a page of its own where no other form would be saved. */
function notSaved(
  context: Context,
  about: FormFor,
  typed: BookingForm,
  why: NoSeries | Refusal,
): Promise<Response> | Response | Refusal {
  if (!isRefusal(why)) return formAgain(context, about, typed, why);
  return why.status === 429 ? formPage(context, about, typed, { refusal: why }) : why;
}

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
  if (!('told' in done)) return notSaved(context, about, typed, done);
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
