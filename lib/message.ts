/**
 * Request and response as plain values, in which every door, adapter and test speaks (RFC 3875 names), and the parameters of a query or
 * of a posted form (application/x-www-form-urlencoded, WHATWG URL section 5.1).
 */

/** What a web server asks of a CGI: the parts of RFC 3875 that JMB reads. */
export interface Request {
  /** REQUEST_METHOD, upper case. */
  readonly method: string;
  /** QUERY_STRING, still percent-encoded. */
  readonly query: string;
  /** The message body, already read whole; empty for GET and HEAD. */
  readonly body: Uint8Array;
  /** The fields of a form in the body, where the door has read them already: names and their first values. */
  readonly form?: ReadonlyMap<string, string>;
  /** The meta-variables (RFC 3875 section 4.1), HTTP_* request headers and those of the authentication module. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a CGI answers; header names as they are written on the wire. */
export interface Response {
  /** HTTP status code. */
  readonly status: number;
  /** Header fields in order; a name may occur more than once. */
  readonly headers: readonly (readonly [string, string])[];
  /** The message body; text is sent as UTF-8. */
  readonly body: string | Uint8Array;
}

/** A header field: name and value. */
export type Header = readonly [string, string];

/** A page in HTML, UTF-8. */
export function html(status: number, body: string, headers: readonly Header[] = []): Response {
  return {
    status,
    headers: [['Content-Type', 'text/html; charset=utf-8'], ['Cache-Control', 'no-store'], ...headers],
    body,
  };
}

/**
 * A redirect. Use 302 for an address to follow and 303 after a POST (RFC 9110 section 15.4).
 * @param location an absolute path or URL, already percent-encoded
 */
export function redirect(status: 302 | 303, location: string, headers: readonly Header[] = []): Response {
  return { status, headers: [['Location', location], ['Cache-Control', 'no-store'], ...headers], body: '' };
}

/** A request header by its name in any case, or undefined (RFC 3875 section 4.1.18). */
export function requestHeader(request: Request, name: string): string | undefined {
  return request.env[`HTTP_${name.toUpperCase().replace(/-/g, '_')}`];
}

/** A cookie of the request by its name, or undefined (RFC 6265 section 5.4). */
export function cookie(request: Pick<Request, 'env'>, name: string): string | undefined {
  for (const part of (request.env['HTTP_COOKIE'] ?? '').split(';')) {
    const [key, value] = part.split('=', 2);
    if (key?.trim() === name) return value?.trim();
  }
  return undefined;
}

/** Names and their values; of a name given twice the first value counts. */
export type Params = ReadonlyMap<string, string>;

/** The most names that a query or a form may hold; no form of ours has ten. More would be made to collide in hash tables. */
const MOST = 64;

const NONE: Params = new Map();

/** One name or value: '+' is a blank, %XX are bytes of UTF-8. Throws URIError on anything else. */
function decode(text: string): string {
  // Of a hundred thousand of them a pattern would take four times as long.
  const spaced = text.includes('+') ? text.split('+').join(' ') : text;
  return spaced.includes('%') ? decodeURIComponent(spaced) : spaced;
}

/** The parameters of an encoded text; null when its percent-encoding is not valid UTF-8, or there are too many. */
export function parseParams(text: string): Params | null {
  if (text === '') return NONE;
  const params = new Map<string, string>();
  try {
    const parts = text.split('&', MOST + 1);
    if (parts.length > MOST) return null;
    for (const part of parts) {
      if (part === '') continue;
      const mark = part.indexOf('=');
      const name = decode(mark < 0 ? part : part.slice(0, mark));
      if (!params.has(name)) params.set(name, mark < 0 ? '' : decode(part.slice(mark + 1)));
    }
  } catch {
    return null;
  }
  return params;
}

/** The parameters of the address. serve.ts has already refused (400) what does not parse. */
export function queryParams(request: Request): Params {
  return parseParams(request.query) ?? NONE;
}

/** The fields of a posted form. serve.ts has already refused (400) what does not parse. */
export function formParams(request: Request): Params {
  return request.form ?? parseForm(request) ?? NONE;
}

/** The fields of a body; null when they cannot be read, as in `parseParams`. */
export function parseForm({ body }: Pick<Request, 'body'>): Params | null {
  return parseParams(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
}
