/** booking.cgi?new and ?edit: the form, empty, filled from the database, or with what was typed and what is wrong with it. */

import form from '../../templates/pages/form.hbs';
import { type BookingFor, defaultSubject } from '../booking/checked.ts';
import type { Owned } from '../booking/owned.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/needs.ts';
import { mayEdit, timesStand } from '../meetings/access.ts';
import { type BookingForm, type Field, LONGEST_SUBJECT, type Mistake, nextQuarter } from '../meetings/booking.ts';
import type { Meeting } from '../meetings/meeting.ts';
import { addressesIn } from '../meetings/seats.ts';
import type { Request, Response } from '../message.ts';
import { type Refusal, refuse, waitOf } from '../refusal.ts';
import { formToken } from '../store/secrets.ts';
import { clockTime, durationText, isoDate, startOfDay } from '../text/dates.ts';
import { meetingWords } from './meeting_view.ts';
import { page } from './page.ts';

/** What the form is about: a meeting to be booked, or one to be changed in the version that was seen. */
export type FormFor = BookingFor;

/** Why a form comes back. */
export interface FormTrouble {
  readonly mistakes?: Readonly<Partial<Record<Field, readonly Mistake[]>>>;
  /** The meeting as somebody else has saved it meanwhile. */
  readonly conflict?: Owned;
  /** The directory was needed, and did not answer. */
  readonly directorySilent?: boolean;
  /** Why it was not saved, though nothing may be wrong with what was typed. */
  readonly refusal?: Refusal;
}

/** Shows an empty form. */
export function meetingNew(_request: Request, context: Context, { identity }: Pick<Granted, 'identity'>): Response {
  const { settings } = context;
  const begin = nextQuarter(context.clock.now());
  const typed = {
    date: isoDate(begin),
    time: clockTime(begin),
    duration: String(proposedDuration(settings)),
    subject: defaultSubject(context, begin),
    moderators: '',
    guests: '',
  };
  return formPage(context, { identity, meeting: null }, typed);
}

/** Shows the form of a meeting that is not over. */
export function meetingEdit(
  _request: Request,
  context: Context,
  { identity, owned }: Pick<Granted, 'identity' | 'owned'>,
): Response | Refusal {
  const { meeting } = owned;
  return overAlready(context, meeting) ?? formPage(context, { identity, meeting }, savedForm(owned));
}

/** Refuses to change what is over. */
export function overAlready({ clock }: Context, meeting: Meeting): Refusal | null {
  if (mayEdit(meeting, 'owner', clock.now())) return null;
  return refuse(403, 'refused.edit_late', `meeting ${meeting.id} is over`);
}

/** Refuses to move what has begun; a form that says nothing of the times, or what they are, moves nothing. */
export function movedLate({ clock }: Context, owned: Owned, typed: BookingForm): Refusal | null {
  if (!timesStand(owned.meeting, clock.now())) return null;
  const saved = savedForm(owned);
  const moves = (['date', 'time', 'duration'] as const).some(
    (field) => typed[field] !== '' && typed[field] !== saved[field],
  );
  return moves ? refuse(403, 'refused.begun', `meeting ${owned.meeting.id} has begun`) : null;
}

/** A meeting as its form would have been typed. */
function savedForm({ meeting, attendees }: Owned): BookingForm {
  return {
    date: isoDate(meeting.begin),
    time: clockTime(meeting.begin),
    duration: String(Math.round(meeting.duration / 60)),
    subject: meeting.subject,
    moderators: addressesIn(attendees, 'moderator').join('\n'),
    guests: addressesIn(attendees, 'guest').join('\n'),
  };
}

/** The names of the fields on the wire, in the order of the page. */
const NAMES = [
  ['subject', 'conf_object'],
  ['date', 'conf_date'],
  ['time', 'conf_time'],
  ['duration', 'conf_duration'],
  ['guests', 'conf_guests'],
  ['moderators', 'conf_moderators'],
] as const;

/**
 * Makes the page of the form: 200 for a fresh one, 400 with mistakes, 409 when somebody else has saved meanwhile, 503 without
 * the directory, or the status of a refusal.
 */
export function formPage(context: Context, about: FormFor, typed: BookingForm, trouble: FormTrouble = {}): Response {
  const { settings, texts, store, clock, log } = context;
  const { meeting } = about;
  const { mistakes = {}, conflict, directorySilent = false, refusal } = trouble;
  const title = texts(meeting === null ? 'form.title_new' : 'form.title_edit');
  const wrong = Object.keys(mistakes).length > 0;
  const status = refusal?.status ?? (conflict !== undefined ? 409 : directorySilent ? 503 : wrong ? 400 : 200);
  if (refusal !== undefined) log.event('refused', { status, why: refusal.log });
  const frame = {
    status,
    title,
    ...(status !== 200 ? { spoken: texts('form.spoken_error', { title }) } : {}),
    user: about.identity.name,
    editor: true,
    ...(meeting === null ? ({ place: 'new' } as const) : {}),
    headers: waitOf(refusal),
  };
  const errors = Object.fromEntries(
    NAMES.map(([field]) => [field, (mistakes[field] ?? []).map(({ text, values }) => texts(text, values)).join(' ')]),
  );
  return page(context, form, frame, {
    token: formToken(store, about.identity.uid, clock.now()),
    meeting,
    // What has begun is not moved: the page says when it is, and offers what can still be changed.
    running: meeting !== null && timesStand(meeting, clock.now()) && meetingWords(context, meeting),
    typed,
    errors,
    mistakes: NAMES.filter(([field]) => errors[field] !== '').map(([field, name]) => ({
      name,
      text: errors[field],
    })),
    directorySilent,
    refused: refusal && texts(refusal.text, refusal.values),
    // Those of a meeting from before the administrator allowed none are not to vanish unseen.
    moderators: settings.JMB_MAX_MODERATORS > 0 || typed.moderators !== '',
    durations: durations(context, typed.duration),
    earliest: isoDate(startOfDay(clock.now())),
    longest: LONGEST_SUBJECT,
    maxModerators: settings.JMB_MAX_MODERATORS,
    maxGuests: settings.JMB_MAX_GUESTS,
    zone: settings.JMB_ICAL_TZID.replace(/_/g, ' '),
    conflict: conflict && {
      ...meetingWords(context, conflict.meeting),
      moderators: addressesIn(conflict.attendees, 'moderator'),
      guests: addressesIn(conflict.attendees, 'guest'),
    },
  });
}

/** The durations to choose from; what was typed is among them, also where no step leads to it. */
function durations({ settings, language }: Context, typed: string): object[] {
  const { JMB_MIN_MEETING_DURATION: least, JMB_MAX_MEETING_DURATION: most, JMB_STEP_MEETING_DURATION: step } = settings;
  const values = new Set<string>();
  for (let minutes = least; minutes <= most; minutes += step) values.add(String(minutes));
  values.add(typed);
  return [...values]
    .sort((one, other) => Number(one) - Number(other))
    .map((value) => ({
      value,
      label: /^\d{1,5}$/.test(value) ? durationText(language, Number(value) * 60) : value,
      chosen: value === typed,
    }));
}

/** The usual duration, where it is allowed; minutes. */
function proposedDuration(settings: Context['settings']): number {
  const {
    JMB_DEFAULT_MEETING_DURATION: usual,
    JMB_MIN_MEETING_DURATION: least,
    JMB_MAX_MEETING_DURATION: most,
  } = settings;
  return Math.min(Math.max(usual, least), most);
}
