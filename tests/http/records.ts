/** The web server's side of FastCGI, for tests. */
import { endOfStream, RecordReader, streamRecords, Type, writePairs } from '../../lib/http/fastcgi_records.ts';

/** The bytes of a whole request. */
export function requestBytes(
  id: number,
  env: Readonly<Record<string, string>>,
  body: Uint8Array = new Uint8Array(),
  { keep = true, role = 1 } = {},
): Buffer {
  const begin = Buffer.from([0, role, keep ? 1 : 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([
    ...streamRecords(Type.begin, id, begin),
    ...streamRecords(Type.params, id, writePairs(env)),
    endOfStream(Type.params, id),
    ...streamRecords(Type.stdin, id, Buffer.from(body)),
    endOfStream(Type.stdin, id),
  ]);
}

/** What came back, by request: its output, and how it ended (undefined: it did not). */
export class Answers {
  readonly output = new Map<number, string>();
  readonly ended = new Map<number, number>();
  readonly management: { type: number; content: Buffer }[] = [];
  readonly #reader = new RecordReader();

  push(piece: Buffer): void {
    for (const { type, id, content } of this.#reader.push(piece)) {
      if (id === 0) this.management.push({ type, content: Buffer.from(content) });
      else if (type === Type.stdout) this.output.set(id, (this.output.get(id) ?? '') + content.toString('utf8'));
      else if (type === Type.end) this.ended.set(id, content.readUInt8(4));
    }
  }
}
