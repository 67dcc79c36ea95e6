/** What somebody has not been told yet need not be told of twice: a new letter takes the place of those that still wait. Pure. */
import type { LetterKind } from './letters.ts';

/** A mail of the outbox about one meeting to one person, reminders apart, in the order they were written. */
export interface Earlier {
  readonly id: number;
  readonly kind: 'new' | 'edit' | 'del';
  /** `waiting`: nobody can have got it; `doubtful`: somebody may have. */
  readonly state: 'waiting' | 'doubtful' | 'sent' | 'refused' | 'dropped';
}

/** What becomes of a letter, and of the mails before it. */
export interface Folded {
  /** The letter to write; null: none is needed. */
  readonly kind: LetterKind | null;
  /** Mails that need not be sent any more. */
  readonly dropped: readonly number[];
}

/**
 * Folds a letter into what still waits: who was never invited gets one invitation as the meeting is now, and hears nothing of
 * a meeting that is no more.
 */
export function fold(kind: LetterKind, earlier: readonly Earlier[]): Folded {
  const lastCancelled = earlier.findLastIndex((mail) => mail.kind === 'del' && mail.state === 'sent');
  const since = earlier.slice(lastCancelled + 1);
  const dropped = since.filter(({ state }) => state === 'waiting').map(({ id }) => id);
  const invitations = since.filter((mail) => mail.kind !== 'del');
  const isUntold =
    invitations.some((mail) => mail.kind === 'new' && (mail.state === 'waiting' || mail.state === 'refused')) &&
    invitations.every(({ state }) => state !== 'sent' && state !== 'doubtful');
  if (!isUntold) return { kind, dropped };
  if (kind === 'del' || kind === 'removed') return { kind: null, dropped };
  return { kind: kind === 'edit' ? 'new' : kind, dropped };
}
