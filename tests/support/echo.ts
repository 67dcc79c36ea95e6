/** A program that tells what the web server handed to it: stands in a door's place in tests of the configuration. */
import { anyone } from '../../lib/http/needs.ts';
import { row } from '../../lib/http/route.ts';
import { serve } from '../../lib/http/serve.ts';
import type { Request, Response } from '../../lib/message.ts';

function echo(request: Request): Response {
  const body = JSON.stringify({ ...request.env, body: request.body.byteLength });
  return { status: 200, headers: [['Content-Type', 'application/json']], body };
}

const route = { GET: row([anyone], echo), POST: row([anyone], echo) };
serve('echo', {
  refusals: () => import('../../lib/pages/refusal.ts'),
  routes: { '': route, '*': route, '/invitation.cgi': route, '/close.cgi': route },
});
