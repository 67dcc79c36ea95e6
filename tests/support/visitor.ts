/** A browser without scripts, for signing in: cookies, redirects, and the forms that providers show. Names under .localhost are this machine. */
import { request } from 'node:http';

/** What it ended at. */
export interface Arrival {
  readonly status: number;
  readonly url: string;
  /** The address that a redirect to a room leads to; the room is not entered. */
  readonly location: string;
  readonly body: string;
}

/** Cookies by host. */
type Jar = Map<string, Map<string, string>>;

/** The first answer to somebody without cookies: nothing is followed or filled in. */
export function stranger(address: string, headers: Readonly<Record<string, string>>): Promise<Arrival> {
  return ask(new Map(), headers, new URL(address));
}

/** A browser with a cookie jar of its own, which sends these headers with every request. */
export function visitor(headers: Readonly<Record<string, string>> = {}) {
  const jar: Jar = new Map();

  /** Follows redirects up to a room, and fills the forms of the way as this user; as nobody, it stops where somebody is to sign in. */
  return async (address: string, user: string | null): Promise<Arrival> => {
    let arrival = await ask(jar, headers, new URL(address));
    for (let steps = 0; steps < 25; steps += 1) {
      if (arrival.location !== '') {
        if (arrival.location.includes('jwt=')) return arrival;
        arrival = await ask(jar, headers, new URL(arrival.location, arrival.url));
        continue;
      }
      const form = formOf(arrival, user);
      if (form === undefined) return arrival;
      arrival = await ask(jar, headers, form.action, form.fields);
    }
    throw new Error(`no end of the way to ${address}: ${arrival.url}`);
  };
}

function ask(jar: Jar, headers: Readonly<Record<string, string>>, url: URL, body?: URLSearchParams): Promise<Arrival> {
  return new Promise((resolve, reject) => {
    const cookies = [...(jar.get(url.hostname) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent = request({
      host: '127.0.0.1',
      port: url.port,
      path: url.pathname + url.search,
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        host: url.host,
        accept: 'text/html,*/*',
        'user-agent': 'Mozilla/5.0',
        ...(cookies === '' ? {} : { cookie: cookies }),
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
    });
    sent.once('error', reject);
    sent.once('response', (answer) => {
      for (const line of answer.headers['set-cookie'] ?? []) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        const own = jar.get(url.hostname) ?? new Map<string, string>();
        jar.set(url.hostname, own.set(name, value));
      }
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => {
        text += piece;
      });
      answer.once('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          url: url.href,
          location: answer.headers.location ?? '',
          body: text,
        }),
      );
    });
    sent.end(body?.toString());
  });
}

/** The form to send: the one that asks for a password, or that carries a SAML answer. */
function formOf({ body, url }: Arrival, user: string | null): { action: URL; fields: URLSearchParams } | undefined {
  for (const [form] of body.matchAll(/<form[\s\S]*?<\/form>/g)) {
    const fields = new URLSearchParams();
    for (const [tag] of form.matchAll(/<(?:input|textarea)[^>]*>/g)) {
      const name = /name="([^"]*)"/.exec(tag)?.[1];
      if (name !== undefined) fields.set(name, plain(/value="([^"]*)"/.exec(tag)?.[1] ?? ''));
    }
    if (fields.has('password')) {
      if (user === null) return undefined;
      fields.set('user', user);
      fields.set('password', user);
    } else if (!fields.has('SAMLResponse')) continue;
    const action = plain(/action="([^"]*)"/.exec(form)?.[1] ?? '');
    return { action: new URL(action === '#' ? '' : action, url), fields };
  }
  return undefined;
}

function plain(html: string): string {
  return html
    .replace(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
