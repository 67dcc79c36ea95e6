/** The one place where a request becomes an answer whatever happens: refusals, a broken environment and bugs become pages here. */

import type { Context, Environment } from '../context.ts';
import { codeOf } from '../failure.ts';
import { type Header, html, type Request, type Response } from '../message.ts';
import { isRefusal, type Refusal, refuse, Unavailable, waitOf } from '../refusal.ts';
import { type Role, roleBy } from '../role.ts';
import { SettingsError } from '../settings.ts';
import { type Door, lookAt, type Routes, type Row, routeOf, rowOf, wholeOf } from './route.ts';

/** A refusal and the header fields that its status asks for. */
interface Refused {
  readonly refusal: Refusal;
  readonly headers: readonly Header[];
}

/** Answers one request; never throws. */
export async function answer(
  request: Request,
  door: Door,
  around: Pick<Environment, 'contextOf' | 'settings' | 'close'>,
): Promise<Response> {
  const context = around.contextOf(request);
  try {
    const whole = wholeOf(request);
    if (typeof whole === 'number') return await refusedPage(flawed(whole), request, context, door);
    const found = find(whole, door.routes);
    if ('refusal' in found) return await refusedPage(found, request, context, door);
    const role = found.row.isEverywhere ? 'active' : roleBy(around);
    if (role !== 'active') {
      // Another copy may take the database's place.
      around.close();
      return await refusedPage(quiet(role), request, context, door);
    }
    const result = await runRow(found.row, whole, context);
    return isRefusal(result) ? await refusedPage(refused(result, waitOf(result)), request, context, door) : result;
  } catch (error) {
    return failurePage(error, request, context, door);
  }
}

/** Looks at what a row needs, then has its handler answer. */
export async function runRow(row: Row, request: Request, context: Context): Promise<Response | Refusal> {
  const granted = await lookAt(row, request, context);
  return isRefusal(granted) ? granted : row.answer(request, context, granted);
}

/** What is said of a request that cannot be read. */
function flawed(flaw: 400 | 413 | 415): Refused {
  if (flaw === 413) return refused(refuse(413, 'refused.too_large', 'body too large'));
  return refused(refuse(flaw, 'refused.malformed', 'malformed request'));
}

/** How long who reaches the host that waits is asked to wait, in seconds: names and addresses move that fast. */
const UNTIL_MOVED = 60;

/** What a host says that is not the active one of two. */
function quiet(role: Role): Refused {
  const refusal = refuse(503, 'refused.standby', `this host is ${role}`, undefined, UNTIL_MOVED);
  return refused(refusal, waitOf(refusal));
}

/** The row for a request, or why there is none. */
function find(request: Request, routes: Routes): { row: Row } | Refused {
  const route = routeOf(routes, request);
  if (route === undefined) return refused(refuse(404, 'refused.unknown_address', 'no such action'));
  const found = rowOf(route, request.method);
  if ('row' in found) return found;
  return refused(refuse(405, 'refused.method', `method ${request.method}`), [['Allow', found.allow]]);
}

function refused(refusal: Refusal, headers: readonly Header[] = []): Refused {
  return { refusal, headers };
}

/** The page for a refusal, and its line in the log. */
async function refusedPage(
  { refusal, headers }: Refused,
  request: Request,
  context: Context,
  door: Door,
): Promise<Response> {
  const { status, log } = refusal;
  context.log.event('refused', { status, why: log, address: request.env['SCRIPT_NAME'] });
  const { refusalPage } = await door.refusals();
  const page = refusalPage(refusal, request, context);
  return headers.length === 0 ? page : { ...page, headers: [...page.headers, ...headers] };
}

/** How long a client is asked to wait before it tries again, in seconds. */
const RETRY_AFTER: Header = ['Retry-After', '30'];

/** The page for what was thrown: it tells the user that it is not their fault, and the administrator what it was. */
async function failurePage(error: unknown, request: Request, context: Context, door: Door): Promise<Response> {
  const failure = refusalOf(error);
  try {
    return await refusedPage(failure, request, context, door);
  } catch (second) {
    context.log.event('failed', { status: failure.refusal.status, why: failure.refusal.log, page: lineOf(second) });
    return plainPage(failure.refusal.status, failure.headers);
  }
}

/** What was thrown, as a refusal. */
function refusalOf(error: unknown): Refused {
  if (error instanceof Unavailable) {
    return refused(refuse(503, `refused.no_${error.what}`, `${error.what}: ${error.detail}`), [RETRY_AFTER]);
  }
  if (error instanceof SettingsError) return refused(refuse(500, 'refused.settings', error.message));
  const code = codeOf(error);
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return refused(refuse(503, 'refused.busy', lineOf(error)), [RETRY_AFTER]);
  if (/^(SQLITE_(FULL|IOERR|READONLY|CANTOPEN)|ENOSPC|EDQUOT)/.test(code)) {
    return refused(refuse(503, 'refused.no_database', lineOf(error)), [RETRY_AFTER]);
  }
  return refused(refuse(500, 'refused.bug', lineOf(error)));
}

/** An error on one line: name, message and where. */
export function lineOf(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const where = (error.stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 4);
  const code = codeOf(error);
  return `${error.name}: ${error.message}${code === '' ? '' : ` (${code})`}${where.map((line) => ` ${line.trim()}`).join('')}`;
}

/** The page when no other can be made. */
export function plainPage(status: number, headers: readonly Header[] = []): Response {
  const text = 'Le service ne peut pas répondre pour le moment. / The service cannot answer right now.';
  return html(status, `<!doctype html><meta charset="utf-8"><title>JMB</title><p>${text}</p>\n`, headers);
}
