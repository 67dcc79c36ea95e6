/** What Prosody makes of its configuration: sections of hosts and components, and the options set in each. */
import { behindBracket, behindExpression, type LuaToken, luaTokens } from './lua.ts';

/** One `name = value` of a section. */
export interface Assignment {
  readonly name: string;
  /** The words of the value. */
  readonly value: readonly LuaToken[];
}

/** A `VirtualHost` or `Component` with what is set in it; the part before the first of them has the kind `global`. */
export interface Section {
  readonly kind: 'global' | 'VirtualHost' | 'Component';
  /** The host's name in lower case, as Prosody compares it; empty for the global part. */
  readonly host: string;
  /** Offset behind the words that open the section. */
  readonly headEnd: number;
  /** Whether the options stand in a table behind the name, a shape that is read but not edited. */
  readonly asTable: boolean;
  readonly assignments: readonly Assignment[];
}

const OPENERS: Readonly<Record<string, 'VirtualHost' | 'Component'>> = {
  VirtualHost: 'VirtualHost',
  Host: 'VirtualHost',
  Component: 'Component',
};

interface Open {
  kind: Section['kind'];
  host: string;
  headEnd: number;
  asTable: boolean;
  assignments: Assignment[];
}

/** A name in the place where a section's head wants one: a string, perhaps in round brackets. */
function headString(tokens: readonly LuaToken[], index: number): { value: string; next: number } | null {
  const [first, second, third] = [tokens[index], tokens[index + 1], tokens[index + 2]];
  if (first?.kind === 'string') return { value: first.value, next: index + 1 };
  if (first?.value === '(' && second?.kind === 'string' && third?.value === ')') {
    return { value: second.value, next: index + 3 };
  }
  return null;
}

/** The sections of a Prosody configuration in their order, the global part first. */
export function sectionsOf(text: string): Section[] {
  const tokens = luaTokens(text);
  let current: Open = { kind: 'global', host: '', headEnd: 0, asTable: false, assignments: [] };
  const sections: Open[] = [current];
  let index = 0;
  for (let token = tokens[index]; token !== undefined; token = tokens[index]) {
    const kind = token.kind === 'name' ? OPENERS[token.value] : undefined;
    const head = kind ? headString(tokens, index + 1) : null;
    if (kind && head) {
      index = head.next;
      if (kind === 'Component') index = headString(tokens, index)?.next ?? index;
      const asTable = tokens[index]?.kind === 'sign' && tokens[index]?.value === '{';
      const headEnd = tokens[index - 1]?.end ?? token.end;
      current = { kind, host: head.value.toLowerCase(), headEnd, asTable, assignments: [] };
      sections.push(current);
      if (asTable) index++;
    } else if (token.kind === 'name' && tokens[index + 1]?.value === '=' && tokens[index + 1]?.kind === 'sign') {
      const next = behindExpression(tokens, index + 2);
      // A variable of the file's own, or a field of one, is no option of Prosody.
      const before = tokens[index - 1];
      const isOption = before?.kind === 'string' || !['local', '.', ','].includes(before?.value ?? '');
      if (isOption) current.assignments.push({ name: token.value, value: tokens.slice(index + 2, next) });
      index = next;
    } else {
      index = token.kind === 'sign' && '{(['.includes(token.value) ? behindBracket(tokens, index) : index + 1;
    }
  }
  return sections;
}

/** What an option of a host was set to last, since the last one counts; null where it is not set. */
export function lastOf(sections: readonly Section[], name: string): Assignment | null {
  return (
    sections
      .flatMap((section) => section.assignments)
      .filter((assignment) => assignment.name === name)
      .at(-1) ?? null
  );
}

/** The sections of one host or component; it may be opened more than once. */
export function sectionsFor(sections: readonly Section[], kind: Section['kind'], host: string): Section[] {
  return sections.filter((section) => section.kind === kind && section.host === host.toLowerCase());
}

/** The text that a value stands for: a string, in brackets or not, or strings joined by `..`; null for anything else. */
export function textOf(assignment: Assignment | null): string | null {
  const words = (assignment?.value ?? []).filter((token) => token.kind === 'string' || !'()'.includes(token.value));
  const strings = words.filter((_, index) => index % 2 === 0);
  const joints = words.filter((_, index) => index % 2 === 1);
  const plain = strings.every(({ kind }) => kind === 'string') && joints.every(({ value }) => value === '..');
  return words.length % 2 === 1 && plain ? strings.map(({ value }) => value).join('') : null;
}

/** The texts of a table such as `{ "a", "b" }`, or of one string; null where a word is no string. */
export function textsOf({ value }: Assignment): string[] | null {
  if (value[0]?.value !== '{' || value[0].kind !== 'sign') {
    const one = textOf({ name: '', value });
    return one === null ? null : [one];
  }
  const inner = value.slice(1, -1);
  const strings = inner.filter(({ kind }) => kind === 'string');
  const signs = inner.filter(({ kind }) => kind !== 'string');
  const plain = signs.every(({ kind, value: sign }) => kind === 'sign' && (sign === ',' || sign === ';'));
  return plain ? strings.map(({ value: text }) => text) : null;
}
