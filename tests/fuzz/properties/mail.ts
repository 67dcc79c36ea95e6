/** Mail that comes in, of any build (RFC 2045, 2046), and addresses that answers come back to. */
import fc from 'fast-check';
import { readMail } from '../../../lib/mail/incoming.ts';
import { replyAddressOf, replyIdIn } from '../../../lib/mail/reply_address.ts';
import { decodeEntities, encodedWords, plainWords, straightLine } from '../../../lib/text/plain_text.ts';
import { anyAddress } from './people.ts';
import { anyText, holds, type Property, same } from './property.ts';

const wellFormed = (text: string): string => Buffer.from(text).toString();

/** A part: fields of its head, and its body. */
interface Part {
  readonly head: readonly string[];
  readonly body: string;
}

const calendar = anyText(120).map((text) => {
  const comment = wellFormed(text)
    .replace(/[\r\n\0\u0085\u2028\u2029\ufeff]/g, ' ')
    .replaceAll('--', '- ');
  return `BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nCOMMENT:x${comment}y\r\nEND:VCALENDAR\r\n`;
});

function quoted(text: string): string {
  const bytes = [...Buffer.from(text)].map((byte) =>
    byte === 10 || byte === 13 || (byte > 32 && byte < 127 && byte !== 61)
      ? String.fromCharCode(byte)
      : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return bytes.join('').replace(/((?:=..|[^=\r\n]){60})(?=[^\r\n])/g, '$1=\r\n');
}

const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  base64: (text) => Buffer.from(text).toString('base64').replace(/.{60}/g, '$&\r\n'),
  'quoted-printable': quoted,
  '8bit': (text) => Buffer.from(text).toString('latin1'),
  BINARY: (text) => Buffer.from(text).toString('latin1'),
};

const encoded = (type: string, text: string, encoding: string): Part => ({
  head: [`Content-Type: ${type}`, `Content-Transfer-Encoding: ${encoding}`],
  body: (ENCODINGS[encoding] ?? String)(text),
});

const TYPES = [
  'text/calendar; charset=utf-8; method=REPLY',
  'text/calendar;\r\n\tmethod="REPLY";\r\n charset="UTF-8"',
  'TEXT/Calendar; charset=UTF-8; name=x.ics',
];
const encoding = fc.constantFrom(...Object.keys(ENCODINGS));
const other: fc.Arbitrary<Part> = fc
  .tuple(
    fc.constantFrom('text/plain; charset=utf-8', 'text/html; charset=utf-8', 'application/octet-stream', 'image/png'),
    anyText(80).map((text) => wellFormed(text).replaceAll('--', '')),
    encoding,
  )
  .map(([type, text, as]) => encoded(type, text, as));

interface Shape {
  readonly kind: string;
  readonly before: readonly Part[];
  readonly after: readonly Part[];
  readonly boundary: string;
  readonly preamble: string;
}
const shape: fc.Arbitrary<Shape> = fc.record({
  kind: fc.constantFrom('mixed', 'alternative', 'related', 'x-odd'),
  before: fc.array(other, { maxLength: 2 }),
  after: fc.array(other, { maxLength: 2 }),
  boundary: fc.stringMatching(/^[A-Za-z0-9'()+_,./:=?][A-Za-z0-9'()+_,./:=? -]{0,30}[A-Za-z0-9_]$/),
  preamble: fc.constantFrom('', 'This is a message of several parts.\r\n'),
});

function around(part: Part, { kind, before, after, boundary, preamble }: Shape, depth: number): Part {
  // Each has its own: one that begins like another's is not it (RFC 2046 section 5.1.2).
  const own = `${depth}${boundary}`;
  const written = [...before, part, ...after].map(
    ({ head, body }) => `--${own}\r\n${head.join('\r\n')}\r\n\r\n${body}\r\n`,
  );
  return {
    head: [`Content-Type: multipart/${kind}; boundary="${own}"`],
    body: `${preamble}${written.join('')}--${own}--\r\n`,
  };
}

const message = fc.record({
  text: calendar,
  type: fc.constantFrom(...TYPES),
  encoding,
  shapes: fc.array(shape, { maxLength: 4 }),
  from: anyAddress,
  subject: anyText(80).map((text) => straightLine(wellFormed(text))),
  isUnix: fc.boolean(),
});

const found = holds('a calendar is found in a message of any build, to the letter', 4, message, async (one) => {
  const leaf = encoded(one.type, one.text, one.encoding);
  const { head, body } = one.shapes.reduce((part, each, depth) => around(part, each, depth), leaf);
  const fields = [`From: <${one.from}>`, `Subject: ${encodedWords(one.subject)}`, 'MIME-Version: 1.0', ...head];
  const raw = `${fields.join('\r\n')}\r\n\r\n${body}`;
  const read = await readMail({
    raw: Buffer.from(one.isUnix ? raw.replaceAll('\r\n', '\n') : raw, 'latin1'),
    recipients: [],
  });
  const lines = (text: string): string => text.replaceAll('\r\n', '\n').trimEnd();
  same(read?.calendars.map(lines), [lines(one.text)], 'the calendar');
  same(read?.writers, [one.from], 'who wrote');
  same(read?.subject.replace(/\s+/g, ' ').trim(), one.subject.replace(/\s+/g, ' ').trim(), 'the subject');
});

const words = holds('words are what they were before they were encoded', 1, anyText(200), (text) => {
  const line = straightLine(wellFormed(text));
  if (line === '') return;
  for (const word of encodedWords(line).split(' ')) if (word.length > 75) throw new Error(`a long word: ${word}`);
  same(plainWords(encodedWords(line)), decodeEntities(line));
});

const SETTINGS = ['visio+{id}@example.org', '{id}@reply.example.org', 'a{id}b@example.org'];
const id = fc.record({
  setting: fc.constantFrom(...SETTINGS),
  meetingId: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String),
  hash: fc.stringMatching(/^[A-Za-z0-9]{16}$/),
  other: anyText(80),
});
const addresses = holds(
  'the address of an answer names one meeting again, in capitals, too; no other text does',
  1,
  id,
  (one) => {
    const attendee = { hash: one.hash, role: 'guest', email: 'g@x.org', connections: 0, answer: 'none' } as const;
    const address = replyAddressOf(one.setting, { id: one.meetingId }, attendee);
    same(replyIdIn(one.setting, address.toUpperCase())?.meetingId, one.meetingId, address);
    same(replyIdIn(one.setting, one.other), undefined, one.other);
  },
);

export const MAIL: readonly Property[] = [found, words, addresses];
