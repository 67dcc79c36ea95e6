/** What a row of a door's table may need of a request before its handler runs. */
import { actingFor, entryTo, invitationOf, ownedMeeting, readMeeting } from '../booking/access.ts';
import type { Context } from '../context.ts';
import { dayOf } from '../meetings/keeping.ts';
import type { Identity } from '../meetings/meeting.ts';
import { formParams, type Params, queryParams, type Request, requestHeader } from '../message.ts';
import { isEditor } from '../people/check_modules.ts';
import { identityOf } from '../people/identity.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { feedByHash, noteSeen, rememberVisitor } from '../store/feeds.ts';
import { formTokenHolds } from '../store/secrets.ts';
import { zoneOf } from '../text/zones.ts';
import type { Granted, Known, Need } from './route.ts';
import { unknownSecret } from './wrong_secret.ts';

const NOTHING: Known = {};

/** Nothing: whoever asks is answered. */
export const anyone: Need<never> = { name: 'anyone', gives: [], after: [], look: () => NOTHING };

/** Somebody signed in; addresses and name are kept for feeds and reminders, which nobody signs in for. */
export const signedIn: Need<'identity'> = { name: 'signed in', gives: ['identity'], after: [], look: visitor };

/** Somebody signed in who may book. */
export const editor: Need<'identity'> = {
  name: 'editor',
  gives: ['identity'],
  after: [],
  look: async (request, context) => {
    const known = await visitor(request, context);
    if (isRefusal(known) || (await isEditor(context, known.identity))) return known;
    return refuse(403, 'refused.not_editor', `${known.identity.uid} is no editor`);
  },
};

/** Somebody signed in, of whom nothing is kept. */
export const account: Need<'identity'> = {
  name: 'account',
  gives: ['identity'],
  after: [],
  look: async (request, context) => {
    const identity = await identityOf(context, request);
    return isRefusal(identity) ? identity : { identity };
  },
};

/**
 * Not what another site has a browser send. Browsers say where a request comes from (Fetch Metadata); what says nothing is
 * held by a form's token, or changes no more than an answer that can be changed back.
 */
export const sameSite: Need<never> = {
  name: 'no other site',
  gives: [],
  after: [],
  look: (request) => crossSite(request) ?? NOTHING,
};

/** A form that this account was given here of late. */
export const ownForm: Need<'form'> = {
  name: 'form of mine',
  gives: ['form'],
  after: ['identity'],
  look: (request, context, known) => {
    const form = typedBy(context, formParams(request));
    return crossSite(request) ?? staleForm(context, of(known, 'identity'), form) ?? { form };
  },
};

/** The same, or one that is only too old: the handler then gives back what was typed, and does nothing. */
export const typedForm: Need<'form' | 'stale'> = {
  name: 'form of mine, or an old one',
  gives: ['form', 'stale'],
  after: ['identity'],
  look: (request, context, known) => {
    const form = typedBy(context, formParams(request));
    return crossSite(request) ?? { form, stale: staleForm(context, of(known, 'identity'), form) };
  },
};

/** The right to act for whom the form (`conf_for`) or the address (`for`) names; nobody named: for oneself. */
export const standIn: Need<'acting'> = {
  name: 'right to stand in',
  gives: ['acting'],
  after: ['identity'],
  look: (request, context, known) => acting(request, context, known),
};

/** The same, where whoever is stood in for may book. */
export const booker: Need<'acting'> = {
  name: 'right to book for',
  gives: ['acting'],
  after: ['identity'],
  look: async (request, context, known) => {
    const found = acting(request, context, known);
    if (isRefusal(found) || found.acting.by === undefined || (await isEditor(context, found.acting))) return found;
    const { uid, name } = found.acting;
    return refuse(403, 'refused.boss_not_editor', `${uid}, who is stood in for, is no editor`, { name });
  },
};

function acting(request: Request, context: Context, known: Known): { acting: Identity } | Refusal {
  const named = known.form?.get('conf_for') ?? queryParams(request).get('for') ?? '';
  const found = actingFor(context, of(known, 'identity'), named);
  return isRefusal(found) ? found : { acting: found };
}

/** The meeting that the form names or, where there is none, the address: owned by whoever signed in. */
export const owner: Need<'owned'> = {
  name: 'owner',
  gives: ['owned'],
  after: ['identity'],
  look: (request, context, known) => {
    const id = known.form?.get('conf_tsn') ?? queryParams(request).get('id') ?? '';
    const owned = ownedMeeting(context, of(known, 'identity'), id);
    return isRefusal(owned) ? owned : { owned };
  },
};

