/** One connection from the web server: collects the records of a request, hands it on whole, sends the answer back. */

import { isChunked, MAX_BODY, type Variables } from './cgi.ts';
import {
  endOfStream,
  endRequest,
  type FcgiRecord,
  Protocol,
  RecordReader,
  readPairs,
  streamRecords,
  Type,
  unknownType,
  valuesResult,
} from './fastcgi_records.ts';

/** Answers a request with the bytes that a CGI would print; never throws. */
export type Answerer = (env: Variables, body: Uint8Array) => Promise<Buffer>;

/** The most that the variables of a request may take, in bytes. */
const MAX_PARAMS = 512 * 1024;
const RESPONDER = 1;
const KEEP_CONNECTION = 1;

/**
 * Variables with their names as a plain CGI has them: there Apache makes an underscore of whatever a shell's name may not hold, and here
 * it hands over what its modules say, such as `MELLON_urn:oid:2.5.4.3`.
 */
function namedAsInCgi(env: Variables): Variables {
  const odd = Object.keys(env).filter((name) => /^\d|\W/.test(name));
  if (odd.length === 0) return env;
  const named = { ...env };
  for (const name of odd) {
    named[name.replace(/^\d|\W/g, '_')] = env[name];
    delete named[name];
  }
  return named;
}

/** A request on its way in. */
interface Incoming {
  readonly id: number;
  readonly keep: boolean;
  readonly params: Buffer[];
  readonly body: Buffer[];
  paramsSize: number;
  bodySize: number;
  env: Variables | null;
  running: boolean;
  aborted: boolean;
}

/** What a connection needs of a socket. */
interface Wire {
  readonly writable: boolean;
  on(event: 'data', listener: (piece: Buffer) => void): unknown;
  on(event: 'error', listener: () => void): unknown;
  write(bytes: Uint8Array): unknown;
  cork(): void;
  uncork(): void;
  end(): unknown;
  destroy(): unknown;
}

/** Serves one connection: one request at a time, one after another where the web server keeps it open. */
export class Connection {
  readonly #socket: Wire;
  readonly #answerer: Answerer;
  readonly #ending: () => boolean;
  readonly #reader = new RecordReader();
  #current: Incoming | null = null;
  #answered = 0;

  /** @param ending whether the process takes no more requests */
  constructor(socket: Wire, answerer: Answerer, ending: () => boolean) {
    this.#socket = socket;
    this.#answerer = answerer;
    this.#ending = ending;
    socket.on('data', (piece: Buffer) => this.#receive(piece));
    socket.on('error', () => socket.destroy());
  }

  /** Whether it has had its request, and is only kept for another by the web server. */
  get isSpare(): boolean {
    return this.#current === null && this.#answered > 0;
  }

  /** Whether a request is whole, and being answered. */
  get isAnswering(): boolean {
    return this.#current?.running === true;
  }

  /** Ends the connection. */
  close(): void {
    this.#socket.end();
  }

  #receive(piece: Buffer): void {
    try {
      for (const record of this.#reader.push(piece)) {
        if (record.id === 0) this.#manage(record);
        else this.#take(record);
      }
    } catch {
      // Not FastCGI, or lengths that lie: nothing after this can be trusted.
      this.#socket.destroy();
    }
  }

  /** Records about the connection itself (section 4). */
  #manage({ type, content }: FcgiRecord): void {
    this.#socket.write(type === Type.getValues ? valuesResult(content) : unknownType(type));
  }

  #take(record: FcgiRecord): void {
    const current = this.#current;
    if (record.type === Type.begin) this.#begin(record);
    else if (current === null || current.id !== record.id) return;
    else if (record.type === Type.abort) this.#abort(current);
    else if (record.type === Type.params && current.env === null) this.#takeParams(current, record.content);
    else if (record.type === Type.stdin && !current.running) this.#takeBody(current, record.content);
  }

  #begin({ id, content }: FcgiRecord): void {
    if (this.#current !== null) {
      this.#socket.write(endRequest(id, Protocol.cannotMultiplex));
      return;
    }
    const keep = (content.readUInt8(2) & KEEP_CONNECTION) !== 0;
    if (content.readUInt16BE(0) !== RESPONDER) {
      this.#socket.write(endRequest(id, Protocol.unknownRole));
      if (!keep) this.close();
      return;
    }
    const sizes = { paramsSize: 0, bodySize: 0 };
    this.#current = { id, keep, params: [], body: [], ...sizes, env: null, running: false, aborted: false };
  }

  #takeParams(current: Incoming, content: Buffer): void {
    if (content.length === 0) {
      current.env = namedAsInCgi(readPairs(Buffer.concat(current.params)));
      return;
    }
    current.paramsSize += content.length;
    if (current.paramsSize > MAX_PARAMS) throw new RangeError('too many variables');
    current.params.push(content);
  }

  /** Keeps the body up to MAX_BODY; what a longer one announces in CONTENT_LENGTH is refused later (413). */
  #takeBody(current: Incoming, content: Buffer): void {
    if (content.length > 0) {
      current.bodySize += content.length;
      if (current.bodySize <= MAX_BODY) current.body.push(content);
      else current.body.length = 0;
      return;
    }
    if (current.env === null) throw new Error('a body before its variables');
    current.running = true;
    void this.#run(current, current.env);
  }

  #abort(current: Incoming): void {
    current.aborted = true;
    if (!current.running) this.#finish(current, []);
  }

  async #run(current: Incoming, env: Variables): Promise<void> {
    const whole = isChunked(env) ? { ...env, CONTENT_LENGTH: String(current.bodySize) } : env;
    const answer = await this.#answerer(whole, Buffer.concat(current.body));
    this.#finish(current, current.aborted ? [] : streamRecords(Type.stdout, current.id, answer));
  }

  #finish(current: Incoming, output: Buffer[]): void {
    this.#current = null;
    this.#answered += 1;
    const { id } = current;
    if (this.#socket.writable) {
      // One system call for all of them, without a copy.
      this.#socket.cork();
      for (const bytes of [...output, endOfStream(Type.stdout, id), endRequest(id, Protocol.complete)]) {
        this.#socket.write(bytes);
      }
      this.#socket.uncork();
    }
    if (!current.keep || this.#ending()) this.close();
  }
}
