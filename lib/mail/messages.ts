/** Who is told what: of a change, and of any other event in a meeting's life, less what nobody need be told twice. Pure. */
import type { Owner } from '../calendar/event.ts';
import { fingerprint } from '../calendar/feed_facts.ts';
import type { Answer, Attendee, Meeting } from '../meetings/meeting.ts';
import type { Language } from '../text/catalogue.ts';
import type { Zone } from '../text/zones.ts';

/** A meeting with its people. */
export interface Staffed {
  readonly meeting: Pick<Meeting, 'begin' | 'duration' | 'subject'>;
  readonly attendees: readonly Attendee[];
}

/** The people by what a change means to them. */
export interface Told {
  /** New to the meeting: an invitation. */
  readonly newcomers: readonly Attendee[];
  /** Still in it, and concerned: an update. */
  readonly changed: readonly Attendee[];
  /** No longer in it: a cancellation, as they were known before. */
  readonly removed: readonly Attendee[];
  /** Whether the reminders are to be planned anew. */
  readonly moved: boolean;
}

/**
 * Compares before and after. Another time: everyone is told; else newcomers, those removed, and those whose
 * role is another, for their links do other things now.
 */
export function whoIsTold(before: Staffed, after: Staffed): Told {
  const known = new Map(before.attendees.map((attendee) => [attendee.email, attendee]));
  const staying = new Set(after.attendees.map((attendee) => attendee.email));
  const moved = before.meeting.begin !== after.meeting.begin || before.meeting.duration !== after.meeting.duration;
  return {
    newcomers: after.attendees.filter((attendee) => !known.has(attendee.email)),
    changed: after.attendees.filter((attendee) => {
      const old = known.get(attendee.email);
      return old !== undefined && (moved || old.role !== attendee.role);
    }),
    removed: before.attendees.filter((attendee) => !staying.has(attendee.email)),
    moved,
  };
}

/** What a mail is about; `removed` tells someone that they are no longer in the meeting, `ask` that their answer is waited for. */
export type MessageKind = 'new' | 'edit' | 'del' | 'removed' | 'reminder' | 'ask';

/** One person to tell. */
export interface Message {
  readonly kind: MessageKind;
  readonly attendee: Attendee;
  /** What they had answered before the time changed. */
  readonly had?: Exclude<Answer, 'none'>;
  /** The time is now the one that they proposed: they come, and are not asked. */
  readonly suits?: true;
  /** Their link is another one from now on. */
  readonly relinked?: true;
  /** The meeting was handed over: the names of who owned it, and of who does now. */
  readonly handed?: { readonly from: string; readonly to: string };
  /** The one date of a series by which this changes it: it was cancelled, or its meeting stands apart. */
  readonly cut?: Cut;
}

/** A date that leaves a series: it is cancelled, it has changed, or its reader is in the others only. */
export interface Cut {
  readonly how: 'off' | 'apart' | 'without';
  /** Unix seconds. */
  readonly begin: number;
}

/** All that the mails about one event are written from. */
export interface MailEvent {
  /** The meeting as it now is; for a deletion, as it was. */
  readonly meeting: Meeting;
  readonly owner: Owner;
  /** Everyone in the meeting, for the lists that owner and moderators read. */
  readonly attendees: readonly Attendee[];
  readonly messages: readonly Message[];
  /** The feed's hash of each recipient who has an account (null: no feed yet), by address. Whoever is missing has none. */
  readonly accounts: ReadonlyMap<string, string | null>;
  /** The languages that the directory says the recipients prefer, by address. */
  readonly languages: ReadonlyMap<string, Language>;
  /** The zones of those who chose another than the house's, by address. */
  readonly zones: ReadonlyMap<string, Zone>;
  /** The Message-IDs of the mails about this meeting that somebody has got, or may get before this one, oldest first, by address. */
  readonly threads: Threads;
  /** When it happened: Unix seconds. For a reminder, the time that it was planned for. */
  readonly at: number;
}

/** The mails that make a thread with one to come, by their recipient's address. */
export type Threads = ReadonlyMap<string, readonly string[]>;

/** The threads of a meeting by its mails in the order they were written; what was refused or dropped is in nobody's mailbox. */
export function threadsOf(
  mails: readonly { readonly recipient: string; readonly messageId: string; readonly state: string }[],
): Threads {
  const threads = new Map<string, string[]>();
  for (const { recipient, messageId, state } of mails) {
    if (state === 'refused' || state === 'dropped') continue;
    const thread = threads.get(recipient);
    if (thread) thread.push(messageId);
    else threads.set(recipient, [messageId]);
  }
  return threads;
}

/** The same message to everyone who has an address; in old rows somebody may have none. */
export function messagesToAll(kind: MessageKind, attendees: readonly Attendee[]): Message[] {
  return attendees.filter(({ email }) => email !== '').map((attendee) => ({ kind, attendee }));
}

/**
 * A reminder to the owner and to everyone who has not declined.
 * @param without the addresses of those who want none
 */
export function reminderMessages(attendees: readonly Attendee[], without: ReadonlySet<string> = new Set()): Message[] {
  return messagesToAll(
    'reminder',
    attendees.filter(({ role, answer, email }) => (role === 'owner' || answer !== 'declined') && !without.has(email)),
  );
}

/** A mail of the outbox about one meeting to one person, reminders apart, in the order they were written. */
export interface Earlier {
  readonly id: number;
  readonly kind: 'new' | 'edit' | 'del';
  /** `waiting`: nobody can have got it; `doubtful`: somebody may have. */
  readonly state: 'waiting' | 'doubtful' | 'sent' | 'refused' | 'dropped';
}

/** What becomes of a message, and of the mails before it. */
export interface Folded {
  /** The message to write; null: none is needed. */
  readonly kind: MessageKind | null;
  /** Mails that need not be sent any more. */
  readonly dropped: readonly number[];
}

/**
 * Folds a message into what still waits: who was never invited gets one invitation as the meeting is now, and hears nothing of
 * a meeting that is no more. Whom something is on its way to is asked by that.
 */
export function fold(kind: MessageKind, earlier: readonly Earlier[]): Folded {
  const lastCancelled = earlier.findLastIndex((mail) => mail.kind === 'del' && mail.state === 'sent');
  const since = earlier.slice(lastCancelled + 1);
  const dropped = since.filter(({ state }) => state === 'waiting').map(({ id }) => id);
  const invitations = since.filter((mail) => mail.kind !== 'del');
  const isUntold =
    invitations.some((mail) => mail.kind === 'new' && (mail.state === 'waiting' || mail.state === 'refused')) &&
    invitations.every(({ state }) => state !== 'sent' && state !== 'doubtful');
  if (kind === 'ask' && dropped.length > 0) return { kind: null, dropped: [] };
  if (!isUntold) return { kind, dropped };
  if (kind === 'del' || kind === 'removed') return { kind: null, dropped };
  return { kind: kind === 'edit' || kind === 'ask' ? 'new' : kind, dropped };
}

/** The Message-ID that all mails to somebody about a meeting refer to (RFC 5322 section 3.6.4); it is no mail's. */
export function threadRoot({ id }: Pick<Meeting, 'id'>, recipient: string, serverName: string): string {
  return `<${id}.${fingerprint(recipient)}@${serverName}>`;
}
