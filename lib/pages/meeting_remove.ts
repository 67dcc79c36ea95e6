/** booking.cgi?del&id=ID: the page asks, the form deletes, tells everyone, and closes the room. */

import removal from '../../templates/pages/removal.hbs';
import type { Context } from '../context.ts';
import { formParams } from '../http/params.ts';
import { lettersToAll } from '../mail/letters.ts';
import type { Request, Response } from '../message.ts';
import { isRefusal, type Refusal } from '../refusal.ts';
import { removeMeeting } from '../store/bookings.ts';
import { formToken } from '../store/forms.ts';
import { begunAlready } from './meeting_form.ts';
import { accounts, logged, send, write } from './meeting_mails.ts';
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
  const begun = begunAlready(context, owned.meeting);
  if (begun !== null) return begun;
  const reading = readingOf(context);
  const frame = { title: context.texts('removal.title'), user: identity.name, editor: true };
  return page(context, removal, frame, {
    ...meetingWords(reading, owned.meeting),
    told: counted(reading, 'removal.told', owned.attendees.filter(({ role }) => role !== 'owner').length),
    token: formToken(context.store, identity.uid),
  });
}

/** Deletes the meeting; its cancellation goes to everyone. */
export async function meetingRemove(request: Request, context: Context): Promise<Response | Refusal> {
  const identity = await editorOf(context, request);
  if (isRefusal(identity)) return identity;
  const form = formParams(request);
  const foreign = foreignForm(context, request, identity, form);
  if (foreign !== null) return foreign;
  const owned = ownedMeeting(context, identity, askedId(request, form));
  if (isRefusal(owned)) return owned;
  const begun = begunAlready(context, owned.meeting);
  if (begun !== null) return begun;
  const known = await accounts(
    context,
    identity,
    owned.attendees.map(({ email }) => email),
  );
  const { store, clock, log } = context;
  const removed = store.transaction(() => {
    // Read again: the database may have changed while the directory was asked.
    const last = ownedMeeting(context, identity, owned.meeting.id);
    if (isRefusal(last)) return last;
    removeMeeting(store, last.meeting.id, clock.now());
    orderClosing(context, last.meeting);
    write(context, identity, { ...last, accounts: known }, lettersToAll('del', last.attendees));
    return last.meeting;
  });
  if (isRefusal(removed)) return removed;
  log.event('removed', logged(removed, identity));
  await tellRoom(context, removed.room);
  return go(303, beside(request, listWith(`removed${await send(context, removed.id)}`)));
}
