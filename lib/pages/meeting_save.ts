/** booking.cgi?register_new and ?register_edit: checks what was typed, saves it with its mails and reminders, sends, and goes back to the list. */

import type { Context } from '../context.ts';
import { formParams, type Params } from '../http/params.ts';
import { type Message, messagesToAll } from '../mail/messages.ts';
import { timesStand } from '../meetings/access.ts';
import {
  type Booking,
  type BookingForm,
  checkBooking,
  LONGEST_TYPED_SUBJECT,
  LONGEST_WORD,
} from '../meetings/booking.ts';
import { whoIsTold } from '../meetings/change.ts';
import type { Identity, Meeting } from '../meetings/meeting.ts';
import { planReminders } from '../meetings/reminders.ts';
import type { Request, Response } from '../message.ts';
import { isRefusal, type Refusal } from '../refusal.ts';
import { insertMeeting, type Saved, updateMeeting } from '../store/bookings.ts';
import { attendeesOf } from '../store/meetings.ts';
import { dropReminders } from '../store/outbox_changes.ts';
import { planReminderRows } from '../store/reminders.ts';
import { addressBook, aliasesOf, asksDirectory } from './address_book.ts';
import { defaultSubject, type FormFor, filledInSubjects, formPage, movedLate, overAlready } from './meeting_form.ts';
import { accounts, logged, send, withinLimit, write } from './meeting_mails.ts';
import { listWith } from './notice.ts';
import { beside, go } from './page.ts';
import { orderOwnership, tellRoom } from './room_changes.ts';
import { twinOf } from './twin.ts';
import { askedId, crossSite, editorOf, type Owned, ownedMeeting, staleForm } from './visitor.ts';

/** Books a meeting. */
export async function meetingBook(request: Request, context: Context): Promise<Response | Refusal> {
  const asked = await askedForm(request, context);
  if (isRefusal(asked)) return asked;
  const { identity, typed } = asked;
  const about = { identity, meeting: null };
  if (asked.stale !== null) return formPage(context, about, typed, { refusal: asked.stale });
  const booking = await checked(context, about, typed);
  if ('status' in booking) return booking;
  const { store, clock, log } = context;
  const known = await accounts(context, identity, [...booking.moderators, ...booking.guests]);
  const done = withinLimit(context, identity, () => {
    const twin = twinOf(store, identity.email, booking, clock.now());
    if (twin !== undefined) return { meeting: twin, twin: true };
    const { meeting, attendees } = insertMeeting(store, clock, identity.email, booking);
    plan(context, meeting);
    write(context, identity, { meeting, attendees, accounts: known }, messagesToAll('new', attendees));
    return { meeting, twin: false };
  });
  if (isRefusal(done)) return formPage(context, about, typed, { refusal: done });
  const { meeting, twin } = done;
  log.event(twin ? 'booked-already' : 'booked', logged(meeting, identity));
  return go(303, beside(request, listWith(`booked${await send(context, meeting.id)}`)));
}

/** Changes a meeting that is not over, in the version that the form was made from; of one that runs, people and subject. */
export async function meetingChange(request: Request, context: Context): Promise<Response | Refusal> {
  const asked = await askedForm(request, context);
  if (isRefusal(asked)) return asked;
  const { identity, typed, form } = asked;
  const owned = ownedMeeting(context, identity, askedId(request, form));
  if (isRefusal(owned)) return owned;
  const late = overAlready(context, owned.meeting) ?? movedLate(context, owned, typed);
  if (late !== null) return late;
  const expected = Number(/^\d{1,15}$/.exec(form.get('conf_version') ?? '')?.[0] ?? -1);
  const { id } = owned.meeting;
  const about = { identity, meeting: { ...owned.meeting, version: expected } };
  if (asked.stale !== null) return formPage(context, about, typed, { refusal: asked.stale });
  const booking = await checked(context, about, typed);
  if ('status' in booking) return booking;
  const known = await accounts(context, identity, [
    ...booking.moderators,
    ...booking.guests,
    ...owned.attendees.map(({ email }) => email),
  ]);
  const { store, clock, log } = context;
  const result = withinLimit(context, identity, () => {
    // Read again: the database may have changed while the directory was asked.
    const before = ownedMeeting(context, identity, id);
    if (isRefusal(before)) return before;
    const update = updateMeeting(store, id, expected, booking, clock.now());
    if (update.outcome !== 'saved') return { conflict: before };
    tellOfChange(context, identity, before, update, known);
    orderOwnership(context, before, update);
    return { meeting: update.meeting, changed: update.meeting.version !== before.meeting.version };
  });
  if (isRefusal(result)) return result.status === 429 ? formPage(context, about, typed, { refusal: result }) : result;
  if ('conflict' in result) return conflictPage(context, identity, typed, result.conflict);
  if (!result.changed) return go(303, beside(request, listWith('unchanged')));
  log.event('changed', logged(result.meeting, identity));
  await tellRoom(context, result.meeting.room);
  return go(303, beside(request, listWith(`changed${await send(context, id)}`)));
}

