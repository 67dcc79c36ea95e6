/** From a request to the handler that answers it. */

import type { Context } from '../context.ts';
import type { Request, Response } from '../message.ts';
import type { Refusal } from '../refusal.ts';
import type { Manner } from '../settings.ts';
import { bodyLength } from './cgi.ts';
import type { Row } from './needs.ts';
import { parseForm, parseParams } from './params.ts';

/** What an action answers to; HEAD is GET without the body. */
export interface Route {
  readonly GET?: Row;
  readonly POST?: Row;
}

/**
 * A door's actions: the first word of the query (`?list`, `?edit&id=…`). Special keys: '' for a query that begins with
 * a value (`?id=…`) or is empty, '*' for a first word that is no action (`ical.cgi?HASH`), '/NAME.cgi' for an address
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
