/** The form that extends a running meeting, as the list shows it. */

import type { Context } from '../context.ts';
import { type ExtensionRules, extensionsOf } from '../meetings/extension.ts';
import type { Identity, Invitation } from '../meetings/meeting.ts';
import { formToken } from '../store/secrets.ts';

/** The rules of extending, here and now. */
export function extensionRules({ settings, clock }: Pick<Context, 'settings' | 'clock'>): ExtensionRules {
  return {
    now: clock.now(),
    maxMinutes: settings.JMB_MAX_MEETING_DURATION,
    graceMinutes: settings.JMB_ROOM_GRACE,
  };
}

/** What the form holds. */
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