/** A form that may be looked at: its sender may book, and it comes from no other site. `stale` says that it is too old to be believed. */
async function askedForm(
  request: Request,
  context: Context,
): Promise<{ identity: Identity; form: Params; typed: BookingForm; stale: Refusal | null } | Refusal> {
  const identity = await editorOf(context, request);
  if (isRefusal(identity)) return identity;
  const foreign = crossSite(request);
  if (foreign !== null) return foreign;
  const form = formParams(request);
  // Nothing that was typed is lost: the form comes back with it.
  const old = staleForm(context, identity, form);
  const field = (name: string) => form.get(`conf_${name}`) ?? '';
  // What is longer is none, and is not shown again either.
  const word = (name: string) => (field(name).length > LONGEST_WORD ? '' : field(name));
  const typed = {
    date: word('date'),
    time: word('time'),
    duration: word('duration'),
    // One more than can be: what is left still says that it is too long.
    subject: field('object').slice(0, LONGEST_TYPED_SUBJECT + 1),
    moderators: field('moderators'),
    guests: field('guests'),
  };
  return { identity, form, typed, stale: old && { ...old, text: 'refused.stale_form' } };
}

/** The booking that was typed, or the form again with what is wrong. */
async function checked(context: Context, about: FormFor, typed: BookingForm): Promise<Booking | Response> {
  const { settings, clock, store } = context;
  const { meeting } = about;
  const rules = {
    ...addressBook(context, about.identity),
    now: clock.now(),
    minMinutes: settings.JMB_MIN_MEETING_DURATION,
    maxMinutes: settings.JMB_MAX_MEETING_DURATION,
    maxModerators: settings.JMB_MAX_MODERATORS,
    maxGuests: settings.JMB_MAX_GUESTS,
    defaultSubject: (begin: number) => defaultSubject(context, begin),
    filledIn: filledInSubjects(context, meeting),
    ...(meeting !== null && timesStand(meeting, clock.now()) ? { times: meeting } : {}),
  };
  let result = checkBooking(typed, rules);
  // The directory is asked about a form that is right otherwise: about no more people than can be invited.
  if ('booking' in result && asksDirectory(context)) {
    const present = meeting === null ? [] : attendeesOf(store, meeting.id).map(({ email }) => email);
    const aliases = await aliasesOf(context, result.booking, present);
    if (aliases === null) return formPage(context, about, typed, { directorySilent: true });
    result = checkBooking(typed, { ...rules, aliases });
  }
  return 'booking' in result ? result.booking : formPage(context, about, typed, { mistakes: result.mistakes });
}

/** Plans the reminders of a meeting anew; those of its old time that wait in the outbox are no longer true. */
function plan({ store, settings, clock }: Context, { id, begin, end }: Meeting): void {
  const now = clock.now();
  dropReminders(store, id, now);
  planReminderRows(store, 'mail', id, planReminders(begin, settings.JMB_MAIL_REMINDER, now));
  planReminderRows(store, 'xmpp', id, planReminders(end, settings.JMB_XMPP_REMINDER, now));
}

function tellOfChange(
  context: Context,
  identity: Identity,
  before: Owned,
  after: Saved,
  known: ReadonlyMap<string, string>,
): void {
  const told = whoIsTold(before, after);
  if (told.moved) plan(context, after.meeting);
  const messages: Message[] = [
    ...messagesToAll('new', told.newcomers),
    ...messagesToAll('edit', told.changed),
    ...messagesToAll('removed', told.removed),
  ];
  for (const { email } of told.removed) {
    dropReminders(context.store, after.meeting.id, context.clock.now(), email);
  }
  write(context, identity, { meeting: after.meeting, attendees: after.attendees, accounts: known }, messages);
}

/** The form with what was typed, beside what somebody else has saved; saving again is then a decision. */
function conflictPage(context: Context, identity: Identity, typed: BookingForm, conflict: Owned): Response {
  context.log.event('conflict', { id: conflict.meeting.id, uid: identity.uid });
  return formPage(context, { identity, meeting: conflict.meeting }, typed, { conflict });
}
