/** booking.cgi?remind, ?mail, ?correct and ?link: what the owner does about people of a meeting, from its page and back to it. */

import { askSilent, inviteAgain } from '../booking/ask.ts';
import { correctAddress, giveNewLink } from '../booking/correct.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import type { Request, Response } from '../message.ts';
import { isRefusal, type Refusal } from '../refusal.ts';
import { followPage } from './attendees_follow.ts';
import { toMeeting } from './page.ts';

type Asked = Pick<Granted, 'identity' | 'form' | 'owned'>;

/** Asks everybody who has not answered. */
export async function attendeesRemind(
  request: Request,
  context: Context,
  { owned }: Asked,
): Promise<Response | Refusal> {
  const told = await askSilent(context, owned.as, owned);
  return isRefusal(told) ? told : toMeeting(request, `reminded${told}`, owned.meeting.id);
}

/** Sends one person the invitation again. */
export async function attendeeMail(
  request: Request,
  context: Context,
  { form, owned }: Asked,
): Promise<Response | Refusal> {
  const told = await inviteAgain(context, owned.as, owned, form.get('conf_person') ?? '');
  return isRefusal(told) ? told : toMeeting(request, `mailed${told}`, owned.meeting.id);
}

/** Puts another address in the place of one person's; what is wrong with it is said where it was typed. */
export async function attendeeCorrect(
  request: Request,
  context: Context,
  { identity, form, owned }: Asked,
): Promise<Response | Refusal> {
  const email = form.get('conf_person') ?? '';
  const typed = (form.get('conf_email') ?? '').slice(0, 300);
  const done = await correctAddress(context, owned.as, owned, email, typed);
  if (isRefusal(done)) return done;
  if (done === 'unchanged') return toMeeting(request, 'unchanged', owned.meeting.id);
  if ('told' in done) return toMeeting(request, `corrected${done.told}`, owned.meeting.id);
  return followPage(request, context, { identity, read: owned }, { email, typed, mistake: done.mistake });
}

/** Gives one person another link; what they had leads nowhere from now on. */
export async function attendeeRelink(
  request: Request,
  context: Context,
  { identity, form, owned }: Asked,
): Promise<Response | Refusal> {
  const told = await giveNewLink(context, identity, owned, form.get('conf_person') ?? '');
  return isRefusal(told) ? told : toMeeting(request, `relinked${told}`, owned.meeting.id);
}
