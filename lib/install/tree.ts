/** The file tree of a host, below a root: what stands at a path, and the only functions that change it. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type State, textOf } from './state.ts';

/** A failure that the administrator can mend; the message is a sentence for them. */
export class HostError extends Error {
  override readonly name = 'HostError';
}

/** Mode and owner; who is not root can only make what is their own. */
export interface Owned {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Absolute paths of the host, found and changed below `root` (`/` for the host itself). */
export interface Tree {
  readonly root: string;
  /** What stands at a path itself. */
  state(path: string): State;
  /** The text of a file, through links; undefined where there is none. Bytes that are no UTF-8 are read as Latin-1. */
  read(path: string): string | undefined;
  /** The path that links lead to, so that an edit leaves the link a link. */
  real(path: string): string;
  /** The folders that are to be made before something can stand at a path, outermost first. */
  missingFolders(path: string): readonly string[];
  /** Puts a state at a path, in one step: nobody sees half of it, and a failure leaves what was there. Makes folders as needed. */
  put(path: string, state: State): void;
  /** Has the disk hold a file and its name, so that a power cut leaves it there. */
  keep(path: string): void;
  /** Has the disk hold whatever was changed; on the host itself only. */
  flush(): void;
  /** Removes what a put or a copy that was killed may have left beside a path. */
  clean(path: string): void;
  /** Removes a folder if it is empty. */
  removeFolder(path: string): void;
  /** Removes a path with all below it, if it is there. */
  removeAll(path: string): void;
  /** Gives a file or folder another name on the same disk. */
  move(from: string, to: string): void;
  /** Copies a file's bytes in one step, with this mode and owner. */
  copy(from: string, to: string, owned: Owned): void;
  /** The same from outside of the tree. */
  bring(file: string, to: string, owned: Owned): void;
  /** Makes a folder, and those above it (755, this user's). */
  makeFolder(path: string, owned: Owned): void;
  /** The number of a user or group by the tree's own passwd or group file; undefined where it has none of that name. */
  number(file: 'passwd' | 'group', name: string): number | undefined;
}

/** The tree below a root. */
export function treeAt(root: string): Tree {
  const isRoot = process.getuid?.() === 0;
  const below = (path: string): string => join(root, path);
  const stat = (path: string) => lstatSync(below(path), { throwIfNoEntry: false });

  /** Follows links as a process in the root would: an absolute target begins at the root again, and nothing leads out of it. */
  const real = (path: string, depth = 0): string => {
    if (depth > 40) throw new HostError(`${path}: links lead in a circle`);
    let done = '/';
    const parts = resolve('/', path).split('/').slice(1);
    for (const [at, part] of parts.entries()) {
      done = join(done, part);
      if (!stat(done)?.isSymbolicLink()) continue;
      const target = resolve(dirname(done), readlinkSync(below(done)));
      return real(join(target, ...parts.slice(at + 1)), depth + 1);
    }
    return done;
  };

  const place = (path: string): string => join(real(dirname(path)), path.slice(path.lastIndexOf('/') + 1));

  const state = (path: string): State => {
    const at = place(path);
    const found = stat(at);
    if (found === undefined) return { kind: 'none' };
    if (found.isSymbolicLink()) return { kind: 'link', target: readlinkSync(below(at)) };
    if (!found.isFile()) throw new HostError(`${path} is neither a file nor a link: move it away and start again`);
    const { mode, uid, gid } = found;
    return { kind: 'file', content: readFileSync(below(at)).toString('base64'), mode: mode & 0o7777, uid, gid };
  };

  const fresh = (path: string): string => `${below(place(path))}.jmb-new`;

  const missingFolders = (path: string): readonly string[] => {
    const missing: string[] = [];
    for (let at = dirname(place(path)); stat(at) === undefined; at = dirname(at)) missing.unshift(at);
    return missing;
  };

  const own = (file: string, { mode, uid, gid }: Owned): void => {
    if (isRoot) chownSync(file, uid, gid);
    chmodSync(file, mode);
  };

  const clean = (path: string): void => {
    if (lstatSync(fresh(path), { throwIfNoEntry: false }) !== undefined) rmSync(fresh(path));
  };

  /** Writes beside a path, and then renames. */
  const replace = (path: string, write: (file: string) => void): void => {
    clean(path);
    for (const folder of missingFolders(path)) {
      mkdirSync(below(folder));
      chmodSync(below(folder), 0o755);
    }
    try {
      write(fresh(path));
      renameSync(fresh(path), below(place(path)));
    } catch (error) {
      clean(path);
      throw error;
    }
  };

  const put = (path: string, next: State): void => {
    if (next.kind === 'none') {
      clean(path);
      if (stat(place(path)) !== undefined) rmSync(below(place(path)));
      return;
    }
    replace(path, (file) => {
      if (next.kind === 'link') return symlinkSync(next.target, file);
      writeFileSync(file, Buffer.from(next.content, 'base64'), { mode: 0o600 });
      own(file, next);
    });
  };

  const bring = (from: string, to: string, owned: Owned): void =>
    replace(to, (file) => {
      copyFileSync(from, file);
      own(file, owned);
    });

  const sync = (file: string): void => {
    const opened = openSync(file, 'r');
    fsyncSync(opened);
    closeSync(opened);
  };

  return {
    root,
    state,
    real: (path) => real(path),
    read: (path) => {
      const found = state(real(path));
      return found.kind === 'file' ? textOf(found) : undefined;
    },
    missingFolders,
    put,
    keep: (path) => {
      sync(below(place(path)));
      sync(dirname(below(place(path))));
    },
    flush: () => {
      if (root === '/') spawnSync('sync', ['-f', '/etc', '/opt', '/var'], { stdio: 'ignore' });
    },
    clean,
    removeFolder: (path) => {
      try {
        rmdirSync(below(path));
      } catch {
        // Something of somebody else's lies in it, or it is gone.
      }
    },
    removeAll: (path) => rmSync(below(path), { recursive: true, force: true }),
    move: (from, to) => renameSync(below(from), below(to)),
    copy: (from, to, owned) => bring(below(from), to, owned),
    bring,
    makeFolder: (path, owned) => {
      for (const folder of [...missingFolders(path), path]) {
        mkdirSync(below(folder));
        if (folder === path) own(below(folder), owned);
        else chmodSync(below(folder), 0o755);
      }
    },
    number: (file, name) => {
      const found = state(real(`/etc/${file}`));
      const line =
        found.kind === 'file'
          ? textOf(found)
              .split('\n')
              .find((one) => one.startsWith(`${name}:`))
          : undefined;
      return line === undefined ? undefined : Number(line.split(':')[2]);
    },
  };
}
