/**
 * Reads the answer in a `winmail.dat` (TNEF: MS-OXTNEF), which some Outlooks send in the place of a calendar part: the kind of the message
 * and six of its properties. Each length is checked against what is there, and no part is taken for more than it is. Pure.
 */
import type { CalendarReply, Named } from '../meetings/reply.ts';
import { windowsSigns } from '../text/windows_1252.ts';

/** The longest that is read, in bytes: an answer is a few thousand, and stands before all that is attached. */
export const LONGEST_TNEF = 256 * 1024;

/** How many attributes and properties are looked at. */
const MOST = 500;

/** The longest comment, in characters. */
const LONGEST_COMMENT = 300;

/** Attributes of the message (MS-OXTNEF section 2.1.3.2). */
const MESSAGE_CLASS = 0x00078008;
const MESSAGE_PROPERTIES = 0x00069003;

/** What answers are called, by Outlook and in the old way (MS-OXTNEF section 2.1.3.3.4). */
const CLASSES: readonly (readonly [RegExp, NonNullable<Named['answer']>])[] = [
  [/^IPM\.(Schedule\.Meeting\.Resp\.Pos|Microsoft Schedule\.MtgRespP)\b/i, 'accepted'],
  [/^IPM\.(Schedule\.Meeting\.Resp\.Neg|Microsoft Schedule\.MtgRespN)\b/i, 'declined'],
  [/^IPM\.(Schedule\.Meeting\.Resp\.Tent|Microsoft Schedule\.MtgRespA)\b/i, 'tentative'],
];

/** Names of properties: the set of a named one and its number, the number alone of another (MS-OXPROPS section 2). */
const MEETING = '6ed8da90450b101b98da00aa003f1305';
const APPOINTMENT = '0006200200000000c000000000000046';
const PROPERTIES = {
  class: '1a',
  body: '1000',
  answered: `${MEETING} 1`,
  id: `${MEETING} 3`,
  cleanId: `${MEETING} 23`,
  sequence: `${APPOINTMENT} 8201`,
  begin: `${APPOINTMENT} 820d`,
  end: `${APPOINTMENT} 820e`,
  proposedBegin: `${APPOINTMENT} 8250`,
  proposedEnd: `${APPOINTMENT} 8251`,
  proposes: `${APPOINTMENT} 8257`,
} as const;

type Value = number | string | Uint8Array;

/** The answer in it, or none. @param from whose it is, by the message around it: TNEF may not say */
export function readTnef(bytes: Uint8Array, from: string): CalendarReply[] {
  const { messageClass, values } = partsOf(bytes);
  const value = (name: keyof typeof PROPERTIES): Value | undefined => values.get(PROPERTIES[name]);
  const [answer] = [messageClass, value('class')].flatMap((kind) =>
    CLASSES.flatMap(([pattern, said]) => (pattern.test(String(kind)) ? [said] : [])),
  );
  const uid = uidIn(value('cleanId')) ?? uidIn(value('id'));
  if (answer === undefined || uid === undefined) return [];
  const time = (name: keyof typeof PROPERTIES): number | null => {
    const unix = value(name);
    return typeof unix === 'number' ? unix : null;
  };
  const proposes = value('proposes') === 1 && time('proposedBegin') !== null;
  const body = value('body');
  return [
    {
      method: proposes ? 'COUNTER' : 'REPLY',
      uid,
      sequence: time('sequence'),
      begin: time(proposes ? 'proposedBegin' : 'begin'),
      end: time(proposes ? 'proposedEnd' : 'end'),
      occurrence: undefined,
      stamp: time('answered'),
      named: [{ email: from, answer }],
      comment: typeof body === 'string' ? [...body.trim()].slice(0, LONGEST_COMMENT).join('') : '',
    },
  ];
}

/** Reads forwards; past the end it throws a RangeError. */
class Cursor {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  take(length: number): Uint8Array {
    if (length > this.left) throw new RangeError('it ends too early');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** A number, the last byte first. */
  number(length: 1 | 2 | 4 | 8): number {
    return this.take(length).reduceRight((sum, byte) => sum * 256 + byte, 0);
  }

