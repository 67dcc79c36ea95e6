/** booking.cgi?del&id=ID: the page asks, the form deletes, tells people, and closes the room. */

import removal from '../../templates/pages/removal.hbs';
import { remove } from '../booking/remove.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import { mayBeQuiet, peopleAreTold, stateOf } from '../meetings/access.ts';
import type { Meeting } from '../meetings/meeting.ts';
import { scopeOf } from '../meetings/series.ts';
import type { Request, Response } from '../message.ts';
import { isRefusal, type Refusal } from '../refusal.ts';
import { formToken } from '../store/secrets.ts';
import { counted, readingOf, ticketWords } from './meeting_view.ts';
import { page, toList } from './page.ts';
import { scopesOf } from './series_fields.ts';

/** Asks whether the meeting is to be deleted. */
export function removalAsk(
  _request: Request,
  context: Context,
  { identity, owned }: Pick<Granted, 'identity' | 'owned'>,
): Response {
  const { meeting, attendees } = owned;
  const reading = readingOf(context);
  const { now } = reading;
  const invited = attendees.filter(({ role }) => role !== 'owner').length;
  const frame = { title: context.texts('removal.title'), user: identity.name, editor: true };
  return page(context, removal, frame, {
    ...ticketWords(reading, meeting),
    about: aboutBegun(context, meeting),
    told: counted(reading, 'removal.told', invited),
    choice: mayBeQuiet(meeting, now) && {
      tell: peopleAreTold(meeting, now, undefined),
      yes: counted(reading, 'removal.tell_yes', invited),
    },
    scopes: scopesOf(context, meeting),
    token: formToken(context.store, identity.uid, now),
  });
}

/** What its owner is to know of a meeting that runs or is over. */
function aboutBegun({ texts, clock, settings }: Context, meeting: Meeting): string {
  if (stateOf(meeting, clock.now(), 0) === 'over') return texts('removal.over');
  return texts(settings.JMB_PROSODY_SECRET_FILE === '' ? 'removal.running' : 'removal.running_closes');
}

/** Deletes the meeting. */
export async function meetingRemove(
  request: Request,
  context: Context,
  { form, owned }: Pick<Granted, 'form' | 'owned'>,
): Promise<Response | Refusal> {
  const removed = await remove(context, owned.as, owned, {
    tell: form.get('conf_tell'),
    scope: scopeOf(form.get('conf_scope')),
  });
  if (isRefusal(removed)) return removed;
  const notice = removed.told === null ? 'removed_quietly' : (`removed${removed.told}` as const);
  return toList(request, notice, undefined, owned.as);
}
