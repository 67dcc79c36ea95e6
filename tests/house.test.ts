/** The house rules that a machine can look after: names and lengths of files, what heads them, what they name, and no circles. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** The source files of a folder, by their paths from the root. */
function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.d)\.(ts|mts|mjs)$/.test(name))
    .map((name) => join(folder, name));
}

const texts = new Map(
  ['cgi-bin', 'cron', 'lib'].flatMap(sources).map((path) => [path, readFileSync(join(root, path), 'utf8')]),
);
const paths = [...texts.keys()];

/** What a file imports of ours when it runs: not what only the compiler looks at. */
function importsOf(path: string): string[] {
  const statements = [...(texts.get(path) ?? '').matchAll(/^import (?!type )([^;]*?)from '(\.[^']+)';/gm)];
  return statements
    .filter(([, names = '']) => !/^\{(\s*type \w+,?)+\s*\}\s*$/.test(names))
    .map(([, , from = '']) => normalize(join(dirname(path), from)));
}

/** The way from a file back to itself, or undefined. */
function circleAt(path: string, way: readonly string[] = [], seen = new Set<string>()): readonly string[] | undefined {
  if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
  if (seen.has(path)) return undefined;
  seen.add(path);
  for (const next of importsOf(path)) {
    const circle = circleAt(next, [...way, path], seen);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe('each source file', () => {
  it('is named in small letters, its words joined by _', () => {
    expect(paths.filter((path) => !/^[a-z0-9_]+\.m?[tj]s$/.test(basename(path)))).toEqual([]);
  });

  it('has 250 lines at most', () => {
    expect(paths.filter((path) => (texts.get(path) ?? '').split('\n').length > 251)).toEqual([]);
  });

  it('begins with a comment that says what it is', () => {
    expect(paths.filter((path) => !/^(#!.*\n)?\/\*\*/.test(texts.get(path) ?? ''))).toEqual([]);
  });

  it('imports in no circle', () => {
    const seen = new Set<string>();
    expect(paths.map((path) => circleAt(path, [], seen)).filter((circle) => circle !== undefined)).toEqual([]);
  });
});

it('what comments and documents call by its path is there', () => {
  const documents = readdirSync(root)
    .filter((name) => name.endsWith('.md'))
    .map((name): [string, string] => [name, readFileSync(join(root, name), 'utf8')]);
  const named = [...texts, ...documents].flatMap(([path, text]) =>
    [
      ...text.matchAll(/(?<![\w./-])(?:lib|cron|cgi-bin|templates|apache|tests)\/[\w./-]+\.(?:ts|mjs|hbs|conf|md)\b/g),
    ].map(([name]) => `${path}: ${name}`),
  );
  expect(named.length).toBeGreaterThan(20);
  const real = named.filter((line) => !line.includes('NAME'));
  expect(real.filter((line) => !existsSync(join(root, line.split(': ')[1] ?? '')))).toEqual([]);
});
