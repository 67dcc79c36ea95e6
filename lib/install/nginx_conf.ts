/**
 * Reads nginx's configuration: its directives with what they include, where each stands, and which server block it takes for a
 * name.
 */
import { globPaths } from './entries.ts';
import { HostError, type Tree } from './tree.ts';

/** A directive. Offsets count in the file's text as `textOf` gives it to `readNginx`. */
export interface Directive {
  readonly name: string;
  readonly words: readonly string[];
  /** The file that it stands in. */
  readonly file: string;
  /** Offset of what ends it: `;`, or the brace that closes its block. */
  readonly end: number;
  /** What stands within its braces, with what is included there behind each `include`. */
  readonly block: readonly Directive[] | undefined;
}

/** More files than any host has; an include that includes itself ends here. */
const MOST_FILES = 1000;

/**
 * Reads files as nginx does, with everything that they include.
 * @param textOf the text of a file; undefined where there is none
 * @param folder where paths that do not begin with a slash begin
 * @throws HostError for text that nginx would not take either
 */
export function readNginx(
  tree: Tree,
  textOf: (path: string) => string | undefined,
  paths: readonly string[],
  folder = '/etc/nginx',
): readonly Directive[] {
  let files = 0;
  const read = (path: string): readonly Directive[] => {
    files += 1;
    if (files > MOST_FILES) throw new HostError(`${path}: nginx's files include each other without end`);
    const text = textOf(path);
    return text === undefined ? [] : parse(text, path).flatMap(included);
  };
  const included = (one: Directive): readonly Directive[] => {
    if (one.block !== undefined) return [{ ...one, block: one.block.flatMap(included) }];
    if (one.name !== 'include') return [one];
    return [one, ...globPaths(tree, absolute(one.words[0] ?? '', folder)).flatMap(read)];
  };
  return paths.flatMap(read);
}

/** The path that an include names, from the root on. */
export function absolute(pattern: string, folder = '/etc/nginx'): string {
  return pattern.startsWith('/') ? pattern : `${folder}/${pattern}`;
}

/** A quoted word, a plain one, or one of the signs that stand by themselves; blanks and comments before it. */
const TOKEN =
  /(?:\s|#[^\n]*(?:\n|$))*(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|([;{}])|((?!["'#])(?:\\.|\$\{|[^\s;{\\])+))/sy;

/** The directives of one file; includes are not followed. */
function parse(text: string, file: string): readonly Directive[] {
  let at = 0;
  const fail = (why: string): never => {
    throw new HostError(
      `${file}, line ${text.slice(0, at).split('\n').length}: ${why}, so this is no configuration of nginx`,
    );
  };
  const next = (): { word: string } | { sign: string } | undefined => {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null) {
      if (/^(?:\s|#[^\n]*)*$/.test(text.slice(at))) return undefined;
      return fail('a quote does not end');
    }
    at = TOKEN.lastIndex;
    const [, double, single, sign, plain = ''] = found;
    return sign !== undefined ? { sign } : { word: (double ?? single ?? plain).replace(/\\(["'\\])/g, '$1') };
  };
  const block = (within: boolean): Directive[] => {
    const all: Directive[] = [];
    let words: string[] = [];
    for (let token = next(); ; token = next()) {
      if (token === undefined) {
        if (within) fail('a brace is not closed');
        if (words.length > 0) fail(`"${words.join(' ')}" does not end with a semicolon`);
        return all;
      }
      if ('word' in token) {
        words.push(token.word);
        continue;
      }
      const [name, ...rest] = words;
      if (token.sign === '}') {
        if (!within || words.length > 0) fail('there is a brace too many');
        return all;
      }
      if (name === undefined) return fail(`a "${token.sign}" stands alone`);
      words = [];
      if (token.sign === ';') {
        all.push({ name, words: rest, file, end: at - 1, block: undefined });
        continue;
      }
      let inner: readonly Directive[] = [];
      if (name.endsWith('_by_lua_block')) at = endOfLua(text, at);
      else inner = block(true);
      all.push({ name, words: rest, file, end: at - 1, block: inner });
    }
  };
  return block(false);
}

/** Offset behind the brace that closes a block of Lua. */
function endOfLua(text: string, from: number): number {
  const pieces = /--[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{}]/gs;
  pieces.lastIndex = from;
  let depth = 1;
  for (let found = pieces.exec(text); found !== null; found = pieces.exec(text)) {
    if (found[0] === '{') depth += 1;
    if (found[0] === '}') depth -= 1;
    if (depth === 0) return pieces.lastIndex;
  }
  return text.length;
}

/** How well the names of a server block fit a domain; 0: not at all. First the name itself, then the longest `*.name`, the longest `name.*`, a pattern. */
export function rank(names: readonly string[], domain: string): number {
  const host = domain.toLowerCase();
  return Math.max(0, ...names.map((given) => rankOf(given.toLowerCase(), given, host)));
}

function rankOf(name: string, given: string, host: string): number {
  if (name === host || name === `.${host}`) return 1e6;
  if (name.startsWith('.') || name.startsWith('*.'))
    return host.endsWith(name.replace(/^\*/, '')) ? 1e4 + name.length : 0;
  if (name.endsWith('.*')) return host.startsWith(name.slice(0, -1)) ? 1e2 + name.length : 0;
  if (!name.startsWith('~')) return 0;
  try {
    return new RegExp(given.slice(1).replace(/\(\?P</g, '(?<'), 'i').test(host) ? 1 : 0;
  } catch {
    return 0;
  }
}
