/** A web client that costs little: one kept connection of HTTP/1.1, one request at a time (RFC 9112). */
import { connect, type Socket } from 'node:net';

/** An answer as it came. */
interface Read {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly body: string;
}

/** An answer: its status, headers with lower-case names, body, and how long it took in milliseconds. */
export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  readonly time: number;
}

/**
 * Asks one server over one connection, dialled again when the server has closed it. For plain CGI a connection each
 * (`keep` false): mod_cgid lets the next request of a connection wait 10 ms when the process of the one before has not
 * quite ended, which says nothing about either. Dialling is not timed.
 */
export class Client {
  readonly #port: number;
  readonly #keep: boolean;
  #socket: Socket | null = null;
  #received = '';
  #wake: (() => void) | null = null;

  constructor(port: number, keep = true) {
    this.#port = port;
    this.#keep = keep;
  }

  /**
   * GET of an address. As a browser, it asks again on a new connection where the server has ended the kept one before a byte of its
   * answer (RFC 9112 section 9.3.1): a busy Apache does that to those that are idle.
   */
  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${this.#keep ? '' : 'Connection: close\r\n'}${lines.join('')}\r\n`;
    const kept = this.#socket;
    const socket = kept ?? (await this.#dial());
    const start = performance.now();
    const { status, fields, body } = await this.#exchange(socket, request).catch(async (error: unknown) => {
      if (kept === null || this.#received !== '') throw error;
      return this.#exchange(await this.#dial(), request);
    });
    const time = performance.now() - start;
    if (!this.#keep || fields.get('connection') === 'close') this.close();
    return { status, headers: fields, body, time };
  }

  #exchange(socket: Socket, request: string): Promise<Read> {
    this.#received = '';
    socket.write(request);
    return this.#read();
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  async #dial(): Promise<Socket> {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    socket.setEncoding('latin1');
    socket.on('data', (piece: string) => {
      this.#received += piece;
      this.#wake?.();
    });
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#wake?.();
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.on('error', () => socket.destroy());
    this.#socket = socket;
    return socket;
  }

  async #read(): Promise<Read> {
    const end = await this.#until(() => this.#received.indexOf('\r\n\r\n'));
    const [first = '', ...lines] = this.#received.slice(0, end).split('\r\n');
    const status = Number(first.split(' ', 2)[1]);
    const fields = new Map<string, string>();
    for (const line of lines) {
      const mark = line.indexOf(':');
      fields.set(line.slice(0, mark).toLowerCase(), line.slice(mark + 1).trim());
    }
    const from = end + 4;
    if (status === 304 || status === 204) return { status, fields, body: '' };
    if (fields.get('transfer-encoding') === 'chunked') return { status, fields, body: await this.#readChunks(from) };
    const length = Number(fields.get('content-length') ?? '0');
    await this.#until(() => (this.#received.length >= from + length ? from : -1));
    return { status, fields, body: Buffer.from(this.#received.slice(from, from + length), 'latin1').toString('utf8') };
  }

  /** A body in chunks (RFC 9112 section 7.1), without trailers. */
  async #readChunks(from: number): Promise<string> {
    let body = '';
    for (let at = from; ; ) {
      const end = await this.#until(() => this.#received.indexOf('\r\n', at));
      const size = Number.parseInt(this.#received.slice(at, end), 16);
      const next = end + 2 + size + 2;
      await this.#until(() => (this.#received.length >= next ? next : -1));
      if (size === 0) return Buffer.from(body, 'latin1').toString('utf8');
      body += this.#received.slice(end + 2, end + 2 + size);
      at = next;
    }
  }

  /** Waits for what is looked for; rejects when the server hangs up before. */
  async #until(look: () => number): Promise<number> {
    for (;;) {
      const at = look();
      if (at >= 0) return at;
      if (this.#socket === null) throw new Error('the server hung up');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
