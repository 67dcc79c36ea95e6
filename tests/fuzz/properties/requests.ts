/** Requests as a web server hands them on: FastCGI's records however they are cut, parameters, tokens and rooms. */
import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { jwtVerify } from 'jose';
import { encode } from '../../../lib/http/cgi.ts';
import { Connection } from '../../../lib/http/fastcgi_connection.ts';
import { endOfStream, readPairs, streamRecords, Type, writePairs } from '../../../lib/http/fastcgi_records.ts';
import { roomName, roomSegment } from '../../../lib/jitsi/room_name.ts';
import { makeToken } from '../../../lib/jitsi/token.ts';
import { parseParams } from '../../../lib/message.ts';
import { Answers } from '../../http/records.ts';
import { anyText, holds, type Property, same } from './property.ts';

/** The web server's end of a connection, without the kernel between. */
class Wire extends EventEmitter {
  readonly answers = new Answers();
  writable = true;
  #ended: () => void = () => {};
  readonly ended = new Promise<void>((resolve) => {
    this.#ended = resolve;
  });
  write(bytes: Buffer): void {
    this.answers.push(Buffer.from(bytes));
  }
  cork(): void {}
  uncork(): void {}
  end(): void {
    this.writable = false;
    this.#ended();
  }
  destroy(): void {
    this.end();
  }
}

interface Got {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** Gives bytes in pieces to a connection. @returns what its answerer was asked, and what came back */
async function given(pieces: readonly Buffer[]): Promise<{ asked: Got[]; wire: Wire }> {
  const wire = new Wire();
  const asked: Got[] = [];
  const answerer = (env: Got['env'], body: Uint8Array): Promise<Buffer> => {
    asked.push({ env: { ...env }, body: Buffer.from(body).toString('latin1') });
    return Promise.resolve(Buffer.from(`answer ${asked.length}`));
  };
  const connection = new Connection(wire, answerer, () => false);
  for (const piece of pieces) {
    wire.emit('data', piece);
    await Promise.resolve();
    await Promise.resolve();
  }
  for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
  connection.close();
  return { asked, wire };
}

/** Cuts bytes after so many, and again. */
function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return [...pieces, bytes.subarray(at)].filter((piece) => piece.length > 0);
}

const variables = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,20}$/), anyText(300).map(wellFormed), { maxKeys: 12 });
const cuts = fc.array(fc.oneof(fc.constantFrom(1, 7, 8, 9), fc.integer({ min: 1, max: 3000 })), { maxLength: 40 });

function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

const request = fc.record({
  id: fc.integer({ min: 1, max: 0xffff }),
  env: variables,
  body: fc.uint8Array({ maxLength: 2000 }),
  parts: cuts,
});

/** A stream in records of any length, with records of the connection, and of requests that there are none of, between them. */
function stream(type: number, id: number, content: Buffer, parts: readonly number[]): Buffer[] {
  const noise = [
    ...streamRecords(Type.data, (id % 0xffff) + 1, Buffer.from('noise')),
    ...streamRecords(Type.getValues, 0, writePairs({ FCGI_MAX_REQS: '' })),
  ];
  return cut(content, parts).flatMap((part, at) => [...(at % 3 === 1 ? noise : []), ...streamRecords(type, id, part)]);
}

const records = holds(
  'a request is the same wherever its records, and the bytes of these, are cut',
  4,
  fc.tuple(fc.array(request, { minLength: 1, maxLength: 3 }), cuts),
  async ([requests, pieces]) => {
    const bytes = requests.flatMap(({ id, env, body, parts }) => [
      ...streamRecords(Type.begin, id, Buffer.from([0, 1, 1, 0, 0, 0, 0, 0])),
      ...stream(Type.params, id, writePairs(env), parts),
      endOfStream(Type.params, id),
      ...stream(Type.stdin, id, Buffer.from(body), parts),
      endOfStream(Type.stdin, id),
    ]);
    // One after the other: the next begins when the one before it has its answer.
    const all = Buffer.concat(bytes);
    const whole = await given(requests.length === 1 ? cut(all, pieces) : bytes);
    same(
      whole.asked,
      requests.map(({ env, body }) => ({ env, body: Buffer.from(body).toString('latin1') })),
      'what was asked',
    );
    const last = requests.at(-1)?.id ?? 0;
    same(whole.wire.answers.output.get(last)?.endsWith(`answer ${requests.length}`), true, 'the answer');
  },
);

