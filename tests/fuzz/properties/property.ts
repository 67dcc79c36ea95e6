/** What must hold of whatever comes, tried with fast-check: the same seed, the same cases. */
import fc from 'fast-check';

/** Something that must hold. */
export interface Property {
  readonly name: string;
  /** How many times the work of the cheapest one of its cases takes; so many times fewer are tried. */
  readonly weight: number;
  /** Tries so many cases. @throws Error with the smallest case found that does not hold */
  readonly tried: (cases: number, seed: number) => Promise<void>;
}

/** A property of values. @param check throws, or gives false, where it does not hold */
export function holds<Value>(
  name: string,
  weight: number,
  values: fc.Arbitrary<Value>,
  check: (value: Value) => unknown,
): Property {
  const property = fc.asyncProperty(values, async (value) => (await check(value)) !== false);
  return {
    name,
    weight,
    tried: (cases, seed) => fc.assert(property, { numRuns: cases, seed, verbose: 0 }),
  };
}

/** Any text: letters of all scripts, signs that mean something to some reader, and what is no character at all. */
export const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength }),
    fc.string({ unit: 'binary', maxLength }),
    fc
      .array(fc.oneof(fc.constantFrom(...SIGNS), fc.string({ maxLength: 4 })), { maxLength: Math.ceil(maxLength / 4) })
      .map((pieces) => pieces.join('').slice(0, maxLength)),
  );

/** What ends, begins or hides something somewhere. */
const SIGNS = [
  ...[
    '"',
    "'",
    '<',
    '>',
    '&',
    '&amp;',
    '&#39;',
    '</textarea>',
    '<script>',
    '\\',
    '\\n',
    '\\,',
    ';',
    ':',
    ',',
    '%',
    '%00',
    '+',
    '=',
  ],
  ...[
    '\r\n',
    '\n',
    '\r',
    '\t',
    '\0',
    '\u0085',
    '\u2028',
    '\u202e',
    '\u200b',
    '\u00a0',
    '\ufeff',
    '\ud800',
    '\udc00',
    '👩‍👩‍👧',
    'é',
    'e\u0301',
  ],
  ...[
    '=?UTF-8?B?',
    '?=',
    '{{',
    '}}',
    '{{{',
    '${',
    '`',
    '--',
    '/*',
    '(',
    ')',
    '@',
    '..',
    '/',
    'END:VEVENT',
    'BEGIN:VEVENT',
  ],
];

/** Throws where two values are not the same, told as JSON. */
export function same(found: unknown, expected: unknown, what = 'what came of it'): void {
  const [one, other] = [told(found), told(expected)];
  if (one !== other) throw new Error(`${what} is ${one} instead of ${other}`);
}

function told(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (part instanceof Map ? [...part] : part)) ?? 'undefined';
}
