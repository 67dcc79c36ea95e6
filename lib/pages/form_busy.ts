/**
 * booking.cgi?busy: what the booking form says of clashes, before anything is saved. The script of the form asks for it as one types,
 * a button where no script runs; saving asks nobody, and says it of what was saved.
 */
import { ownedMeeting } from '../booking/access.ts';
import { type Clashes, clashesOf, clashesTyped, type Taken } from '../booking/clashes.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import type { BookingForm } from '../meetings/booking.ts';
import type { Identity } from '../meetings/meeting.ts';
import { scopeOf } from '../meetings/series.ts';
import type { Params, Request, Response } from '../message.ts';
import { isRefusal, type Refusal } from '../refusal.ts';
import { attendeesOf, type Listed } from '../store/meetings.ts';
import { clockTime, dayAndMonth, isoDate, timeOf } from '../text/dates.ts';
import { oldForm, seriesIn, typedIn } from './form_fields.ts';
import { formAgain, formPage } from './meeting_form.ts';
import { versionIn } from './meeting_save.ts';
import { counted, readingOf, shortDayOf } from './meeting_view.ts';
import type { NoticeWords } from './page.ts';

/** How many clashes are named beside the form, and in a notice. */
const MOST_NAMED = 10;
const NOTICED = 3;

/** Shows the form as it was typed, with who is taken then; with a time that suits all, where that was pressed (`conf_suits`). */
export async function busyShow(
  _request: Request,
  context: Context,
  { identity, acting, form, stale }: Pick<Granted, 'identity' | 'acting' | 'form' | 'stale'>,
): Promise<Response | Refusal> {
  const typed = atFreeTime(context, form, typedIn(form));
  const id = form.get('conf_tsn');
  const owned = id === undefined ? null : ownedMeeting(context, identity, id);
  if (isRefusal(owned)) return owned;
  const about =
    owned === null
      ? { identity, meeting: null, acting, series: seriesIn(form) }
      : {
          identity,
          meeting: { ...owned.meeting, version: versionIn(form) },
          acting: owned.as,
          scope: scopeOf(form.get('conf_scope')),
        };
  if (stale !== null) return formPage(context, about, typed, { refusal: oldForm(stale) });
  const wide = 'scope' in about && about.scope !== 'one';
  const found = await clashesTyped(context, identity, { ...about, identity: about.acting, wide }, typed);
  const live = form.get('conf_live') !== undefined;
  if (!isRefusal(found) && 'taken' in found) {
    return formPage(context, about, typed, { busy: { ...busyWords(context, found), live } });
  }
  // Half a form is nothing to be told of while it is typed.
  if (live) return formPage(context, about, typed);
  return isRefusal(found)
    ? formPage(context, about, typed, { refusal: found })
    : formAgain(context, about, typed, found);
}

function atFreeTime({ zone }: Context, form: Params, typed: BookingForm): BookingForm {
  const begin = /^\d{1,11}$/.exec(form.get('conf_suits') ?? '')?.[0];
  if (begin === undefined) return typed;
  return { ...typed, date: isoDate(zone, Number(begin)), time: clockTime(zone, Number(begin)) };
}

/** The clashes in words, with the times that can be pressed. */
function busyWords(context: Context, { taken, suits }: Clashes): object {
  const reading = readingOf(context);
  const { texts, zone } = context;
  return {
    lines: linesOf(context, taken, MOST_NAMED),
    suits: suits.map((begin) => ({
      value: begin,
      date: isoDate(zone, begin),
      time: clockTime(zone, begin),
      label: texts('list.next_at', { day: shortDayOf(reading, begin), time: timeOf(context, begin) }),
    })),
  };
}

/** So many clashes in words, and how many more there are. */
function linesOf(context: Context, taken: readonly Taken[], most: number): string[] {
  const lines = taken
    .slice(0, most)
    .map((one) => takenWords(context, one, isoDate(context.zone, taken[0]?.begin ?? 0)));
  return taken.length > most ? [...lines, counted(context, 'clash.more', taken.length - most)] : lines;
}

/** « Bob Durand n’est pas libre de 10:00 à 11:00 », with the day of what is on another than the first. */
function takenWords(context: Context, { name, self, begin, end, subject }: Taken, day: string): string {
  const { texts, zone } = context;
  const words = (unix: number): string => {
    const time = timeOf(context, unix);
    return isoDate(zone, unix) === day ? time : texts('clash.at_day', { time, day: dayAndMonth(context, unix) });
  };
  const line = texts(self ? 'clash.you' : 'clash.line', { name, begin: words(begin), end: words(end) });
  return subject === '' ? line : texts('clash.subject', { line, subject });
}

/**
 * A notice of what was saved, and who is taken then all the same.
 * @param all the meeting, or those of its series, by begin
 */
export function withClashes(
  context: Context,
  owner: Identity,
  notice: NoticeWords,
  [first, ...others]: readonly Listed[],
): NoticeWords {
  if (first === undefined) return notice;
  const people = attendeesOf(context.store, first.meeting.id).filter(
    ({ role, answer }) => role !== 'owner' && answer !== 'declined',
  );
  const { taken } = clashesOf(context, owner, {
    people: people.map(({ email }) => email),
    spans: [first, ...others].map(({ meeting: { begin, end } }) => ({ begin, end })),
    except: [first, ...others].map(({ meeting }) => meeting.id),
  });
  if (taken.length === 0) return notice;
  const lines = linesOf(context, taken, NOTICED).join(', ');
  return { text: context.texts('clash.notice', { notice: notice.text, lines }), mixed: true };
}
