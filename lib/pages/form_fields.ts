/** What forms hold: what a new booking form says, what came back in one, what of that is too late, and what forms say of series. */
import type { Owned } from '../booking/access.ts';
import { defaultSubject } from '../booking/checked.ts';
import type { Context } from '../context.ts';
import { mayEdit, timesStand } from '../meetings/access.ts';
import { type BookingForm, LONGEST_WORD, type Mistake } from '../meetings/booking.ts';
import { DETAIL_NAMES, DETAILS } from '../meetings/details.ts';
import { bookingOf, eachField, FIELD_NAMES, FIELDS, formOf } from '../meetings/fields.ts';
import type { Meeting } from '../meetings/meeting.ts';
import { REPEATS, type Scope, seriesWords } from '../meetings/series.ts';
import { LONGEST_SKIP, ONCE, SERIES_FIELDS, type SeriesForm, type SeriesMistakes } from '../meetings/series_form.ts';
import type { Params } from '../message.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { placesOf, seriesById } from '../store/series.ts';
import { longDate } from '../text/dates.ts';
import { withChosen } from './people_field.ts';

/** What a new form says. @param begin Unix seconds */
export function proposedForm(context: Context, begin: number): BookingForm {
  const { settings, zone } = context;
  const booking = {
    subject: defaultSubject(context, begin),
    begin,
    duration: proposedDuration(settings) * 60,
    moderators: [],
    guests: [],
    language: settings.JMB_LANG,
  };
  return formOf(booking, zone);
}

/**
 * What was typed, with the people who were chosen for names. What is longer than anything that could be right is none, and is not shown again either.
 * @param unsaid what stands for a field that the form did not have
 */
export function typedIn(form: Params, unsaid?: BookingForm): BookingForm {
  const said = eachField((field) => {
    const typed = form.get(FIELDS[field].name);
    return typed === undefined ? (unsaid?.[field] ?? '') : FIELDS[field].kept(typed);
  });
  return withChosen(form, said);
}

/** The fields of lib/meetings/details.ts, as templates/pages/form.hbs shows them. */
export function detailFields(
  texts: Context['texts'],
  typed: BookingForm,
  errors: Readonly<Record<string, string>>,
): readonly object[] {
  return DETAIL_NAMES.map((detail) => {
    const { name, label, hint, longest, rows } = DETAILS[detail];
    const said = { label: texts(label), hint: texts(hint, { max: longest }), text: typed[detail] };
    return { name, longest, rows, ...said, error: errors[detail] };
  });
}

/** Refuses to change what is over. */
export function overAlready({ clock }: Context, meeting: Meeting): Refusal | null {
  if (mayEdit(meeting, 'owner', clock.now())) return null;
  return refuse(403, 'refused.edit_late', `meeting ${meeting.id} is over`);
}

/** Refuses to move what has begun; a form that says nothing of the times, or what they are, moves nothing. */
export function movedLate({ clock, zone }: Context, owned: Owned, typed: BookingForm): Refusal | null {
  if (!timesStand(owned.meeting, clock.now())) return null;
  const saved = formOf(bookingOf(owned.meeting, owned.attendees), zone);
  const moves = FIELD_NAMES.some(
    (field) => FIELDS[field].isTime && typed[field] !== '' && typed[field] !== saved[field],
  );
  return moves ? refuse(403, 'refused.begun', `meeting ${owned.meeting.id} has begun`) : null;
}

/** What an old form says: nothing that was typed is lost. */
export function oldForm(stale: Refusal): Refusal {
  return { ...stale, text: 'refused.stale_form' };
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

type Field = keyof SeriesForm;

/** The fields' names, in the order of the page. */
const NAMES = Object.keys(SERIES_FIELDS) as readonly Field[];

/** What a form says of a series. What is longer than anything that could be right is none; of dates one more sign is kept, to be told of. */
export function seriesIn(form: Params): SeriesForm {
  const kept = (field: Field): string => {
    const typed = form.get(SERIES_FIELDS[field]) ?? '';
    if (field === 'skip') return typed.slice(0, LONGEST_SKIP + 1);
    return typed.length > LONGEST_WORD ? '' : typed;
  };
  return {
    repeat: kept('repeat'),
    every: kept('every'),
    times: kept('times'),
    until: kept('until'),
    skip: kept('skip'),
  };
}

/** What templates/pages/series_fields.hbs shows, and what is wrong with it, as the summary of the form says it. */
export function seriesFields(
  { texts }: Pick<Context, 'texts'>,
  typed: SeriesForm = ONCE,
  mistakes: SeriesMistakes = {},
): { readonly view: object; readonly mistakes: readonly { place: string; text: string }[] } {
  const said = (all: readonly Mistake[] = []): string => all.map(({ text, values }) => texts(text, values)).join(' ');
  const errors = Object.fromEntries(NAMES.map((field) => [field, said(mistakes[field])]));
  const every = typed.every.trim() || '1';
  const intervals = [...new Set([...Array(12).keys()].map((one) => String(one + 1)).concat(every))];
  const view = {
    typed,
    errors,
    repeats: (['', ...REPEATS] as const).map((value) => ({
      value,
      label: texts(`form.repeat_${value}`),
      chosen: value === typed.repeat,
    })),
    intervals: intervals.map((value) => ({ value, chosen: value === every })),
  };
  const wrong = NAMES.filter((field) => errors[field] !== '');
  return { view, mistakes: wrong.map((field) => ({ place: SERIES_FIELDS[field], text: errors[field] ?? '' })) };
}

/**
 * What templates/pages/scope.hbs shows: how much of its series is meant by what is done to a meeting; nothing where it is in none.
 * @param chosen which one stands first
 */
export function scopesOf(
  context: Pick<Context, 'store' | 'texts' | 'language' | 'zone'>,
  { id, begin }: Pick<Meeting, 'id' | 'begin'>,
  chosen: Scope = 'one',
): { readonly words: string; readonly choices: readonly object[] } | undefined {
  const { store, texts } = context;
  const place = placesOf(store, [id]).get(id);
  const series = place && seriesById(store, place.seriesId, begin)?.meeting.series;
  if (series === undefined) return undefined;
  const date = longDate(context, begin);
  const choices = (['one', 'following', 'all'] as const).map((value) => ({
    value,
    label: texts(`series.scope_${value}`, { date }),
    chosen: value === chosen,
  }));
  return { words: texts('series.about', { series: seriesWords(series, texts, context) }), choices };
}
