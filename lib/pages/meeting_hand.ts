/** booking.cgi?hand_over&id=ID: the page asks to whom, the form hands the meeting to that colleague. */

import hand from '../../templates/pages/hand.hbs';
import { handOver, handRefused } from '../booking/hand_over.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import type { Request, Response } from '../message.ts';
import { isRefusal, type Refusal } from '../refusal.ts';
import { formToken } from '../store/secrets.ts';
import { readingOf, ticketWords } from './meeting_view.ts';
import { page, toList } from './page.ts';

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
