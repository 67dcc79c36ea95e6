/** booking.cgi?del&id=ID: the page asks, the form deletes, tells people, and closes the room. */

import removal from '../../templates/pages/removal.hbs';
import type { Context } from '../context.ts';
import { formParams } from '../http/params.ts';
import { messagesToAll } from '../mail/messages.ts';
import { stateOf } from '../meetings/access.ts';
import type { Meeting } from '../meetings/meeting.ts';
import { mayBeQuiet, peopleAreTold } from '../meetings/removal.ts';
import type { Request, Response } from '../message.ts';
import { isRefusal, type Refusal } from '../refusal.ts';
import { removeMeeting } from '../store/bookings.ts';
import { dropNews } from '../store/outbox_changes.ts';
import { formToken } from '../store/secrets.ts';
import { accounts, logged, send, withinLimit, write } from './meeting_mails.ts';
import { counted, meetingWords, readingOf } from './meeting_view.ts';
import { listWith } from './notice.ts';
import { beside, go, page } from './page.ts';
import { orderClosing, tellRoom } from './room_changes.ts';
import { askedId, editorOf, foreignForm, ownedMeeting } from './visitor.ts';

/** Asks whether the meeting is to be deleted. */
export async function removalAsk(request: Request, context: Context): Promise<Response | Refusal> {
  const identity = await editorOf(context, request);
  if (isRefusal(identity)) return identity;
  const owned = ownedMeeting(context, identity, askedId(request));
  if (isRefusal(owned)) return owned;
  const { meeting, attendees } = owned;
  const reading = readingOf(context);
  const { now } = reading;
  const invited = attendees.filter(({ role }) => role !== 'owner').length;
  const frame = { title: context.texts('removal.title'), user: identity.name, editor: true };
  return page(context, removal, frame, {
    ...meetingWords(reading, meeting),
    about: aboutBegun(context, meeting),
    told: counted(reading, 'removal.told', invited),
    choice: mayBeQuiet(meeting, now) && {
      tell: peopleAreTold(meeting, now, undefined),
      yes: counted(reading, 'removal.tell_yes', invited),
    },
    token: formToken(context.store, identity.uid, now),
  });
}

/** What its owner is to know of a meeting that runs or is over. */
function aboutBegun({ texts, clock, settings }: Context, meeting: Meeting): string {
  if (stateOf(meeting, clock.now(), 0) === 'over') return texts('removal.over');
  return texts(settings.JMB_PROSODY_SECRET_FILE === '' ? 'removal.running' : 'removal.running_closes');
}

/** Deletes the meeting; its cancellation goes to everyone, or, once it has begun, to nobody where its owner wants that. */
export async function meetingRemove(request: Request, context: Context): Promise<Response | Refusal> {
  const identity = await editorOf(context, request);
  if (isRefusal(identity)) return identity;
  const form = formParams(request);
  const foreign = foreignForm(context, request, identity, form);
  if (foreign !== null) return foreign;
  const owned = ownedMeeting(context, identity, askedId(request, form));
  if (isRefusal(owned)) return owned;
  const tell = peopleAreTold(owned.meeting, context.clock.now(), form.get('conf_tell'));
  const known = await accounts(context, identity, tell ? owned.attendees.map(({ email }) => email) : []);
  const { store, clock, log } = context;
  const removed = withinLimit(context, identity, () => {
    // Read again: the database may have changed while the directory was asked.
    const last = ownedMeeting(context, identity, owned.meeting.id);
    if (isRefusal(last)) return last;
    removeMeeting(store, last.meeting.id, clock.now());
    orderClosing(context, last.meeting);
    if (tell) write(context, identity, { ...last, accounts: known }, messagesToAll('del', last.attendees));
    else dropNews(store, last.meeting.id, clock.now());
    return last.meeting;
  });
  if (isRefusal(removed)) return removed;
  log.event('removed', { ...logged(removed, identity), told: tell ? 'yes' : 'no' });
  await tellRoom(context, removed.room);
  const notice = tell ? (`removed${await send(context, removed.id)}` as const) : 'removed_quietly';
  return go(303, beside(request, listWith(notice)));
}
