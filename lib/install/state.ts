/** What stands at a path of a host, and as far as it must be known again. */
import { createHash } from 'node:crypto';

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

/** What stands at a path, as far as it is needed to know it again: of a file its SHA-256. */
export type Mark =
  | { readonly kind: 'none' }
  | { readonly kind: 'link'; readonly target: string }
  | {
      readonly kind: 'file';
      readonly sha256: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    };

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
  if (one.kind !== 'file' || other.kind !== 'file') return JSON.stringify(one) === JSON.stringify(other);
  // Not as JSON: there are megabytes of content, and most files that differ do so in their length.
  return one.mode === other.mode && one.uid === other.uid && one.gid === other.gid && one.content === other.content;
}

/** A state as it is known again. */
export function markOf(state: State): Mark {
  if (state.kind !== 'file') return state;
  const { content, mode, uid, gid } = state;
  const sha256 = createHash('sha256').update(Buffer.from(content, 'base64')).digest('hex');
  return { kind: 'file', sha256, mode, uid, gid };
}

/** Whether a state is the one of a mark. */
export function isMarked(state: State, mark: Mark): boolean {
  return JSON.stringify(markOf(state)) === JSON.stringify(mark);
}
