/** What stands beside the fields of the booking form: for whom it is, and who is taken when. */

import { bosses } from '../booking/access.ts';
import type { Clash, Taken } from '../booking/clashes.ts';
import type { Context } from '../context.ts';
import { dayAndMonth, isoDate, timeOf } from '../text/dates.ts';
import type { FormFor } from './meeting_form.ts';
import { counted, readingOf, shortDayOf } from './meeting_view.ts';

/** How many clashes are named. */
const MOST_NAMED = 10;

/** The clashes in words, with what can be pressed. */
export function clashWords(context: Context, { taken, suits }: Clash, isNew: boolean): object {
  const { texts, language } = context;
  const reading = readingOf(context);
  const more = taken.length - MOST_NAMED;
  return {
    lines: taken.slice(0, MOST_NAMED).map((one) => takenWords(context, one, suits === null)),
    more: more > 0 && counted(reading, 'clash.more', more),
    anyway: texts(isNew ? 'clash.anyway_new' : 'clash.anyway_edit'),
    noTime: suits?.length === 0,
    suits: suits?.map((begin) => ({
      value: begin,
      label: texts('list.next_at', { day: shortDayOf(reading, begin), time: timeOf(language, begin) }),
    })),
  };
}

/** « Bob Durand n’est pas libre de 10:00 à 11:00 »; of a series, or of what is on two days, with the days. */
function takenWords(
  { texts, language }: Context,
  { name, self, begin, end, subject }: Taken,
  isSeries: boolean,
): string {
  const isOneDay = isoDate(begin) === isoDate(end);
  const words = (unix: number): string => {
    const time = timeOf(language, unix);
    return isOneDay ? time : texts('clash.at_day', { time, day: dayAndMonth(language, unix) });
  };
  const line = texts(self ? 'clash.you' : 'clash.line', { name, begin: words(begin), end: words(end) });
  const dated = isSeries && isOneDay ? texts('clash.on', { line, day: dayAndMonth(language, begin) }) : line;
  return subject === '' ? dated : texts('clash.subject', { line: dated, subject });
}

/** For whom it is, where somebody lets who asks act in their place: to choose for a new one, else to read. */
export function forWhom({ store, texts }: Context, { identity, meeting, acting }: FormFor): object {
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
