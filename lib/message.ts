/** Request and response as plain values: every door, adapter and test speaks in these (RFC 3875 names). */

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
