/** What carries XMPP between two programs: a TCP connection (RFC 6120) or a websocket (RFC 7395). */
import { connect } from 'node:net';
import xml, { type Element, Parser } from '@xmpp/xml';
import { WebSocket } from 'ws';

/** An open connection. */
export interface Pipe {
  /** Begins a stream, or begins it anew after signing in. */
  open(): void;
  send(element: Element): void;
  close(): Promise<void>;
}

/** Takes each element that comes. */
type Taker = (element: Element) => void;

/** XMPP over TCP: a document that goes on until the end. */
export function tcpPipe(port: number, host: string, take: Taker): Promise<Pipe> {
  return new Promise((resolve, reject) => {
    let parser = new Parser();
    const socket = connect(port, '127.0.0.1');
    socket.setEncoding('utf8');
    socket.on('error', reject);
    socket.on('data', (text: unknown) => parser.write(String(text)));
    socket.on('connect', () =>
      resolve({
        open: () => {
          parser = new Parser();
          parser.on('element', take);
          socket.write(
            `<?xml version="1.0"?><stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" version="1.0" to="${host}">`,
          );
        },
        send: (element) => void socket.write(element.toString()),
        close: () =>
          new Promise((done) => {
            socket.on('close', () => done());
            socket.destroy();
          }),
      }),
    );
  });
}

/** XMPP over a websocket: each element a frame. */
export function websocketPipe(address: string, host: string, take: Taker): Promise<Pipe> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, 'xmpp');
    socket.on('error', reject);
    socket.on('message', (data) => {
      const parser = new Parser();
      parser.on('element', take);
      // The parser keeps no children of what is outermost.
      parser.write(`<frame>${data}</frame>`);
    });
    socket.on('open', () =>
      resolve({
        open: () =>
          socket.send(
            xml('open', { xmlns: 'urn:ietf:params:xml:ns:xmpp-framing', to: host, version: '1.0' }).toString(),
          ),
        send: (element) => {
          element.attrs['xmlns'] ??= 'jabber:client';
          socket.send(element.toString());
        },
        close: () =>
          new Promise((done) => {
            if (socket.readyState === WebSocket.CLOSED) return done();
            socket.on('close', () => done());
            socket.terminate();
          }),
      }),
    );
  });
}