  /** What is filled up to four bytes. */
  padded(length: number): Uint8Array {
    const taken = this.take(length);
    this.take(Math.min(-length & 3, this.left));
    return taken;
  }
}

interface Parts {
  messageClass: string;
  readonly values: Map<string, Value | undefined>;
}

/** What could be read before the end or the first thing that is none. */
function partsOf(bytes: Uint8Array): Parts {
  const parts: Parts = { messageClass: '', values: new Map() };
  try {
    const stream = new Cursor(bytes.subarray(0, LONGEST_TNEF));
    if (stream.number(4) !== 0x223e9f78) return parts;
    stream.take(2);
    for (let count = 0; count < MOST; count += 1) {
      // What is attached comes after all that is of the message.
      if (stream.number(1) !== 1) break;
      const attribute = stream.number(4);
      const data = stream.take(stream.number(4));
      stream.take(2);
      if (attribute === MESSAGE_CLASS) parts.messageClass = textOf(data, false);
      if (attribute === MESSAGE_PROPERTIES) readProperties(new Cursor(data), parts.values);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return parts;
}

/** MS-OXTNEF section 2.1.3.4. */
function readProperties(data: Cursor, values: Map<string, Value | undefined>): void {
  const count = Math.min(data.number(4), MOST);
  for (let index = 0; index < count; index += 1) {
    const type = data.number(2);
    const id = data.number(2);
    const name = id < 0x8000 ? id.toString(16) : nameIn(data);
    values.set(name, valueIn(data, type));
  }
}

function nameIn(data: Cursor): string {
  const set = guid(data.take(16));
  if (data.number(4) === 0) return `${set} ${data.number(4).toString(16)}`;
  data.padded(data.number(4));
  return '';
}

/** A GUID in the order that it is written in. */
function guid(bytes: Uint8Array): string {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return order.map((at) => (bytes[at] ?? 0).toString(16).padStart(2, '0')).join('');
}

/** Types of properties (MS-OXCDATA section 2.11.1) by the length of their values in bytes, filled up to four; 0: it says so itself. */
const LENGTHS: Readonly<Record<number, number>> = {
  ...{ 2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 2, 20: 8, 64: 8, 72: 16 },
  ...{ 30: 0, 31: 0, 258: 0 },
};

/** The flag of a property with several values, of which none is of interest. */
const SEVERAL = 0x1000;

/** Reads past a value. @returns what is in it, where that is something to go by @throws RangeError of a type that nobody can read past */
function valueIn(data: Cursor, type: number): Value | undefined {
  const length = LENGTHS[type & ~SEVERAL];
  if (length === undefined) throw new RangeError(`a property of type ${type}`);
  const isSeveral = (type & SEVERAL) !== 0;
  const count = isSeveral || length === 0 ? data.number(4) : 1;
  let first: Uint8Array | undefined;
  for (let index = 0; index < count; index += 1) {
    const value = data.padded(length === 0 ? data.number(4) : length);
    first ??= value;
  }
  if (first === undefined || isSeveral) return undefined;
  if (type === 0x1e || type === 0x1f) return textOf(first, type === 0x1f);
  if (type === 0x40) return unixOf(new Cursor(first).number(8));
  return length === 0 ? first : new Cursor(first).number(length === 2 ? 2 : length === 4 ? 4 : 8);
}

function textOf(bytes: Uint8Array, isWide: boolean): string {
  const text = isWide ? new TextDecoder('utf-16le').decode(bytes) : windowsSigns(Buffer.from(bytes).toString('latin1'));
  return text.replace(/\0.*/s, '');
}

/** Unix seconds of tenths of microseconds since 1601 (MS-DTYP section 2.3.3). */
function unixOf(fileTime: number): number {
  return Math.round(fileTime / 1e7) - 11_644_473_600;
}

/** The UID that a calendar of another kind gave (MS-OXOCAL section 2.2.1.27): after 40 bytes, `vCal-Uid`, a one and the text. */
function uidIn(value: Value | undefined): string | undefined {
  if (!(value instanceof Uint8Array) || textOf(value.subarray(40, 48), false) !== 'vCal-Uid') return undefined;
  return textOf(value.subarray(52), false) || undefined;
}
