/** The FastCGI protocol as a web server, a broken one and a hostile one speak it. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answerer, Connection } from '../../lib/http/fastcgi_connection.ts';
import {
  endOfStream,
  Protocol,
  RecordReader,
  readPairs,
  streamRecords,
  Type,
  writePairs,
} from '../../lib/http/fastcgi_records.ts';
import { Answers, requestBytes } from './records.ts';

/** Answers with what it was given, after the time that the request asks for. */
const echo: Answerer = async (env, body) => {
  if (env['WAIT'] !== undefined) await wait(Number(env['WAIT']));
  return Buffer.from(`${env['NAME']}:${Buffer.from(body).toString('utf8')}${'x'.repeat(Number(env['SIZE'] ?? 0))}`);
};

let server: Server;
let port: number;
const open: Socket[] = [];

beforeEach(async () => {
  server = createServer((socket) => new Connection(socket, echo, () => false));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port;
});

afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await new Promise((done) => server.close(done));
});

/** A connection that collects what comes back. */
function dial(): { socket: Socket; answers: Answers; closed: Promise<void> } {
  const socket = connect(port, '127.0.0.1');
  open.push(socket);
  const answers = new Answers();
  socket.on('data', (piece: Buffer) => answers.push(piece));
  socket.on('error', () => {});
  return { socket, answers, closed: new Promise((done) => socket.once('close', () => done())) };
}

async function until(done: () => boolean): Promise<void> {
  for (const limit = Date.now() + 5000; !done(); await wait(2)) {
    if (Date.now() > limit) throw new Error('it never came');
  }
}

describe('records', () => {
  it('carry names and values of any length', () => {
    const pairs = { '': '', A: 'b', ['N'.repeat(127)]: 'v'.repeat(128), ['M'.repeat(300)]: 'é'.repeat(70_000) };
    expect({ ...readPairs(writePairs(pairs)) }).toEqual(pairs);
  });

  it('refuse a length that points past the end', () => {
    expect(() => readPairs(Buffer.from([5, 5, 65]))).toThrow(RangeError);
    expect(() => readPairs(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]))).toThrow(RangeError);
    expect(() => readPairs(Buffer.from([0x80]))).toThrow(RangeError);
  });

  it('are whole however the stream is cut', () => {
    const bytes = Buffer.concat([requestBytes(1, { NAME: 'a' }, Buffer.from('body')), requestBytes(2, { NAME: 'b' })]);
    const whole = new RecordReader().push(bytes).map(({ type, id, content }) => [type, id, content.toString('hex')]);
    const reader = new RecordReader();
    const cut = [...bytes].flatMap((byte) =>
      reader.push(Buffer.from([byte])).map(({ type, id, content }) => [type, id, content.toString('hex')]),
    );
    expect(cut).toEqual(whole);
  });

  it('split and pad long content', () => {
    const content = Buffer.alloc(200_001, 7);
    const bytes = Buffer.concat(streamRecords(Type.stdout, 9, content));
    expect(bytes.length % 8).toBe(0);
    const back = new RecordReader().push(bytes);
    expect(Buffer.concat(back.map((record) => record.content)).equals(content)).toBe(true);
  });
});

