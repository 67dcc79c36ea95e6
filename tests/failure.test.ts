import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { expect, it } from 'vitest';
import { codeOf, whyOf } from '../lib/failure.ts';

const refused = (host: string): Promise<unknown> =>
  new Promise((resolve) => void get({ host, port: 1 }).on('error', resolve));

it('says why, whichever way the system puts it', async () => {
  for (const host of ['127.0.0.1', 'localhost']) {
    const error = await refused(host);
    expect([codeOf(error), whyOf(error)]).toEqual(['ECONNREFUSED', 'connection refused']);
  }
  const missing = (): unknown => {
    try {
      return readFileSync('/nowhere/at/all');
    } catch (error) {
      return error;
    }
  };
  expect([codeOf(missing()), whyOf(missing())]).toEqual(['ENOENT', '/nowhere/at/all: no such file']);
});

it('keeps other words, on one line', () => {
  expect(whyOf(new Error('a\n  b'))).toBe('a b');
  expect(whyOf('text')).toBe('text');
  expect(whyOf(new TypeError())).toBe('TypeError');
  expect(codeOf(new Error('a'))).toBe('');
});
