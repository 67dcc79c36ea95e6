/** Who is told what: the letters that an event in a meeting's life calls for. */

import type { Owner } from '../calendar/event.ts';
import type { Attendee, Meeting } from '../meetings/meeting.ts';

/** What a mail is about; `removed` tells someone that they are no longer in the meeting. */
export type LetterKind = 'new' | 'edit' | 'del' | 'removed' | 'reminder';

/** One person to tell. */
export interface Letter {
  readonly kind: LetterKind;
  readonly attendee: Attendee;
}

/** All that the mails about one event are written from. */
export interface MailEvent {
  /** The meeting as it now is; for a deletion, as it was. */
  readonly meeting: Meeting;
  readonly owner: Owner;
  /** Everyone in the meeting, for the lists that owner and moderators read. */
  readonly attendees: readonly Attendee[];
  readonly letters: readonly Letter[];
  /** The feed's hash of each recipient who has an account (null: no feed yet), by address. Whoever is missing has none. */
  readonly accounts: ReadonlyMap<string, string | null>;
  /** When it happened: Unix seconds. For a reminder, the time that it was planned for. */
  readonly at: number;
}

/** The same letter to everyone who has an address; in old rows somebody may have none. */
export function lettersToAll(kind: LetterKind, attendees: readonly Attendee[]): Letter[] {
  return attendees.filter(({ email }) => email !== '').map((attendee) => ({ kind, attendee }));
}

/** A reminder to the owner and to everyone who has not declined. */
export function reminderLetters(attendees: readonly Attendee[]): Letter[] {
  return lettersToAll(
    'reminder',
    attendees.filter((attendee) => attendee.role === 'owner' || attendee.answer !== 'declined'),
  );
}
