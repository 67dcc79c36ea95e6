/** How an owner parts with a meeting: booking.cgi?del deletes it, ?hand_over gives it to a colleague. The page asks, the form does it. */
import hand from '../../templates/pages/hand.hbs';
import removal from '../../templates/pages/removal.hbs';
import { handOver, handRefused } from '../booking/hand_over.ts';
import { remove } from '../booking/remove.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import { mayBeQuiet, peopleAreTold, stateOf } from '../meetings/access.ts';
import type { Meeting } from '../meetings/meeting.ts';
import { scopeOf } from '../meetings/series.ts';
import type { Request, Response } from '../message.ts';
import { isRefusal, type Refusal } from '../refusal.ts';
import { formToken } from '../store/secrets.ts';
import { scopesOf } from './form_fields.ts';
import { counted, readingOf, ticketWords } from './meeting_view.ts';
import { page, toList } from './page.ts';

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

type Asked = Pick<Granted, 'identity' | 'owned'>;

/** Asks to whom. */
export function handAsk(_request: Request, context: Context, { identity, owned }: Asked): Response | Refusal {
  return handRefused(context, owned) ?? handPage(context, { identity, owned });
}

/** Hands it over (`conf_to`, an address or an account); what is wrong is said where it was typed. */
export async function handGive(
  request: Request,
  context: Context,
  { identity, form, owned }: Asked & Pick<Granted, 'form'>,
): Promise<Response | Refusal> {
  const refusal = handRefused(context, owned);
  if (refusal !== null) return refusal;
  const typed = (form.get('conf_to') ?? '').slice(0, 300);
  const done = await handOver(context, owned.as, owned, typed);
  if (!isRefusal(done)) return toList(request, `handed${done.told}`, owned.meeting.id);
  return done.status === 400 ? handPage(context, { identity, owned }, { typed, refusal: done }) : done;
}

function handPage(
  context: Context,
  { identity, owned: { meeting } }: Asked,
  wrong?: { readonly typed: string; readonly refusal: Refusal },
): Response {
  const { texts, store, clock } = context;
  const title = texts('hand.title');
  const spoken = wrong && { status: wrong.refusal.status, spoken: texts('form.spoken_error', { title }) };
  return page(
    context,
    hand,
    { title, ...spoken, user: identity.name, editor: true },
    {
      ...ticketWords(readingOf(context), meeting),
      token: formToken(store, identity.uid, clock.now()),
      typed: wrong?.typed ?? '',
      error: wrong ? texts(wrong.refusal.text, wrong.refusal.values) : '',
    },
  );
}
