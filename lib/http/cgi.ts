/** Plain CGI (RFC 3875): one request from the environment and fd 0, one answer to fd 1. No streams: their set-up costs more than a small request. */

import { readSync, writeSync } from 'node:fs';
import { codeOf } from '../failure.ts';
import type { Request, Response } from '../message.ts';

/** The largest body that is read, in bytes, as in apache/jitsi-jmb.conf: the biggest form holds some hundred addresses. */
export const MAX_BODY = 128 * 1024;

/** The variables of one request. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** How many bytes of body a request announces: 400 when that is no number, 413 when more than MAX_BODY. */
export function bodyLength(env: Variables): { length: number } | { status: 400 | 413 } {
  const text = env['CONTENT_LENGTH'] ?? '';
  if (text === '') return { length: 0 };
  if (!/^\d+$/.test(text)) return { status: 400 };
  const length = Number(text);
  return length > MAX_BODY ? { status: 413 } : { length };
}

/**
 * Whether the sender does not know the length ahead (RFC 9112 section 7.1): Apache takes the chunks apart, and the body goes
 * on until the end of the input.
 */
export function isChunked(env: Variables): boolean {
  return (env['CONTENT_LENGTH'] ?? '') === '' && /\bchunked\b/i.test(env['HTTP_TRANSFER_ENCODING'] ?? '');
}

/** How many bytes of body to read: of a body without a length one more than it may have, which tells that it is too long. */
export function wantedBody(env: Variables): number {
  if (isChunked(env)) return MAX_BODY + 1;
  const announced = bodyLength(env);
  return 'length' in announced ? announced.length : 0;
}

/** Reads exactly `length` bytes; fewer when the sender stops before. */
export function readBody(fd: number, length: number): Uint8Array {
  const body = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const got = retry(() => readSync(fd, body, filled, length - filled, null));
    if (got === 0) break;
    filled += got;
  }
  return body.subarray(0, filled);
}

/** The request that the environment describes; a chunked body has the length that came. */
export function requestOf(variables: Variables, body: Uint8Array): Request {
  const env = isChunked(variables) ? { ...variables, CONTENT_LENGTH: String(body.byteLength) } : variables;
  return { method: (env['REQUEST_METHOD'] ?? 'GET').toUpperCase(), query: env['QUERY_STRING'] ?? '', body, env };
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** A header value on one line: whatever a bug lets in, it cannot start a second header. */
function oneLine(value: string): string {
  return /[\r\n\0]/.test(value) ? value.replace(/[\r\n\0]+/g, ' ') : value;
}

/**
 * The bytes of an answer (RFC 3875 section 6.3): always a Status line, since a Location alone would be a local
 * redirect, and the length of the body.
 * @param head whether the request was HEAD: the same headers, no body
 */
export function encode(response: Response, head: boolean): Buffer {
  let text = `Status: ${response.status} ${REASONS[response.status] ?? 'Status'}\r\n`;
  for (const [name, value] of response.headers) text += `${name}: ${oneLine(value)}\r\n`;
  const body = typeof response.body === 'string' ? Buffer.from(response.body) : response.body;
  const bodiless = response.status === 304 || response.status === 204;
  text += bodiless ? '\r\n' : `Content-Length: ${body.byteLength}\r\n\r\n`;
  return head || bodiless ? Buffer.from(text) : Buffer.concat([Buffer.from(text), body]);
}

/** Writes all bytes; false when the reader has gone (EPIPE): nobody is left to tell. */
export function writeAll(fd: number, bytes: Uint8Array): boolean {
  let written = 0;
  try {
    while (written < bytes.byteLength) {
      written += retry(() => writeSync(fd, bytes, written, bytes.byteLength - written));
    }
    return true;
  } catch (error) {
    if (codeOf(error) === 'EPIPE' || codeOf(error) === 'ECONNRESET') return false;
    throw error;
  }
}

/** Repeats a call while its pipe is full or empty (fds that someone made non-blocking) or a signal came between. */
function retry(call: () => number): number {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (codeOf(error) === 'EOF') return 0;
      if (codeOf(error) === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      else if (codeOf(error) !== 'EINTR') throw error;
    }
  }
}
