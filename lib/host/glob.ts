/** The files that an include of a web server names: a path, or a pattern with `*`, `?` and `[…]` as glob(7) has it. */
import { exists, namesIn } from './entries.ts';
import type { Tree } from './tree.ts';

/** The paths that a pattern names, sorted; a path without wildcards only where something stands there. */
export function globPaths(tree: Tree, pattern: string): readonly string[] {
  let paths: readonly string[] = [''];
  for (const part of pattern.split('/').filter((one) => one !== '')) {
    if (!/[*?[]/.test(part)) {
      paths = paths.map((path) => `${path}/${part}`);
      continue;
    }
    const fits = globTest(part);
    paths = paths.flatMap((path) =>
      namesIn(tree, path === '' ? '/' : path)
        .filter(fits)
        .map((name) => `${path}/${name}`),
    );
  }
  return paths.filter((path) => exists(tree, path));
}

/** Whether a path fits a pattern, whether or not it is there. */
export function globFits(pattern: string, path: string): boolean {
  const parts = pattern.split('/');
  const names = path.split('/');
  return parts.length === names.length && parts.every((part, at) => globTest(part)(names[at] ?? ''));
}

/** A test for names by one part of a pattern; a dot at a name's begin must be written out. */
function globTest(part: string): (name: string) => boolean {
  const source = part.replace(/\[!?[^\]]*\]|[*?]|[^*?[]+|\[/g, (piece) => {
    if (piece === '*') return '.*';
    if (piece === '?') return '.';
    if (piece.length > 2 && piece.startsWith('[')) return piece.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return piece.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  const pattern = new RegExp(`^(?:${source})$`, 's');
  return (name) => (part.startsWith('.') || !name.startsWith('.')) && pattern.test(name);
}
