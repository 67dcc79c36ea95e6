/** The records of the FastCGI protocol, version 1 (FastCGI Specification, sections 3 to 5): bytes in, bytes out, nothing else. */

/** Record types (section 8 of the specification). */
export const Type = {
  begin: 1,
  abort: 2,
  end: 3,
  params: 4,
  stdin: 5,
  stdout: 6,
  stderr: 7,
  data: 8,
  getValues: 9,
  getValuesResult: 10,
  unknownType: 11,
} as const;

/** How a request ended, for the web server. */
export const Protocol = { complete: 0, cannotMultiplex: 1, overloaded: 2, unknownRole: 3 } as const;

/** One record as it came. */
export interface FcgiRecord {
  readonly type: number;
  /** The request it belongs to; 0 for the connection itself. */
  readonly id: number;
  readonly content: Buffer;
}

const HEADER = 8;
const LARGEST = 0xfff8;

/** Cuts a stream into records, however its pieces arrive. */
export class RecordReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The records that are complete with this piece. Throws when the bytes are not FastCGI. */
  push(piece: Buffer): FcgiRecord[] {
    let bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const records: FcgiRecord[] = [];
    while (bytes.length >= HEADER) {
      if (bytes[0] !== 1) throw new Error(`not FastCGI: version ${bytes[0]}`);
      const length = bytes.readUInt16BE(4);
      const whole = HEADER + length + bytes.readUInt8(6);
      if (bytes.length < whole) break;
      records.push({
        type: bytes.readUInt8(1),
        id: bytes.readUInt16BE(2),
        content: bytes.subarray(HEADER, HEADER + length),
      });
      bytes = bytes.subarray(whole);
    }
    this.#rest = bytes;
    return records;
  }
}

/** A record's header. */
function header(type: number, id: number, length: number, padding: number): Buffer {
  const bytes = Buffer.alloc(HEADER);
  bytes[0] = 1;
  bytes[1] = type;
  bytes.writeUInt16BE(id, 2);
  bytes.writeUInt16BE(length, 4);
  bytes[6] = padding;
  return bytes;
}

/** Content of any length as one or more records of a stream, padded to eight bytes. */
export function streamRecords(type: number, id: number, content: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let from = 0; from < content.length; from += LARGEST) {
    const part = content.subarray(from, from + LARGEST);
    const padding = -part.length & 7;
    parts.push(header(type, id, part.length, padding), part);
    if (padding > 0) parts.push(Buffer.alloc(padding));
  }
  return parts;
}

/** The record that closes a stream. */
export function endOfStream(type: number, id: number): Buffer {
  return header(type, id, 0, 0);
}

/** The record that ends a request (section 5.5). */
export function endRequest(id: number, protocol: number): Buffer {
  const bytes = Buffer.concat([header(Type.end, id, 8, 0), Buffer.alloc(8)]);
  bytes[HEADER + 4] = protocol;
  return bytes;
}

/** The answer to a management record of a type that we do not know (section 4.2). */
export function unknownType(type: number): Buffer {
  const bytes = Buffer.concat([header(Type.unknownType, 0, 8, 0), Buffer.alloc(8)]);
  bytes[HEADER] = type;
  return bytes;
}

/** Name-value pairs (section 3.4). Throws when a length points past the end. */
export function readPairs(bytes: Buffer): Record<string, string> {
  const pairs: Record<string, string> = Object.create(null);
  let at = 0;
  const length = (): number => {
    const first = bytes.readUInt8(at);
    if (first < 0x80) {
      at += 1;
      return first;
    }
    const long = bytes.readUInt32BE(at) & 0x7fffffff;
    at += 4;
    return long;
  };
  while (at < bytes.length) {
    const nameLength = length();
    const valueLength = length();
    const middle = at + nameLength;
    const end = middle + valueLength;
    if (end > bytes.length) throw new RangeError('a FastCGI parameter is longer than its record');
    pairs[bytes.toString('utf8', at, middle)] = bytes.toString('utf8', middle, end);
    at = end;
  }
  return pairs;
}

/** Name-value pairs as bytes. */
export function writePairs(pairs: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of Object.entries(pairs)) {
    const nameBytes = Buffer.from(name);
    const valueBytes = Buffer.from(value);
    parts.push(pairLength(nameBytes.length), pairLength(valueBytes.length), nameBytes, valueBytes);
  }
  return Buffer.concat(parts);
}

function pairLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length + 0x80000000, 0);
  return bytes;
}

/** The values that a web server may ask for (section 4.1); names we do not know get no answer. */
export function valuesResult(asked: Buffer): Buffer {
  const known: Record<string, string> = { FCGI_MAX_CONNS: '1000', FCGI_MAX_REQS: '1000', FCGI_MPXS_CONNS: '0' };
  const values: Record<string, string> = {};
  for (const name of Object.keys(readPairs(asked))) {
    const value = known[name];
    if (value !== undefined) values[name] = value;
  }
  const content = writePairs(values);
  return Buffer.concat([header(Type.getValuesResult, 0, content.length, 0), content]);
}