describe('a connection', () => {
  it('answers one request after another on a kept connection', async () => {
    const { socket, answers } = dial();
    socket.write(requestBytes(1, { NAME: 'first' }, Buffer.from('é')));
    await until(() => answers.ended.has(1));
    socket.write(requestBytes(1, { NAME: 'second', SIZE: '300000' }));
    await until(() => (answers.output.get(1) ?? '').length >= 300_000 + 14);
    expect(answers.output.get(1)).toBe(`first:ésecond:${'x'.repeat(300_000)}`);
    expect(answers.ended.get(1)).toBe(Protocol.complete);
  });

  it('is closed after the answer unless the web server keeps it', async () => {
    const { socket, answers, closed } = dial();
    socket.write(requestBytes(1, { NAME: 'only' }, undefined, { keep: false }));
    await closed;
    expect(answers.output.get(1)).toBe('only:');
  });

  it('refuses a second request at the same time, and other roles', async () => {
    const { socket, answers } = dial();
    socket.write(Buffer.concat([requestBytes(1, { NAME: 'a', WAIT: '30' }), requestBytes(2, { NAME: 'b' })]));
    await until(() => answers.ended.size === 2);
    expect(answers.ended.get(2)).toBe(Protocol.cannotMultiplex);
    expect(answers.output.get(1)).toBe('a:');
    socket.write(requestBytes(3, { NAME: 'c' }, undefined, { role: 2 }));
    await until(() => answers.ended.has(3));
    expect(answers.ended.get(3)).toBe(Protocol.unknownRole);
  });

  it('tells what it can, and that it does not know a type', async () => {
    const { socket, answers } = dial();
    const asked = writePairs({ FCGI_MPXS_CONNS: '', FCGI_MAX_REQS: '', SOMETHING_ELSE: '' });
    socket.write(Buffer.concat([...streamRecords(Type.getValues, 0, asked), ...streamRecords(99, 0, Buffer.alloc(3))]));
    await until(() => answers.management.length === 2);
    expect({ ...readPairs(answers.management[0]?.content ?? Buffer.alloc(0)) }).toEqual({
      FCGI_MPXS_CONNS: '0',
      FCGI_MAX_REQS: '1000',
    });
    expect(answers.management[1]).toEqual({ type: Type.unknownType, content: Buffer.from([99, 0, 0, 0, 0, 0, 0, 0]) });
  });

  it('drops an aborted request, before and while it runs', async () => {
    const { socket, answers } = dial();
    const whole = requestBytes(1, { NAME: 'gone', WAIT: '40' });
    socket.write(Buffer.concat([whole.subarray(0, whole.length - 8), endOfStream(Type.abort, 1)]));
    await until(() => answers.ended.has(1));
    socket.write(Buffer.concat([requestBytes(2, { NAME: 'gone', WAIT: '40' }), endOfStream(Type.abort, 2)]));
    await until(() => answers.ended.has(2));
    expect([...answers.output.values()].join('')).toBe('');
    socket.write(requestBytes(3, { NAME: 'next' }));
    await until(() => answers.ended.has(3));
    expect(answers.output.get(3)).toBe('next:');
  });

  it('keeps requests of many connections apart', async () => {
    const all = Array.from({ length: 40 }, (_, number) => ({ number, ...dial() }));
    for (let round = 0; round < 5; round += 1) {
      for (const { number, socket, answers } of all) {
        answers.output.clear();
        answers.ended.clear();
        const env = { NAME: `n${number}r${round}`, WAIT: String((number * 7) % 23) };
        socket.write(requestBytes(number + 1, env, Buffer.from(`secret${number}`)));
      }
      await until(() => all.every(({ number, answers }) => answers.ended.has(number + 1)));
      for (const { number, answers } of all) {
        expect([...answers.output]).toEqual([[number + 1, `n${number}r${round}:secret${number}`]]);
      }
    }
  });

  it('survives noise', async () => {
    let seed = 20_261_123;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let round = 0; round < 300; round += 1) {
      const { socket } = dial();
      const bytes = requestBytes(
        1 + random(3),
        { NAME: 'noise', LONG: 'x'.repeat(random(70_000)) },
        Buffer.alloc(random(900)),
      );
      for (let flips = random(12); flips > 0; flips -= 1) bytes[random(Math.min(bytes.length, 400))] = random(256);
      const cut = random(bytes.length);
      socket.write(bytes.subarray(0, cut));
      socket.write(bytes.subarray(cut, random(4) === 0 ? cut + random(bytes.length - cut) : undefined));
      if (random(3) === 0) socket.write(Buffer.from(Array.from({ length: random(64) }, () => random(256))));
      if (random(2) === 0) socket.destroy();
      else socket.end();
    }
    await wait(50);
    const { socket, answers } = dial();
    socket.write(requestBytes(1, { NAME: 'still here' }));
    await until(() => answers.ended.has(1));
    expect(answers.output.get(1)).toBe('still here:');
  });
});
