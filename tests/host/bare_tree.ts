/** A folder that stands for a host's root, with nothing in it yet. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Tree, treeAt } from '../../lib/install/tree.ts';

/** An empty tree. */
export interface Bare {
  readonly root: string;
  readonly tree: Tree;
  put(path: string, text: string): void;
  link(path: string, target: string): void;
  /** A file's text; empty where there is none. */
  read(path: string): string;
  remove(): void;
}

/** Makes one. */
export function bareTree(): Bare {
  const root = mkdtempSync(join(tmpdir(), 'jmb-site-'));
  const made = (path: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    return join(root, path);
  };
  const tree = treeAt(root);
  return {
    root,
    tree,
    put: (path, text) => writeFileSync(made(path), text),
    link: (path, target) => symlinkSync(target, made(path)),
    read: (path) => tree.read(join('/', path)) ?? '',
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
