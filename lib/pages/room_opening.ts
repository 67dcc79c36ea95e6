/** The page of whoever comes to open a room long before its meeting. */

import type { Context } from '../context.ts';
import { opensAt } from '../meetings/access.ts';
import type { Meeting } from '../meetings/meeting.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { longDate, timeOf } from '../text/dates.ts';

/** The refusal that says when a room opens. */
export function tooEarly({ id, begin }: Meeting, { settings, language }: Context): Refusal {
  const opens = opensAt(begin, settings.JMB_ROOM_OPENS);
  return refuse(403, 'refused.too_early', `meeting ${id} opens at ${new Date(opens * 1000).toISOString()}`, {
    date: longDate(language, opens),
    time: timeOf(language, opens),
    zone: settings.JMB_ICAL_TZID.replace(/_/g, ' '),
  });
}
