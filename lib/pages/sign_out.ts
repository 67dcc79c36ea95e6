/** booking.cgi?logout: ends the session, here and with whoever signed people in. A link of another site that does it harms nobody. */

import type { Context } from '../context.ts';
import type { Header, Request, Response } from '../message.ts';
import { wayOut } from '../people/identity.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { go } from './page.ts';

/** Of mod_auth_cas, which has no address of its own to end a session: its cookies on http and on https, and of its gateway. */
const CAS_COOKIE = /(?:^|;\s*)(MOD_AUTH_CAS(?:_[SG])?)=/g;

/** Goes to where the session ends, and from there to the front page. */
export function signOut(request: Request, { settings, log }: Context): Response | Refusal {
  const way = wayOut(request);
  if (way === undefined) return refuse(404, 'refused.no_way_out', 'this way to sign in has no way out');
  log.event('signed-out', { uid: request.env['REMOTE_USER'] });
  const back = `${settings.JMB_URL.replace(/\/+$/, '')}/`;
  const gone = go(302, way + encodeURIComponent(back));
  const secure = request.env['HTTPS'] === 'on' ? '; Secure' : '';
  const expired = [...(request.env['HTTP_COOKIE'] ?? '').matchAll(CAS_COOKIE)].map(
    ([, name]): Header => ['Set-Cookie', `${name}=; Path=/; Max-Age=0; HttpOnly${secure}`],
  );
  return { ...gone, headers: [...gone.headers, ...expired] };
}
