/**
 * What stands in a tree: whether anything is at a path, a file's bytes, which names a folder holds, and which files a pattern
 * names.
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostError, type Tree } from './tree.ts';

/** Whether anything stands at a path. */
export function exists(tree: Tree, path: string): boolean {
  return lstatSync(join(tree.root, tree.real(path)), { throwIfNoEntry: false }) !== undefined;
}

/** The names in a folder; none where there is no folder. */
export function namesIn(tree: Tree, path: string): readonly string[] {
  try {
    return readdirSync(join(tree.root, tree.real(path))).sort();
  } catch {
    return [];
  }
}

/** What a file holds, byte for byte; undefined where there is none. */
export function bytesOf(tree: Tree, path: string): Buffer | undefined {
  const file = join(tree.root, tree.real(path));
  return lstatSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined;
}

/** Throws HostError with a sentence where something else stands in the place of one of these folders. */
export function wantFolders(tree: Tree, folders: readonly string[]): void {
  for (const path of folders) {
    const found = lstatSync(join(tree.root, tree.real(path)), { throwIfNoEntry: false });
    if (found === undefined || found.isDirectory()) continue;
    throw new HostError(`${path} is a file, where JMB wants a folder: move it away, and start again.`);
  }
}

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
