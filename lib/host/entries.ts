/** What stands in a tree: whether anything is at a path, a file's bytes, and which names a folder holds. */
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
