/** Who is told what when a meeting changes. Pure. */
import type { Attendee, Meeting } from './meeting.ts';

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
