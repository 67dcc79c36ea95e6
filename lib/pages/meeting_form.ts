/** booking.cgi?new and ?edit: the form, empty, filled from the database, or with what was typed and what is wrong with it. */
import form from '../../templates/pages/form.hbs';
import { bosses, type Owned } from '../booking/access.ts';
import { type BookingFor, defaultSubject } from '../booking/checked.ts';
import type { NoSeries } from '../booking/series.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import { timesStand } from '../meetings/access.ts';
import { type Booking, type BookingForm, LONGEST_SUBJECT, type Mistake, nextQuarter } from '../meetings/booking.ts';
import { bookingAgain, bookingOf, FIELD_NAMES, FIELDS, type Field, formOf } from '../meetings/fields.ts';
import type { Identity, Meeting } from '../meetings/meeting.ts';
import type { Scope } from '../meetings/series.ts';
import type { SeriesForm, SeriesMistakes } from '../meetings/series_form.ts';
import type { Request, Response } from '../message.ts';
import { type Refusal, waitOf } from '../refusal.ts';
import { formToken } from '../store/secrets.ts';
import { LANGUAGES, type TextKey } from '../text/catalogue.ts';
import { durationText, isoDate } from '../text/dates.ts';
import { detailFields, overAlready, proposedForm, scopesOf, seriesFields } from './form_fields.ts';
import { clockWords, meetingWords, ticketWords } from './meeting_view.ts';
import { page } from './page.ts';
import { type AskedName, askedIn, PEOPLE_FIELDS, type PeopleField, peopleField } from './people_field.ts';

/** What the form is about: a meeting to be booked, or one to be changed in the version that was seen. */
export interface FormFor extends BookingFor {
  /** As whom it is booked or changed: who asks, or whoever lets them act in their place. */
  readonly acting: Identity;
  /** The meeting that is booked again. */
  readonly source?: Meeting;
  /** Whether the meeting begins as it is booked, and the form is the small one. */
  readonly now?: true;
  /** What was typed of a series, for a new meeting. */
  readonly series?: SeriesForm;
  /** How much of its series is meant, for a meeting that is in one. */
  readonly scope?: Scope;
}

/** Why a form comes back. */
export interface FormTrouble {
  readonly mistakes?: Readonly<Partial<Record<Field, readonly Mistake[]>>> & SeriesMistakes;
  /** The names that are nobody's yet, and who may be meant. */
  readonly asked?: readonly AskedName[];
  /** The meeting as somebody else has saved it meanwhile. */
  readonly conflict?: Owned;
  /** Who is taken then, in words. */
  readonly busy?: object;
  /** The directory was needed, and did not answer. */
  readonly directorySilent?: boolean;
  /** Why it was not saved, though nothing may be wrong with what was typed. */
  readonly refusal?: Refusal;
}

/** Shows an empty form, or one that says all of a meeting but its date. */
export function meetingNew(
  _request: Request,
  context: Context,
  { identity, acting, source }: Pick<Granted, 'identity' | 'acting' | 'source'>,
): Response {
  const proposed = proposedForm(context, nextQuarter(context.clock.now()));
  if (source === null) return formPage(context, { identity, meeting: null, acting }, proposed);
  const { meeting, attendees, as } = source;
  // What somebody's assistant books again is theirs again.
  const about = { identity, meeting: null, acting: acting.by ? acting : as, source: meeting };
  const again = formOf(bookingAgain(meeting, attendees, about.acting.addresses), context.zone);
  const isDefault = meeting.subject === defaultSubject(context, meeting.begin);
  const typed = { ...again, ...(isDefault ? { subject: proposed.subject } : {}), date: '' };
  return formPage(context, about, typed);
}

/** Shows the form of a meeting that is not over. */
export function meetingEdit(
  _request: Request,
  context: Context,
  { identity, owned }: Pick<Granted, 'identity' | 'owned'>,
): Response | Refusal {
  const { meeting } = owned;
  return (
    overAlready(context, meeting) ??
    formPage(
      context,
      { identity, meeting, acting: owned.as },
      formOf(bookingOf(meeting, owned.attendees), context.zone),
    )
  );
}

/**
 * Makes the page of the form: 200 for a fresh one, 400 with mistakes, 409 when somebody else has saved meanwhile, 503 without
 * the directory, or the status of a refusal.
 */
