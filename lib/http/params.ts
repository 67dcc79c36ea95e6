/** Parameters of a query or of a posted form (application/x-www-form-urlencoded, WHATWG URL section 5.1). */

import type { Request } from '../message.ts';

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
