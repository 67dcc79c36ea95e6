/** What the room module's client makes of answers that nobody should give, and how it asks. */
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RoomService, roomService } from '../../lib/jitsi/rooms.ts';
import { scratch } from '../store/scratch.ts';

let server: Server;
let answer: (response: ServerResponse) => void;
const asked: { request: IncomingMessage; body: string }[] = [];
let settings: { JMB_PROSODY_URL: string; JMB_PROSODY_SECRET_FILE: string; JMB_PROSODY_HOST: string };
let service: RoomService;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      asked.push({ request, body });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : '';
  const file = scratch('secret');
  writeFileSync(file, '\n the secret \n');
  settings = {
    JMB_PROSODY_URL: `http://127.0.0.1:${port}/jmb//`,
    JMB_PROSODY_SECRET_FILE: file,
    JMB_PROSODY_HOST: 'meet.example.org',
  };
});
beforeEach(() => {
  const set = roomService(settings);
  if (set === undefined) throw new Error('not set');
  service = set;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Has the module answer this, whatever it is asked. */
function answering(value: unknown): RoomService {
  answer = (response) => response.end(typeof value === 'string' ? value : JSON.stringify(value));
  return service;
}

it('asks by POST, with the host of ours, the secret and JSON', async () => {
  await answering({}).open('é');
  const { request, body } = asked.at(-1) ?? {};
  expect([request?.method, request?.url, body]).toEqual(['POST', '/jmb/open', '{"room":"é"}']);
  expect(request?.headers).toMatchObject({
    ...{ host: 'meet.example.org', authorization: 'Bearer the secret' },
    ...{ 'content-type': 'application/json', 'content-length': '13' },
  });
});

it.each<readonly [string, (service: RoomService) => Promise<unknown>, string]>([
  ['version', ({ version }) => version(), '{}'],
  ['rooms', ({ rooms }) => rooms(), '{}'],
  ['people', ({ people }) => people('a'), '{"room":"a"}'],
  ['say', ({ say }) => say('a', 'b'), '{"room":"a","text":"b"}'],
  [
    'close',
    ({ close }) => close('a', { message: 'b', reason: 'c', until: 4 }),
    '{"room":"a","message":"b","reason":"c","until":4}',
  ],
  ['open', ({ open }) => open('a'), '{"room":"a"}'],
  ['revoke', ({ revoke }) => revoke('a', ['b'], 4), '{"room":"a","ids":["b"],"until":4}'],
  ['restore', ({ restore }) => restore('a', ['b']), '{"room":"a","ids":["b"]}'],
])('asks for %s at its address', async (verb, ask, body) => {
  await ask(answering({}));
  expect([asked.at(-1)?.request.url, asked.at(-1)?.body]).toEqual([`/jmb/${verb}`, body]);
});

it.each(['JMB_PROSODY_SECRET_FILE', 'JMB_PROSODY_URL'])('is nobody without %s', (name) => {
  expect(roomService({ ...settings, [name]: '' })).toBeUndefined();
});

it('cannot be without the secret that is set', () => {
  expect(() => roomService({ ...settings, JMB_PROSODY_SECRET_FILE: '/nowhere' })).toThrow(/ENOENT/);
});

describe('the rooms', () => {
  it.each([[{}], [null], ['abc'], [undefined]])('are none where %j stands for them', async (rooms) => {
    expect(await answering({ rooms }).rooms()).toEqual([]);
  });

  it('are those that are any, and their counts numbers', async () => {
    const none = { participants: 0, breakout: 0, waiting: 0, since: 0 };
    const rooms = [
      null,
      3,
      'abc',
      { room: 'abc', participants: '3', breakout: null },
      { room: 7, since: 5, waiting: 1 },
    ];
    expect(await answering({ rooms }).rooms()).toEqual([
      { room: 'abc', ...none },
      { room: '7', ...none, since: 5, waiting: 1 },
    ]);
  });
});

describe('the people of a room', () => {
  it('are the names that are some, each on one line and of 100 characters, and how many more', async () => {
    const names = ['Zoë\n\u202eevil', '', 7, null, ' ', 'x'.repeat(150)];
    expect(await answering({ names, unnamed: 2, waiting: 3 }).people('abc')).toEqual({
      ...{ names: ['Zoë evil', 'x'.repeat(100)], unnamed: 6, waiting: 3 },
    });
    expect(asked.at(-1)?.body).toBe('{"room":"abc"}');
  });

  it('are 500 by name', async () => {
    const names = Array.from({ length: 502 }, (_, at) => `n${at}`);
    const people = await answering({ names }).people('abc');
    expect([people.names.length, people.names[499], people.unnamed]).toEqual([500, 'n499', 2]);
  });

  it.each([[{}], [null], ['abc']])('are nobody where %j stands for them', async (names) => {
    expect(await answering({ names, waiting: 'x' }).people('abc')).toEqual({ names: [], unnamed: 0, waiting: 0 });
  });
});

it.each([
  [
    { version: 'a', rooms: 'b' },
    { host: 'a', rooms: 'b' },
  ],
  [
    { version: 'a', rooms: false },
    { host: 'a', rooms: null },
  ],
  [{ version: 'a' }, { host: 'a', rooms: null }],
])('the version of %j is %j', async (value, version) => {
  expect(await answering(value).version()).toEqual(version);
});

it.each([[{ found: 'yes' }], [{ found: false }], [{}]])('nobody was found by %j', async (value) => {
  const how = { message: 'm', reason: 'r', until: 1 };
  expect([await answering(value).say('abc', 'x'), await service.close('abc', how)]).toEqual(['empty', 'empty']);
});

describe('an answer that is none', () => {
  it.each(['3', 'null', '"x"', '', '{'])('such as %j is refused', async (text) => {
    await expect(answering(text).rooms()).rejects.toThrow(/jmb\/rooms: no JSON object$/);
  });

  it('is one that is longer than a megabyte', async () => {
    const long = (length: number) => answering(`{"rooms":"${'x'.repeat(length - 12)}"}`).rooms();
    expect(await long(1 << 20)).toEqual([]);
    await expect(long((1 << 20) + 1)).rejects.toThrow('the answer is too long');
  });

  it('is one that breaks off', async () => {
    answer = (response) => {
      response.writeHead(200, { 'Content-Length': 100 }).write('{"rooms":');
      setTimeout(() => response.destroy(), 10);
    };
    await expect(service.rooms()).rejects.toThrow(/\/jmb\/rooms: (aborted|connection reset)$/);
  });

  it.each([201, 204, 404])('is one of status %i', async (status) => {
    answer = (response) => response.writeHead(status).end('{}');
    await expect(service.rooms()).rejects.toThrow(`status ${status}`);
  });
});
