/** What the booking form holds: what a new one says, and what came back in it. */
import { defaultSubject } from '../booking/checked.ts';
import type { Context } from '../context.ts';
import type { BookingForm } from '../meetings/booking.ts';
import { eachField, FIELDS, formOf } from '../meetings/fields.ts';
import type { Params } from '../message.ts';
import type { Refusal } from '../refusal.ts';
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
