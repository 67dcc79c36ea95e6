/** The stand-in for Jitsi: a room's page says what its token holds, and whether Jitsi would take it. */
import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import { type Html, html, page } from './html.ts';
import type { DemoTexts } from './texts.ts';

/** What this Jitsi expects of a token. */
export interface RoomRules {
  readonly secret: string;
  readonly issuer: string;
  readonly audience: string;
}

/** The page of a room, for who comes with this token or without any. */
export async function roomPage(
  texts: DemoTexts,
  rules: RoomRules,
  room: string,
  token: string | null,
): Promise<string> {
  const body =
    token === null ? html`<p class="card">${texts.no_token}</p>` : await tokenPart(texts, rules, room, token);
  return page(
    texts,
    `${texts.room} ${room}`,
    html`<h1>${texts.room} ${room}</h1>
<p class="soft">${texts.stand_in}</p>
${body}`,
  );
}

async function tokenPart(texts: DemoTexts, rules: RoomRules, room: string, token: string): Promise<Html> {
  const claims = contentOf(token);
  if (claims === null) return html`<p class="card bad">${texts.refused}: ${texts.unreadable}</p>`;
  const signed = await isSigned(token, rules);
  const times = timesOf(claims, texts);
  const here = typeof claims['room'] === 'string' && claims['room'].toLowerCase() === room.toLowerCase();
  const known = claims.iss === rules.issuer && [claims.aud].flat().includes(rules.audience);
  const all = signed && times.good && here && known;
  return html`<p class="card ${all ? 'good' : 'bad'}">${all ? texts.accepted : texts.refused}</p>
<h2>${texts.token}</h2>
<dl class="card">
${row(texts.signature, signed, signed ? texts.signature_good : texts.signature_bad)}
${row(texts.times, times.good, times.words)}
${row(texts.right_room, here, here ? texts.right_room_good : texts.right_room_bad)}
${row(texts.issuer, known, known ? texts.issuer_good : texts.issuer_bad)}
</dl>
<h2>${texts.claims}</h2>
<pre tabindex="0">${JSON.stringify(claims, null, 2)}</pre>`;
}

function row(name: string, good: boolean, words: string): Html {
  return html`<dt>${name}</dt><dd class="${good ? 'good' : 'bad'}">${good ? '✓' : '✗'} ${words}</dd>`;
}

function contentOf(token: string): JWTPayload | null {
  try {
    return decodeJwt(token);
  } catch {
    return null;
  }
}

/** Whether the signature holds, whatever the claims say: jose looks at it first. */
async function isSigned(token: string, { secret }: RoomRules): Promise<boolean> {
  try {
    await jwtVerify(token, new TextEncoder().encode(secret), { algorithms: ['HS256'] });
    return true;
  } catch (error) {
    return error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed;
  }
}

function timesOf({ nbf, exp }: JWTPayload, texts: DemoTexts): { good: boolean; words: string } {
  if (exp === undefined) return { good: false, words: texts.times_none };
  const now = Date.now() / 1000;
  const end = new Intl.DateTimeFormat(texts.language, { dateStyle: 'medium', timeStyle: 'medium' }).format(exp * 1000);
  const good = (nbf ?? 0) <= now && now < exp;
  const state = good ? texts.times_good : now < exp ? texts.times_early : texts.times_late;
  return { good, words: `${state}, ${texts.until} ${end}` };
}
