/**
 * Where a browser goes that leaves: at the end of a meeting and from Jitsi's front page (close.cgi), and where a session ends
 * (booking.cgi?logout). A link of another site that ends somebody's session harms nobody.
 */

import type { Context } from '../context.ts';
import { cookie, type Header, type Request, type Response, requestHeader } from '../message.ts';
import { wayOut } from '../people/identity.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { Settings } from '../settings.ts';
import { go } from './page.ts';

/** Jitsi's own front page: the web server leads only the address without a query to close.cgi. */
const WELCOME = '/?jitsi';

/** Who has seen the list goes back to it (cookie `viajmb`), everyone else where the administrator wants them. */
export function close(request: Request, { settings }: Context): Response {
  const known = cookie(request, 'viajmb') === '1';
  const target = known ? settings.JMB_DEFAULT_URL_REDIRECT : settings.JMB_REDIRECT_CLOSE;
  const back = wayBack(target, settings.JMB_URL);
  const welcome = settings.JMB_URL + WELCOME;
  // Apache writes a query of one word as `front=`.
  if (!/^front=?$/.test(request.query)) return go(302, back === 'close.cgi' ? welcome : target);
  // Who opens the front page by its address wants to book, or to see what is booked. So does, in the end, whoever another
  // host sends back here: `go` lets no Referer go on (W3C Referrer Policy).
  if (!known && !endedMeeting(request, settings)) return go(302, `${settings.JMB_URL}/booking.cgi`);
  return go(302, back === undefined ? target : welcome);
}

/** Whether the browser comes from a page of this host that is not ours: a room. */
function endedMeeting(request: Request, { JMB_URL }: Settings): boolean {
  return requestHeader(request, 'Referer')?.startsWith(`${JMB_URL}/`) === true;
}

/** Whether an address is this host's front page or close.cgi, from where a browser would be led in a circle. */
function wayBack(target: string, here: string): 'front page' | 'close.cgi' | undefined {
  if (!URL.canParse(target, here)) return undefined;
  const { hostname, pathname, search } = new URL(target, here);
  if (hostname !== new URL(here).hostname) return undefined;
  if (/^\/(?:cgi-bin\/)?close\.cgi$/.test(pathname)) return 'close.cgi';
  return pathname === '/' && search === '' ? 'front page' : undefined;
}

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
