/** Who stands before booking.cgi, and what that person may do: the questions that its handlers ask first. */

import type { Context } from '../context.ts';
import { type Params, queryParams } from '../http/params.ts';
import type { Attendee, Identity, Meeting } from '../meetings/meeting.ts';
import { type Request, requestHeader } from '../message.ts';
import { isEditor } from '../people/check_modules.ts';
import { identityOf } from '../people/identity.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { rememberAddresses } from '../store/feeds.ts';
import { attendeesOf, meetingById } from '../store/meetings.ts';
import { rememberName } from '../store/people.ts';
import { formTokenHolds } from '../store/secrets.ts';

/** Who signed in; addresses and name are kept for feeds and reminders, which nobody signs in for. */
export async function visitorOf(context: Context, request: Request): Promise<Identity | Refusal> {
  const identity = await identityOf(context, request);
  if (isRefusal(identity)) return identity;
  rememberAddresses(context.store, identity.uid, identity.addresses, context.settings.JMB_SHARED_ADDRESSES);
  rememberName(context.store, identity.addresses, identity.name);
  return identity;
}

/** Who signed in, if that person may book. */
export async function editorOf(context: Context, request: Request): Promise<Identity | Refusal> {
  const identity = await visitorOf(context, request);
  if (isRefusal(identity) || (await isEditor(context, identity))) return identity;
  return refuse(403, 'refused.not_editor', `${identity.uid} is no editor`);
}

/**
 * Refuses what another site has a browser send. Browsers say where a request comes from (Fetch Metadata); what says
 * nothing is held by the form's token.
 */
export function crossSite(request: Request): Refusal | null {
  if (requestHeader(request, 'Sec-Fetch-Site') !== 'cross-site') return null;
  return refuse(403, 'refused.foreign_form', 'a form of another site');
}

/** Refuses a posted form that is none that this user was given here of late. */
export function foreignForm(context: Context, request: Request, identity: Identity, form: Params): Refusal | null {
  return crossSite(request) ?? staleForm(context, identity, form);
}

/** The same for a form that comes from nowhere else, but is old. */
export function staleForm(context: Context, identity: Identity, form: Params): Refusal | null {
  if (formTokenHolds(context.store, identity.uid, form.get('conf_token') ?? '', context.clock.now())) return null;
  return refuse(403, 'refused.foreign_form', `${identity.uid}: form without its token`);
}

/** A meeting and its people, looked at by its owner. */
export interface Owned {
  readonly meeting: Meeting;
  readonly attendees: readonly Attendee[];
}

/** The meeting of an id that came from outside, if this user owns it: the database says so, no field of a form. */
export function ownedMeeting(context: Context, identity: Identity, id: string): Owned | Refusal {
  const meeting = meetingById(context.store, id);
  if (meeting === undefined) return refuse(404, 'refused.no_meeting', `${identity.uid}: no meeting ${id.slice(0, 40)}`);
  const attendees = attendeesOf(context.store, meeting.id);
  const own = attendees.some(({ role, email }) => role === 'owner' && identity.addresses.includes(email));
  return own ? { meeting, attendees } : refuse(403, 'refused.not_owner', `${identity.uid} does not own ${meeting.id}`);
}

/** The id in a form or, where it has none, in the address. */
export function askedId(request: Request, form?: Params): string {
  return form?.get('conf_tsn') ?? queryParams(request).get('id') ?? '';
}
