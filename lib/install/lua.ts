/**
 * A small reader of Lua's words, enough for Prosody's configuration: where each stands and what a string says.
 * It goes by the lexical rules of the Lua 5.4 manual (section 3.1) and is tolerant: what no Lua would read becomes
 * single signs, never an error, since an administrator's file must be looked at before anything is said about it.
 */

/** One word of a Lua text. `value` is what a string says, and the word itself for the rest. */
export interface LuaToken {
  readonly kind: 'name' | 'string' | 'number' | 'sign';
  readonly value: string;
  /** Offset of its first character. */
  readonly start: number;
  /** Offset behind its last character. */
  readonly end: number;
}

const LONG_OPEN = /\[(=*)\[/y;
const BLANKS = /\s+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /(?:0[xX][0-9A-Fa-f.]+(?:[pP][+-]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y;
const SIGN = /\.\.\.|\.\.|==|~=|<=|>=|<<|>>|\/\/|::|[\s\S]/y;
const SIMPLE: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function at(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}

/** Offsets of a long bracket's content and end (the end of the text where it is never closed), or null when none opens here. */
function longBracket(text: string, from: number): { inner: number; close: number; end: number } | null {
  const open = at(LONG_OPEN, text, from);
  if (!open) return null;
  const closing = `]${open[1]}]`;
  const inner = from + open[0].length;
  const close = text.indexOf(closing, inner);
  return close < 0 ? { inner, close: text.length, end: text.length } : { inner, close, end: close + closing.length };
}

/** One escape sequence of a quoted string: the bytes that it stands for, and the offset behind it. */
function escapeAt(text: string, from: number): { bytes: Buffer; end: number } {
  const rest = text.slice(from + 1, from + 16);
  const decimal = /^\d{1,3}/.exec(rest);
  if (decimal) return { bytes: Buffer.from([Number(decimal[0]) & 0xff]), end: from + 1 + decimal[0].length };
  const hex = /^x([0-9A-Fa-f]{2})/.exec(rest);
  if (hex) return { bytes: Buffer.from([Number.parseInt(hex[1] ?? '0', 16)]), end: from + 4 };
  const point = /^u\{([0-9A-Fa-f]{1,6})\}/.exec(rest);
  if (point) {
    const code = Math.min(Number.parseInt(point[1] ?? '0', 16), 0x10ffff);
    return { bytes: Buffer.from(String.fromCodePoint(code)), end: from + 1 + point[0].length };
  }
  if (rest.startsWith('z'))
    return { bytes: Buffer.alloc(0), end: from + 2 + (/^\s*/.exec(text.slice(from + 2))?.[0].length ?? 0) };
  if (rest.startsWith('\r\n')) return { bytes: Buffer.from('\n'), end: from + 3 };
  const sign = String.fromCodePoint(text.codePointAt(from + 1) ?? 0x5c);
  return { bytes: Buffer.from(SIMPLE[sign] ?? sign), end: from + 1 + sign.length };
}

function quotedString(text: string, start: number): LuaToken {
  const quote = text[start];
  const parts: Buffer[] = [];
  let position = start + 1;
  while (position < text.length && text[position] !== quote && text[position] !== '\n') {
    if (text[position] === '\\') {
      const escaped = escapeAt(text, position);
      parts.push(escaped.bytes);
      position = escaped.end;
    } else {
      const plainFrom = position;
      while (position < text.length && !['\\', '\n', quote].includes(text[position])) position++;
      parts.push(Buffer.from(text.slice(plainFrom, position)));
    }
  }
  const end = text[position] === quote ? position + 1 : position;
  return { kind: 'string', value: Buffer.concat(parts).toString(), start, end };
}

/** The words of a Lua text in their order; comments and blanks are left out. */
export function luaTokens(text: string): LuaToken[] {
  const tokens: LuaToken[] = [];
  let position = text.startsWith('#') ? text.search(/$/m) : 0;
  while (position < text.length) {
    const blanks = at(BLANKS, text, position);
    if (blanks) {
      position += blanks[0].length;
    } else if (text.startsWith('--', position)) {
      const newline = text.indexOf('\n', position);
      position = longBracket(text, position + 2)?.end ?? (newline < 0 ? text.length : newline + 1);
    } else {
      const token = tokenAt(text, position);
      tokens.push(token);
      position = token.end;
    }
  }
  return tokens;
}

function tokenAt(text: string, start: number): LuaToken {
  if (text[start] === '"' || text[start] === "'") return quotedString(text, start);
  const long = longBracket(text, start);
  if (long) {
    const value = text.slice(long.inner, long.close).replace(/\r\n?/g, '\n').replace(/^\n/, '');
    return { kind: 'string', value, start, end: long.end };
  }
  const name = at(NAME, text, start);
  if (name) return { kind: 'name', value: name[0], start, end: start + name[0].length };
  const number = at(NUMBER, text, start);
  if (number) return { kind: 'number', value: number[0], start, end: start + number[0].length };
  const sign = at(SIGN, text, start)?.[0] ?? text.slice(start, start + 1);
  return { kind: 'sign', value: sign, start, end: start + sign.length };
}

const BINARY = new Set('.. + - * / // % ^ & | ~ << >> < <= > >= == ~= and or'.split(' '));
const UNARY = new Set(['not', '-', '#', '~']);

/** Index of the token behind the bracket that opens at `open`, or the number of tokens where it is never closed. */
export function behindBracket(tokens: readonly LuaToken[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index++) {
    const token = tokens[index];
    if (token?.kind !== 'sign') continue;
    if ('{(['.includes(token.value)) depth++;
    if ('})]'.includes(token.value) && --depth === 0) return index + 1;
  }
  return tokens.length;
}

/** Index of the token behind the expression that begins at `from`. Functions written out are beyond it, and rare in configurations. */
export function behindExpression(tokens: readonly LuaToken[], from: number): number {
  let index = from;
  for (;;) {
    while (UNARY.has(tokens[index]?.value ?? '') && tokens[index]?.kind !== 'string') index++;
    const operand = tokens[index];
    if (!operand) return index;
    index = operand.kind === 'sign' && '{('.includes(operand.value) ? behindBracket(tokens, index) : index + 1;
    const callable = operand.kind === 'name' || operand.value === '(';
    for (let next = tokens[index]; callable && next; next = tokens[index]) {
      if (next.kind === 'sign' && (next.value === '.' || next.value === ':')) index += 2;
      else if (next.kind === 'sign' && '{(['.includes(next.value)) index = behindBracket(tokens, index);
      else if (next.kind === 'string' && operand.kind === 'name' && !CONSTANTS.has(operand.value)) index++;
      else break;
    }
    const operator = tokens[index];
    if (!operator || operator.kind === 'string' || !BINARY.has(operator.value)) return index;
    index++;
  }
}

const CONSTANTS = new Set(['true', 'false', 'nil']);
