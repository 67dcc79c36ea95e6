/** The flag that some programs are run with (lib/start/prepare.ts) is given back before a token is signed, by what each Node has for it. */
import v8 from 'node:v8';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeToken } from '../../lib/jitsi/token.ts';
import { readSettings } from '../../lib/settings.ts';

const { execArgv } = process;
const binding: unknown = Reflect.get(process, 'binding');
const noDeprecation: unknown = Reflect.get(process, 'noDeprecation');
/** What was set, by which way, and whether a deprecation would have been in the log meanwhile. */
let set: unknown[];

beforeEach(() => {
  set = [];
  vi.spyOn(v8, 'setFlagsFromString').mockImplementation((flag) => void set.push(['node:v8', flag]));
});
afterEach(() => {
  vi.restoreAllMocks();
  process.execArgv = execArgv;
  Reflect.set(process, 'binding', binding);
  Reflect.set(process, 'noDeprecation', noDeprecation);
});

/** Has Node offer this of V8's inside. */
function offers(inside: unknown): void {
  const ask = (name: string): unknown => {
    if (name !== 'v8') throw new Error(`no ${name}`);
    return inside;
  };
  Reflect.set(process, 'binding', inside === undefined ? undefined : ask);
}

const DIRECT = {
  setFlagsFromString: (flag: string) => set.push(['inside', flag, Reflect.get(process, 'noDeprecation')]),
};
const FAULTY = {
  setFlagsFromString: () => {
    throw new Error('not on this Node');
  },
};

function sign(...flags: readonly string[]): Promise<string> {
  process.execArgv = [...execArgv, ...flags];
  const settings = { ...readSettings('/nowhere', {}), JMB_JWT_SECRET: 's', JMB_JWT_ISS: 'i', etc: '/nowhere' };
  return makeToken({ room: 'abc', end: null, id: 'alice', name: 'Alice', email: 'a@example.org' }, settings, 0);
}

it.each([
  ['by the way inside, which loads least', DIRECT, ['inside', '--rehash-snapshot', true]],
  ['by the module where there is no such way', undefined, ['node:v8', '--rehash-snapshot']],
  ['by the module where it has nothing to set', {}, ['node:v8', '--rehash-snapshot']],
  ['by the module where it fails', FAULTY, ['node:v8', '--rehash-snapshot']],
])('%s, and the process is as before', async (_, inside, expected) => {
  offers(inside);
  for (const before of [undefined, true, false]) {
    set = [];
    Reflect.set(process, 'noDeprecation', before);
    expect((await sign('--no-rehash-snapshot')).split('.')).toHaveLength(3);
    expect(set).toEqual([expected]);
    expect(Reflect.get(process, 'noDeprecation')).toBe(before);
  }
});

it('nothing is given back where the flag was not given', async () => {
  offers(DIRECT);
  await sign();
  await sign('--rehash-snapshot');
  expect(set).toEqual([]);
});
