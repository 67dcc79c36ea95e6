/** What a row of a door's table is, and how a request finds its own. */
import type { Entry, Held } from '../booking/access.ts';
import type { Context } from '../context.ts';
import type { Identity, Invitation } from '../meetings/meeting.ts';
import { type Params, parseForm, parseParams, type Request, type Response } from '../message.ts';
import { isRefusal, type Refusal } from '../refusal.ts';
import type { Manner } from '../settings.ts';
import type { FeedOwner } from '../store/feeds.ts';
import { bodyLength } from './cgi.ts';

/** Everything that needs can look at. */
export interface Granted {
  /** Who signed in. */
  readonly identity: Identity;
  /** As whom somebody asks: as themselves, or as whoever lets them act in their place. */
  readonly acting: Identity;
  /** A posted form that no other site has sent. */
  readonly form: Params;
  /** Why the form is too old to be believed, though nothing that was typed is lost; null where it is not. */
  readonly stale: Refusal | null;
  /** A meeting of whoever signed in. */
  readonly owned: Held;
  /** A meeting that whoever signed in owns or moderates. */
  readonly read: Held;
  /** The meeting that a new one begins as; null where none is named. */
  readonly source: Held | null;
  /** The meeting and the person that a link was given to. */
  readonly invitation: Invitation;
  /** Whose feed an address is, and the secret in it. */
  readonly feed: FeedOwner & { readonly hash: string };
  /** A room that a check module lets the account open. */
  readonly entry: Entry;
  /** The room's name as an address asks for it, lower case. */
  readonly asked: string;
}

/** What was looked at so far. */
export type Known = Readonly<Partial<Granted>>;

/** One thing that a row needs. */
export interface Need<Key extends keyof Granted = keyof Granted> {
  /** What it is, in a word or two. */
  readonly name: string;
  /** What the handler is handed when it is met. */
  readonly gives: readonly Key[];
  /** What needs before it must have given. */
  readonly after: readonly (keyof Granted)[];
  readonly look: (request: Request, context: Context, known: Known) => Known | Refusal | Promise<Known | Refusal>;
}

/** What answers a request of a row. Throws only for bugs and a broken environment. */
export type Handler<Key extends keyof Granted = never> = (
  request: Request,
  context: Context,
  granted: Pick<Granted, Key>,
) => Response | Refusal | Promise<Response | Refusal>;

/** A row of a door's table: what it needs, and what answers then. */
export interface Row {
  readonly needs: readonly Need[];
  /** Whether it is answered on a host that is not the active one of two, too. */
  readonly isEverywhere?: true;
  /** Which handler it is; `answer` is how it is asked. */
  readonly handler: (request: Request, context: Context, granted: never) => ReturnType<Handler>;
  /** Has the handler answer with what was looked at. Throws where the needs have not given all that it asks for. */
  readonly answer: (request: Request, context: Context, known: Known) => ReturnType<Handler>;
}

/** Makes a row. A handler cannot ask for what its row does not look at. */
export function row<Key extends keyof Granted>(
  needs: readonly [Need<Key>, ...Need<Key>[]],
  handler: Handler<Key>,
): Row {
  const keys = needs.flatMap(({ gives }) => gives);
  return {
    needs,
    handler,
    answer: (request, context, known) => {
      if (!gaveAll(known, keys)) throw new Error(`${handler.name} is asked before its needs are looked at`);
      return handler(request, context, known);
    },
  };
}

function gaveAll<Key extends keyof Granted>(known: Known, keys: readonly Key[]): known is Known & Pick<Granted, Key> {
  return keys.every((key) => known[key] !== undefined);
}

/**
 * Looks at what a row needs, in its order: the first that is not met refuses, and what was looked at on the way is handed on.
 * @returns what the handler is handed, or the refusal of the first need that is not met
 */
export async function lookAt({ needs }: Row, request: Request, context: Context): Promise<Known | Refusal> {
  let known: Known = {};
  for (const need of needs) {
    const found = await need.look(request, context, known);
    if (isRefusal(found)) return found;
    known = { ...known, ...found };
  }
  return known;
}

/** What an action answers to; HEAD is GET without the body. */
export interface Route {
  readonly GET?: Row;
  readonly POST?: Row;
}

/**
 * A door's actions: the first word of the query (`?list`, `?edit&id=…`). Special keys: '' for a query that begins with
 * a value (`?id=…`) or is empty, 'NAME=' for one that begins with this value (`?people=…`), '*' for a first word that is no action (`ical.cgi?HASH`), '/NAME.cgi' for an address
 * that Apache maps to this door (`/close.cgi`), whatever its query.
 */
export type Routes = Readonly<Record<string, Route>>;

/** Makes the page of a refusal; it depends on nothing that may have failed. */
export type RefusalPage = (refusal: Refusal, request: Request, context: Context) => Response;

/** A program of cgi-bin: its table, and how it says no. */
export interface Door {
  readonly routes: Routes;
  /** Loads what makes the page of a refusal: few requests need it. */
  readonly refusals: () => Promise<{ readonly refusalPage: RefusalPage }>;
  /** How far a mistake in the settings reaches; `strict` when not said. */
  readonly manner?: Manner;
}

/** The route of a request, or undefined when there is no such action. */
export function routeOf(routes: Routes, request: Request): Route | undefined {
  const script = request.env['SCRIPT_NAME'] ?? '';
  const slash = script.lastIndexOf('/');
  const alias = slash < 0 ? undefined : own(routes, script.slice(slash));
  if (alias !== undefined) return alias;
  const { query } = request;
  const end = query.indexOf('&');
  const first = end < 0 ? query : query.slice(0, end);
  const mark = first.indexOf('=');
  const valued = mark < 0 ? undefined : own(routes, first.slice(0, mark + 1));
  if (valued !== undefined) return valued;
  const word = mark < 0 ? first : mark === first.length - 1 ? first.slice(0, mark) : '';
  if (word === '' || word === '*' || word.startsWith('/')) return own(routes, word === '' ? '' : '*');
  return own(routes, word) ?? own(routes, '*');
}

function own(routes: Routes, key: string): Route | undefined {
  return Object.hasOwn(routes, key) ? routes[key] : undefined;
}

/** The row for the request's method, or the methods that there are (RFC 9110 section 15.5.6). */
export function rowOf(route: Route, method: string): { row: Row } | { allow: string } {
  const row = method === 'HEAD' ? route.GET : method === 'GET' || method === 'POST' ? route[method] : undefined;
  if (row !== undefined) return { row };
  return { allow: [route.GET && 'GET, HEAD', route.POST && 'POST'].filter(Boolean).join(', ') };
}

const FORM = 'application/x-www-form-urlencoded';

/** The request with its form read, or what is wrong with it before any handler sees it: a status. */
export function wholeOf(request: Request): Request | 400 | 413 | 415 {
  if (/[%&]/.test(request.query) && parseParams(request.query) === null) return 400;
  const announced = bodyLength(request.env);
  if ('status' in announced) return announced.status;
  if (announced.length !== request.body.byteLength) return 400;
  if (request.method !== 'POST' || announced.length === 0) return request;
  const type = (request.env['CONTENT_TYPE'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type !== FORM) return 415;
  const form = parseForm(request);
  return form === null ? 400 : { ...request, form };
}
