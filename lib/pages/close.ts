/** close.cgi: where Jitsi sends a browser when a meeting ends. */

import type { Context } from '../context.ts';
import { cookie, type Request, type Response } from '../message.ts';
import { go } from './page.ts';

/** Who has seen the list goes back to it (cookie `viajmb`), everyone else where the administrator wants them. */
export function close(request: Request, { settings }: Context): Response {
  const known = cookie(request, 'viajmb') === '1';
  return go(302, known ? settings.JMB_DEFAULT_URL_REDIRECT : settings.JMB_REDIRECT_CLOSE);
}
