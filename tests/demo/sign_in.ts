/** Who is there in the demo: alice, bob or carol by one click, kept in a cookie; programs sign in by HTTP Basic. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNTS, writeBasicAuth } from '../support/accounts.ts';
import type { DemoTexts } from './texts.ts';
import { signInPage } from './welcome.ts';

/** The cookie's name; it is empty for who has seen a page of the demo's and is nobody yet. */
export const COOKIE = 'jmb_demo';

/** What is answered: a page, or where to go on, and who is signed in then. */
export interface SignedIn {
  readonly body: string;
  readonly as: string;
  readonly status?: number;
  readonly location?: string;
}

/** The account in a request's cookies, or empty. */
export function uidIn(cookies = ''): string {
  const uid = new RegExp(`(?:^|;\\s*)${COOKIE}=([a-z]+)(?:;|$)`).exec(cookies)?.[1];
  return ACCOUNTS.find((one) => one.uid === uid)?.uid ?? '';
}

/** The name of an account, or empty. */
export function nameOf(uid: string): string {
  return ACCOUNTS.find((one) => one.uid === uid)?.name ?? '';
}

/** Signs in by a link (`as=UID`), signs out (`back=…`, where JMB's pages lead), or shows the page to choose from. */
export function signIn(url: string, texts: DemoTexts, uid: string): SignedIn {
  const query = url.split('?').slice(1).join('?');
  const params = new URLSearchParams(query);
  // The rest of an address, as Apache puts it there: `to=/booking.cgi?edit&id=1`.
  const to = pathIn(/(?:^|&)to=(.*)$/.exec(query)?.[1] ?? '');
  const as = ACCOUNTS.find((one) => one.uid === params.get('as'))?.uid;
  if (as !== undefined) return goOn(as, to);
  const out = params.has('back');
  // Apache’s page of a 401 has the status that it is answered with.
  const status = params.has('required') ? 401 : 200;
  return { status, body: signInPage(out ? { ...texts, who: '' } : texts, ACCOUNTS, to), as: out ? '' : uid };
}

/** Goes on as somebody. */
export function goOn(as: string, location: string): SignedIn {
  return { status: 303, location, as, body: '' };
}

/** A path of this host; the list of meetings where it is none. */
function pathIn(encoded: string): string {
  try {
    const path = decodeURIComponent(encoded);
    return /^\/(?![/\\])[\x21-\x7e]*$/.test(path) ? path : '/booking.cgi';
  } catch {
    return '/booking.cgi';
  }
}

/** Writes the file for JMB_AUTH: as the cookie says, else by HTTP Basic. */
export function writeDemoAuth(etc: string): string {
  const file = join(etc, 'auth-demo.conf');
  const names = ACCOUNTS.map(({ uid }) => uid).join('|');
  writeFileSync(
    file,
    `Include "${writeBasicAuth(etc, ACCOUNTS)}"
SetEnvIf Cookie "(?:^|;\\s*)${COOKIE}=(${names})(?:;|$)" REMOTE_USER=$1 JMB_DEMO=$1
SetEnvIfExpr true "JMB_LOGOUT=/sign-in?back="
<LocationMatch "\${JMB_GUARDED}">
    <RequireAny>
        Require env JMB_DEMO
        Require valid-user
    </RequireAny>
    ErrorDocument 401 /sign-in?required
</LocationMatch>
`,
  );
  return file;
}
