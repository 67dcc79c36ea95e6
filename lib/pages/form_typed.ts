/** What the booking form holds: what a new one says, and what came back in it. */

import { defaultSubject } from '../booking/checked.ts';
import type { Context } from '../context.ts';
import type { Params } from '../http/params.ts';
import type { BookingForm } from '../meetings/booking.ts';
import { eachField, FIELDS, formOf } from '../meetings/fields.ts';
import type { Refusal } from '../refusal.ts';
import { clockTime, isoDate } from '../text/dates.ts';
import { withChosen } from './people_field.ts';

/** What a new form says. @param begin Unix seconds */
export function proposedForm(context: Context, begin: number): BookingForm {
  const { settings } = context;
  return formOf({
    subject: defaultSubject(context, begin),
    begin,
    duration: proposedDuration(settings) * 60,
    moderators: [],
    guests: [],
    language: settings.JMB_LANG,
  });
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

/** What was typed, with one of the times that suit all in the place of the one that does not, where that was pressed (`conf_suits`). */
export function atFreeTime(form: Params, typed: BookingForm): BookingForm {
  const begin = /^\d{1,12}$/.exec(form.get('conf_suits') ?? '')?.[0];
  return begin === undefined ? typed : { ...typed, date: isoDate(Number(begin)), time: clockTime(Number(begin)) };
}

/** Whether a form wants to know of clashes first (`conf_busy=ask`), and has not been told to do it anyway (`conf_anyway`). */
export function whenFree(form: Params): 'then' | 'if free' {
  return form.get('conf_busy') === 'ask' && form.get('conf_anyway') === undefined ? 'if free' : 'then';
}
