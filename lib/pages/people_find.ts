/** booking.cgi?people=TEXT: who may be meant, as JSON, for the form's suggestions; editors only. */
import { findPeople } from '../booking/people_found.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import { queryParams, type Request, type Response } from '../message.ts';
import { isRefusal, type Refusal } from '../refusal.ts';

/** Answers with `[{"name", "email", "source"}]`, ten at most; with 503 and those invited before where the directory is silent. */
export async function peopleFind(
  request: Request,
  context: Context,
  { identity }: Pick<Granted, 'identity'>,
): Promise<Response | Refusal> {
  const found = await findPeople(context, identity, queryParams(request).get('people') ?? '');
  if (isRefusal(found)) return found;
  return {
    status: found.silent ? 503 : 200,
    headers: [
      ['Content-Type', 'application/json; charset=utf-8'],
      ['Cache-Control', 'private, no-store'],
      ['Referrer-Policy', 'no-referrer'],
      ['X-Content-Type-Options', 'nosniff'],
    ],
    body: JSON.stringify(found.people),
  };
}
