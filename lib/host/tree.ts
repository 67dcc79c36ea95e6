/** The file tree of a host, below a root: what stands at a path, and the only function that changes it. */
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** A failure that the administrator can mend; the message is a sentence for them. */
export class HostError extends Error {
  override readonly name = 'HostError';
}

/** What stands at a path: nothing, a link, or a file with its bytes (Base64, so that it can be kept as JSON). */
export type State =
  | { readonly kind: 'none' }
  | { readonly kind: 'link'; readonly target: string }
  | {
      readonly kind: 'file';
      readonly content: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    };

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
  /** Removes what a put that was killed may have left beside a path. */
  clean(path: string): void;
  /** Removes a folder if it is empty. */
  removeFolder(path: string): void;
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

  const put = (path: string, next: State): void => {
    rmSync(fresh(path), { force: true });
    if (next.kind === 'none') {
      rmSync(below(place(path)), { force: true });
      return;
    }
    for (const folder of missingFolders(path)) {
      mkdirSync(below(folder));
      chmodSync(below(folder), 0o755);
    }
    try {
      if (next.kind === 'link') {
        symlinkSync(next.target, fresh(path));
      } else {
        writeFileSync(fresh(path), Buffer.from(next.content, 'base64'), { mode: 0o600 });
        if (isRoot) chownSync(fresh(path), next.uid, next.gid);
        chmodSync(fresh(path), next.mode);
      }
      renameSync(fresh(path), below(place(path)));
    } catch (error) {
      rmSync(fresh(path), { force: true });
      throw error;
    }
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
    clean: (path) => rmSync(fresh(path), { force: true }),
    removeFolder: (path) => {
      try {
        rmdirSync(below(path));
      } catch {
        // Something of somebody else's lies in it, or it is gone.
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

/** The text of a file's bytes. */
export function textOf({ content }: { readonly content: string }): string {
  const bytes = Buffer.from(content, 'base64');
  const text = bytes.toString('utf8');
  return text.includes('\uFFFD') ? bytes.toString('latin1') : text;
}

/** A file's state with another text, in the encoding that it had. */
export function withText(file: State & { kind: 'file' }, text: string): State {
  const latin = Buffer.from(file.content, 'base64').toString('utf8').includes('\uFFFD');
  return { ...file, content: Buffer.from(text, latin ? 'latin1' : 'utf8').toString('base64') };
}

/** Whether two states are the same, byte for byte. */
export function same(one: State, other: State): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
