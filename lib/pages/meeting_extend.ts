/** booking.cgi?extend: the owner gives a running meeting some minutes more. */
import { extend, extensionRules } from '../booking/extend.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import type { Identity, Invitation } from '../meetings/meeting.ts';
import { EXTENSIONS, extensionsOf } from '../meetings/timing.ts';
import type { Request, Response } from '../message.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { formToken } from '../store/secrets.ts';
import { toList, toMeeting } from './page.ts';

/** Moves the end. */
export async function meetingExtend(
  request: Request,
  context: Context,
  { form, owned }: Pick<Granted, 'form' | 'owned'>,
): Promise<Response | Refusal> {
  const typed = form.get('conf_minutes') ?? '';
  const minutes = EXTENSIONS.find((one) => String(one) === typed);
  if (minutes === undefined) return refuse(400, 'refused.malformed', `extend by ${JSON.stringify(typed.slice(0, 20))}`);
  const result = await extend(context, owned.as, owned.meeting.id, minutes, form.get('conf_end'));
  if (isRefusal(result)) return result;
  // Back to where the button was.
  if (form.get('from') === 'attendees') return toMeeting(request, 'extended', owned.meeting.id);
  return toList(request, 'extended', owned.meeting.id, owned.as);
}

/** What the form holds that the list shows. */
export interface Extension {
  readonly token: string;
  /** The end that the reader sees, in Unix seconds. */
  readonly end: number;
  readonly choices: readonly { minutes: number; label: string }[];
}

/** What the reader may extend a meeting by; null when it is not the time, or not the reader's to do. */
export function extensionOf(context: Context, { uid }: Identity, { meeting, attendee }: Invitation): Extension | null {
  if (attendee.role !== 'owner') return null;
  const minutes = extensionsOf(meeting, attendee.role, extensionRules(context));
  if (minutes.length === 0) return null;
  const choices = minutes.map((one) => ({ minutes: one, label: context.texts('list.extend_by', { minutes: one }) }));
  return { token: formToken(context.store, uid, context.clock.now()), end: meeting.end, choices };
}
