/** What a door calls: finds out who started the program, and lets the fitting adapter carry requests to the routes. */

import { closeSync, fstatSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { Environment } from '../context.ts';
import { answer } from './answer.ts';
import { encode, readBody, requestOf, type Variables, wantedBody, writeAll } from './cgi.ts';
import type { Door } from './route.ts';
import { noteAnswers, tallyLine } from './tally.ts';

/**
 * Runs a door. A web server that starts it for one request sets GATEWAY_INTERFACE (RFC 3875 section 4.1.4); one that
 * speaks FastCGI gives a listening socket on fd 0 and no such variable.
 * @param program the door's name: `booking`
 */
export function serve(program: string, door: Door): void {
  const file = realpathSync(process.argv[1] ?? '.');
  const make = (): Environment => new Environment(dirname(dirname(file)), program, process.env, door.manner);
  if (process.env['GATEWAY_INTERFACE'] !== undefined) void serveOnce(program, door, make(), process.env);
  else if (fstatSync(0).isSocket())
    // A copy, whose table is made once and not by each request.
    void import('./fastcgi.ts').then((fastcgi) => fastcgi.serveSocket(program, { ...door }, make));
  else writeAll(2, Buffer.from(`${program}.cgi answers a web server: see the apache folder of this installation.\n`));
}

/** Plain CGI: one request, one answer, the end. */
async function serveOnce(program: string, door: Door, around: Environment, env: Variables): Promise<void> {
  const body = readBody(0, wantedBody(env));
  const request = requestOf(env, body);
  const response = await answer(request, door, around);
  writeAll(1, encode(response, request.method === 'HEAD'));
  // The web server waits for the end of the output, not for ours: taking Node down would add a millisecond. The database
  // is left open: all that was written is in its log, and closing would wait for the disk to copy it into the file.
  closeSync(1);
  const database = around.database;
  if (database !== undefined) noteAnswers(database, tallyLine(program, door, request, response.status));
  process.exit(0);
}
