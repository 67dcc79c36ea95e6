/** A directory of one person, for the sample requests that ask one: it understands no more of LDAP (RFC 4511) than they need. */
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Kinds of messages by their tag (RFC 4511, appendix B). */
const BIND = 0x60;
const SEARCH = 0x63;

/** An element of BER, shorter than 128 octets. */
function element(tag: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return Buffer.concat([Buffer.from([tag, body.length]), body]);
}

function message(id: number, operation: Buffer): Buffer {
  return element(0x30, element(0x02, Buffer.from([id])), operation);
}

/** `success`, with nothing to say. */
function result(tag: number): Buffer {
  return element(tag, element(0x0a, Buffer.from([0])), element(0x04), element(0x04));
}

function attribute(name: string, value: string): Buffer {
  return element(0x30, element(0x04, name), element(0x31, element(0x04, value)));
}

/** What is answered to one request. */
function answerTo(request: Buffer, person: { readonly uid: string; readonly mail: string }): Buffer {
  // The length may take several octets; the id of a first message is small.
  const header = 2 + ((request[1] ?? 0) > 0x80 ? (request[1] ?? 0) - 0x80 : 0);
  const id = request[header + 2] ?? 0;
  const tag = request[header + 3];
  if (tag === BIND) return message(id, result(0x61));
  if (tag !== SEARCH) return Buffer.alloc(0);
  const attributes = element(0x30, attribute('uid', person.uid), attribute('mail', person.mail));
  const entry = element(0x64, element(0x04, `uid=${person.uid}`), attributes);
  return Buffer.concat([message(id, entry), message(id, result(0x65))]);
}

/**
 * Starts it on a free port, and names it in `jmb_jwt.cf` of a folder of settings. It ends with the process.
 * @param ready called when it can be asked
 */
export function sampleDirectory(
  folder: string,
  person: { readonly uid: string; readonly mail: string },
  ready: () => void,
): void {
  const { createServer } = process.getBuiltinModule('node:net');
  const server = createServer((socket) => {
    socket.on('data', (request) => socket.write(answerTo(request, person)));
    socket.on('error', () => undefined);
    socket.unref();
  });
  // A machine without loopback: then the code is compiled when it is first needed.
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1', () => {
    server.unref();
    const { port } = server.address() as AddressInfo;
    const command = `ldapsearch -x -H ldap://127.0.0.1:${port} -b dc=sample -D cn=sample -w sample`;
    writeFileSync(join(folder, 'jmb_jwt.cf'), `JMB_LDAPSEARCH="${command}"\n`);
    ready();
  });
}