/** The meeting of the address: owned or moderated by whoever signed in. */
export const reader: Need<'read'> = {
  name: 'owner or moderator',
  gives: ['read'],
  after: ['identity'],
  look: (request, context, known) => {
    const read = readMeeting(context, of(known, 'identity'), queryParams(request).get('id') ?? '');
    return isRefusal(read) ? read : { read };
  },
};

/** The meeting that a new one is to begin as (`from=ID`), where the address names one: owned or moderated by whoever signed in. */
export const source: Need<'source'> = {
  name: 'owner or moderator of its source',
  gives: ['source'],
  after: ['identity'],
  look: (request, context, known) => {
    const id = queryParams(request).get('from');
    if (id === undefined) return { source: null };
    const read = readMeeting(context, of(known, 'identity'), id);
    return isRefusal(read) ? read : { source: read };
  },
};

/** The secret of a link that somebody was sent. */
export const link: Need<'invitation'> = {
  name: 'secret of a link',
  gives: ['invitation'],
  after: [],
  look: (request, context) => {
    const invitation = invitationOf(context, queryParams(request).get('id') ?? '');
    if (!isRefusal(invitation)) return { invitation };
    return invitation.status === 404 ? unknownSecret(request, context, invitation) : invitation;
  },
};

/** The secret of a feed: `?id=HASH` or, as the original gave it out, `?HASH`; some programs append `=` or more. */
export const feed: Need<'feed'> = {
  name: 'secret of a feed',
  gives: ['feed'],
  after: [],
  look: (request, context) => {
    const hash = queryParams(request).get('id') ?? /^[^&=]*/.exec(request.query)?.[0] ?? '';
    const found = feedByHash(context.store, hash);
    if (found !== undefined) return { feed: { ...found, hash } };
    return unknownSecret(request, context, refuse(404, 'refused.no_feed', 'unknown feed'));
  },
};

/** A room's name as it is asked for: no slash, no control character, not endless. */
const ROOM = /^[^/?\p{Cc}]{1,200}$/u;

/** The name of a room in the address. */
export const room: Need<'asked'> = {
  name: 'name of a room',
  gives: ['asked'],
  after: [],
  look: (request) => {
    const asked = (queryParams(request).get('room') ?? '').trim().toLowerCase();
    return ROOM.test(asked) ? { asked } : refuse(400, 'refused.no_room', 'no room in the address');
  },
};

/** A check module that lets this account open this room. */
export const consent: Need<'entry'> = {
  name: 'consent of a check module',
  gives: ['entry'],
  after: ['asked', 'identity'],
  look: async (_, context, known) => {
    const entry = await entryTo(context, of(known, 'identity'), of(known, 'asked'));
    return isRefusal(entry) ? entry : { entry };
  },
};

/** What a need before this one has given; a test holds the tables against `after`. */
function of<Key extends keyof Granted>(known: Known, key: Key): Granted[Key] {
  const found = known[key];
  if (found === undefined) throw new Error(`a row needs ${key} before it is looked at`);
  return found;
}

async function visitor(request: Request, context: Context): Promise<{ identity: Identity } | Refusal> {
  const identity = await identityOf(context, request);
  if (isRefusal(identity)) return identity;
  const { language, zone, seen } = rememberVisitor(context.store, identity, context.settings.JMB_SHARED_ADDRESSES);
  const now = context.clock.now();
  if (seen < dayOf(now)) noteSeen(context.store, identity.uid, now);
  context.speak?.(language);
  context.goBy?.(zone);
  return { identity };
}

/** A form, by the clock that it said: the one that its account goes by may be another meanwhile. */
function typedBy(context: Context, form: Params): Params {
  context.goBy?.(zoneOf(form.get('conf_zone') ?? ''));
  return form;
}

function crossSite(request: Request): Refusal | null {
  if (requestHeader(request, 'Sec-Fetch-Site') !== 'cross-site') return null;
  return refuse(403, 'refused.foreign_form', 'a form of another site');
}

function staleForm(context: Context, { uid }: Identity, form: Params): Refusal | null {
  if (formTokenHolds(context.store, uid, form.get('conf_token') ?? '', context.clock.now())) return null;
  return refuse(403, 'refused.foreign_form', `${uid}: form without its token`);
}