export function formPage(context: Context, about: FormFor, typed: BookingForm, trouble: FormTrouble = {}): Response {
  const { settings, texts, zone, store, clock, log } = context;
  const { meeting, source, now } = about;
  const { mistakes = {}, asked = [], conflict, busy, directorySilent = false, refusal } = trouble;
  const title = texts(titleOf(about));
  const wrong = Object.keys(mistakes).length > 0;
  const isRunning = meeting !== null && timesStand(meeting, clock.now());
  const status = refusal?.status ?? (conflict !== undefined ? 409 : directorySilent ? 503 : wrong ? 400 : 200);
  if (refusal !== undefined) log.event('refused', { status, why: refusal.log });
  const frame = {
    status,
    title,
    ...(status !== 200 ? { spoken: texts('form.spoken_error', { title }) } : {}),
    user: about.identity.name,
    editor: true,
    script: 'asks' as const,
    ...(meeting === null && !now ? ({ place: 'new' } as const) : {}),
    headers: waitOf(refusal),
  };
  const errors = Object.fromEntries(
    FIELD_NAMES.map((field) => {
      const said = (mistakes[field] ?? []).map(({ text, values }) => texts(text, values));
      return [field, said.join(' ')];
    }),
  );
  const peopleOf = (field: PeopleField) => peopleField(context, field, typed[field], errors[field] ?? '', asked);
  const series = seriesFields(context, about.series, mistakes);
  return page(context, form, frame, {
    token: formToken(store, about.identity.uid, clock.now()),
    meeting,
    ...forWhom(context, about),
    now,
    again: source && sourceWords(context, source),
    // What has begun is not moved: the page says when it is, and offers what can still be changed.
    running: isRunning && ticketWords(context, meeting),
    typed,
    errors,
    mistakes: [
      ...FIELD_NAMES.filter((field) => errors[field] !== '').map((field) => ({
        place: FIELDS[field].name,
        text: errors[field],
      })),
      ...series.mistakes,
      ...asked.map(({ text }, at) => ({ place: `who-${at}`, text: texts('form.who', { text }) })),
    ],
    series: meeting === null && series.view,
    scopes: meeting === null ? undefined : scopesOf(context, meeting, about.scope),
    directorySilent,
    busy,
    tellsBusy: settings.JMB_SHOW_BUSY && !now && !isRunning,
    refused: refusal && texts(refusal.text, refusal.values),
    // Those of a meeting from before the administrator allowed none are not to vanish unseen.
    moderators: !now && (settings.JMB_MAX_MODERATORS > 0 || typed.moderators !== '') && peopleOf('moderators'),
    guests: { ...peopleOf('guests'), focus: now && !wrong },
    durations: durations(context, typed.duration),
    languages: languages(context, typed.language),
    directory: settings.JMB_LDAPSEARCH !== '',
    earliest: isoDate(zone, clock.now()),
    longest: LONGEST_SUBJECT,
    details: detailFields(texts, typed, errors),
    zone: clockWords(context, meeting?.begin ?? clock.now()),
    zoneName: zone.name,
    conflict: conflict && savedFields(context, bookingOf(conflict.meeting, conflict.attendees)),
  });
}

/** The form again, with what is wrong, and who may be meant by the names in it. */
export async function formAgain(
  context: Context,
  about: FormFor,
  typed: BookingForm,
  why: NoSeries,
): Promise<Response> {
  if (!('mistakes' in why)) return formPage(context, about, typed, why);
  const mistakes: FormTrouble['mistakes'] = why.mistakes;
  const asks = PEOPLE_FIELDS.some((field) => mistakes?.[field]?.some(({ text }) => text === 'rule.name'));
  const asked = asks ? await askedIn(context, about.identity, typed) : [];
  return formPage(context, about, typed, { ...why, asked });
}

/** For whom it is, where somebody lets who asks act in their place: to choose for a new one, else to read. */
function forWhom({ store, texts }: Context, { identity, meeting, acting }: FormFor): object {
  if (meeting !== null) return { forName: acting.by && texts('form.for_name', { name: acting.name }) };
  const others = bosses(store, identity);
  if (others.length === 0) return {};
  const all = [{ value: '', label: texts('form.for_me', { name: identity.name }), chosen: acting.by === undefined }];
  return {
    forWhom: [
      ...all,
      ...others.map(({ uid, email, name }) => ({
        value: email,
        label: `${name} (${email})`,
        chosen: uid === acting.uid,
      })),
    ],
  };
}

function titleOf({ meeting, source, now }: FormFor): TextKey {
  if (meeting !== null) return 'form.title_edit';
  return now ? 'form.title_now' : source ? 'form.title_again' : 'form.title_new';
}

/** What was taken over, and what was not. */
function sourceWords(context: Context, source: Meeting): string {
  const { subject, date } = meetingWords(context, source);
  return context.texts('form.again', { subject, date });
}

/** What a booking says in each field that says anything. */
function savedFields(context: Context, booking: Booking): object[] {
  return FIELD_NAMES.map((field) => ({
    label: context.texts(FIELDS[field].label),
    values: FIELDS[field].shown(booking, context),
  })).filter(({ values }) => values.length > 0);
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

/** The languages to choose from; that of the house, whichever it is, stays with a meeting of which none was chosen. */
function languages({ settings, texts }: Context, typed: string): object[] {
  const all = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label, chosen: value === typed }));
  const house = texts('form.language_house', { language: LANGUAGES[settings.JMB_LANG] });
  return typed === '' ? [...all, { value: '', label: house, chosen: true }] : all;
}
