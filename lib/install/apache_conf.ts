/** Reads Apache's configuration: its sections and directives with what they include, and where each stands. */
import { globPaths } from './entries.ts';
import { HostError, type Tree } from './tree.ts';

/** A directive or section. The offset counts in the file's text as `textOf` gives it to `readApache`. */
export interface Directive {
  /** In lower case, as Apache does not tell capitals apart. */
  readonly name: string;
  readonly words: readonly string[];
  /** The file that it stands in. */
  readonly file: string;
  /** Offset of the line that ends a section, else of the directive's own. */
  readonly at: number;
  /** What stands in a section, with what is included there. */
  readonly block: readonly Directive[] | undefined;
}

/** More files than any host has; an include that includes itself ends here. */
const MOST_FILES = 1000;
const ROOT = '/etc/apache2';

/** Sections that hold where a module or a definition is there: their content stands in their place. */
const CONDITIONS = ['ifmodule', 'ifdefine', 'ifversion', 'ifdirective', 'ifsection', 'iffile'];

/**
 * Reads files as Apache does, with everything that they include. A module that is asked for is taken to be there.
 * @param textOf the text of a file; undefined where there is none
 * @throws HostError for text that Apache would not take either
 */
export function readApache(
  tree: Tree,
  textOf: (path: string) => string | undefined,
  paths: readonly string[],
): readonly Directive[] {
  let files = 0;
  const defined = new Map([['APACHE_CONFDIR', ROOT]]);
  const read = (path: string): readonly Directive[] => {
    files += 1;
    if (files > MOST_FILES) throw new HostError(`${path}: Apache's files include each other without end`);
    const text = textOf(path);
    return text === undefined ? [] : parse(text, path).flatMap(resolved);
  };
  const value = (word: string): string =>
    word.replace(/\$\{(\w+)\}/g, (whole, name: string) => defined.get(name) ?? whole);
  const resolved = (raw: Directive): readonly Directive[] => {
    const one = { ...raw, words: raw.words.map(value) };
    const [word = '', ...more] = one.words;
    if (one.block !== undefined) {
      if (!CONDITIONS.includes(one.name)) return [{ ...one, block: one.block.flatMap(resolved) }];
      const known = one.name !== 'ifdefine' || defined.has(word.replace(/^!/, ''));
      return known === word.startsWith('!') ? [] : one.block.flatMap(resolved);
    }
    if (one.name === 'define') defined.set(word, more[0] ?? '');
    if (one.name === 'include' || one.name === 'includeoptional') return filesOf(tree, word).flatMap(read);
    return [one];
  };
  return paths.flatMap(read);
}

/** The files that an include names: a file, a pattern, or a folder with all that is below it. */
function filesOf(tree: Tree, pattern: string): readonly string[] {
  const paths = globPaths(tree, pattern.startsWith('/') ? pattern : `${ROOT}/${pattern}`);
  return paths.flatMap((path) => {
    const below = globPaths(tree, `${path}/*`);
    return below.length > 0 ? filesOf(tree, `${path}/*`) : [path];
  });
}

/** The directives of one file; includes are not followed. */
function parse(text: string, file: string): readonly Directive[] {
  const top: Directive[] = [];
  const open: { one: Omit<Directive, 'at' | 'block'>; block: Directive[] }[] = [];
  // A backslash at a line's end joins the next line.
  for (const found of text.matchAll(/(?:\\\r?\n|[^\n])+/g)) {
    const line = found[0].replace(/\\\r?\n/g, '').trim();
    const at = found.index;
    const within = open.at(-1)?.block ?? top;
    const fail = (why: string): never => {
      throw new HostError(
        `${file}, line ${text.slice(0, at).split('\n').length}: ${why}, so this is no configuration of Apache`,
      );
    };
    if (line === '' || line.startsWith('#')) continue;
    const close = /^<\/\s*([^\s>]+)\s*>/.exec(line)?.[1]?.toLowerCase();
    if (close !== undefined) {
      const last = open.pop();
      if (last?.one.name !== close) return fail(`"${line}" closes nothing`);
      (open.at(-1)?.block ?? top).push({ ...last.one, at, block: last.block });
      continue;
    }
    const section = /^<\s*([^\s>]+)\s*(.*?)\s*>[^>]*$/.exec(line);
    const [, name = '', rest = ''] = section ?? /^(\S+)\s*(.*)$/.exec(line) ?? [];
    const one = { name: name.toLowerCase(), words: wordsOf(rest), file };
    if (section === null) within.push({ ...one, at, block: undefined });
    else open.push({ one, block: [] });
  }
  const [last] = open;
  if (last !== undefined)
    throw new HostError(`${file}: "<${last.one.name}>" is not closed, so this is no configuration of Apache`);
  return top;
}

function wordsOf(rest: string): readonly string[] {
  return [...rest.matchAll(/"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|(\S+)/g)].map(([, double, single, plain = '']) =>
    (double ?? single ?? plain).replace(/\\(["'])/g, '$1'),
  );
}