const noise = holds(
  'whatever bytes come as FastCGI, nothing is thrown, and nothing is asked before a request is whole',
  4,
  fc.tuple(request, fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { minLength: 1, maxLength: 8 }), cuts),
  async ([{ id, env, body }, changes, pieces]) => {
    const bytes = Buffer.concat([
      ...streamRecords(Type.begin, id, Buffer.from([0, 1, 1, 0, 0, 0, 0, 0])),
      ...streamRecords(Type.params, id, writePairs(env)),
      endOfStream(Type.params, id),
      ...streamRecords(Type.stdin, id, Buffer.from(body)),
    ]);
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
    const { asked } = await given(cut(bytes, pieces));
    // The record that ends the body was not sent; a changed byte can have made one at most.
    if (asked.length > 1) throw new Error(`${asked.length} requests`);
  },
);

const pairs = holds('variables are read as they were written', 1, variables, (env) => {
  same(Object.entries(readPairs(writePairs(env))), Object.entries(env));
});

const fields = fc.array(fc.tuple(anyText(30).map(wellFormed), anyText(100).map(wellFormed)), { maxLength: 30 });
const params = holds('parameters are read as a browser writes them', 1, fields, (all) => {
  const first = new Map(all.toReversed());
  const read = parseParams(new URLSearchParams(all).toString());
  same(Object.fromEntries([...(read ?? [])].sort()), Object.fromEntries([...first].sort()));
});

const anyParams = holds('whatever text comes as parameters is read, or refused as a whole', 1, anyText(300), (text) => {
  const read = parseParams(text);
  if (read !== null)
    for (const [name, value] of read) if (typeof name !== 'string' || typeof value !== 'string') return false;
  return true;
});

const headers = fc.array(fc.tuple(fc.constantFrom('Location', 'Set-Cookie', 'X'), anyText(60)), { maxLength: 4 });
const answers = holds(
  'whatever stands in a header, an answer has as many as it should',
  1,
  fc.tuple(headers, anyText(100)),
  ([all, body]) => {
    const bytes = encode({ status: 200, headers: all, body }, false);
    const head = bytes.subarray(0, bytes.indexOf('\r\n\r\n')).toString();
    same(head.split(/\r\n|[\r\n]/).length, all.length + 2, 'the number of lines');
    same(
      bytes.length - head.length - 4 - (Buffer.byteLength(head) - head.length),
      Buffer.byteLength(body),
      'the length',
    );
  },
);

const SETTINGS = {
  ...{ JMB_JWT_ISS: 'jmb', JMB_JWT_SECRET: 'a secret of the tests, 32 characters and more', JMB_JWT_AUD: 'jitsi' },
  ...{ JMB_JWT_TTL: 28_800, JMB_JWT_FEATURES: [], JMB_SERVER_NAME: 'Meet.Example.org', etc: '/nowhere' },
};
const claims = fc.record({
  room: anyText(40).filter((text) => roomName(text) !== undefined),
  end: fc.option(fc.integer({ min: -100_000, max: 10_000_000 })),
  id: anyText(40).map(wellFormed),
  name: anyText(200).map(wellFormed),
  email: anyText(40).map(wellFormed),
});
const NOW = 1_795_510_800;
const tokens = holds(
  'a token is what jose verifies, for one room, with strings for Prosody, and never beyond its time',
  5,
  claims,
  async (one) => {
    const token = await makeToken({ ...one, end: one.end === null ? null : NOW + one.end }, SETTINGS, NOW);
    const secret = new TextEncoder().encode(SETTINGS.JMB_JWT_SECRET);
    const { payload } = await jwtVerify(token, secret, {
      ...{
        issuer: 'jmb',
        audience: 'jitsi',
        subject: 'meet.example.org',
        algorithms: ['HS256'],
        currentDate: new Date(NOW * 1000),
      },
    });
    const { user } = payload['context'] as { user: Record<string, unknown> };
    if (Object.values(user).some((value) => typeof value !== 'string')) throw new Error('a field that is no string');
    same([user['id'], user['email'], payload['room']], [one.id, one.email, roomName(one.room)]);
    const left = (payload.exp ?? 0) - NOW;
    if (left < 900 || left > 28_800) throw new Error(`it lives ${left} s`);
    if (/[\p{Cc}\u2028]/u.test(String(user['name']))) throw new Error('the name has lines');
  },
);

const rooms = holds('a room has one name and one address, however it is asked for', 1, anyText(80), (text) => {
  const [name, segment] = [roomName(text), roomSegment(text)];
  same(segment === undefined, name === undefined, 'whether there is one');
  if (segment === undefined) return;
  if (!/^[A-Za-z0-9._~%-]+$/.test(segment)) throw new Error(`an odd segment: ${segment}`);
  same(roomSegment(decodeURIComponent(segment)), segment, 'the segment of what it stands for');
  // What the browser makes of it (getRoomName of lib-jitsi-meet).
  const seen = decodeURIComponent(new URL(`https://x.org/${segment}`).pathname.slice(1));
  same(roomName(seen), name, 'the name of its address');
});

export const REQUESTS: readonly Property[] = [records, noise, pairs, params, anyParams, answers, tokens, rooms];
