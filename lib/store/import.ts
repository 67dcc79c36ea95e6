/** Meetings and feeds that another program has kept in files, taken over with their ids and secrets. */
import { newHash } from './secrets.ts';
import type { Store } from './store.ts';

/** A meeting of the flat files. Times are Unix seconds. */
export interface OldMeeting {
  readonly id: bigint;
  readonly room: string;
  readonly subject: string;
  readonly owner: string;
  readonly begin: number;
  readonly end: number;
  readonly guests: readonly string[];
}

/** Takes a meeting over unless its id is there; whether it was taken. */
export function importMeeting(store: Store, { id, room, subject, owner, begin, end, guests }: OldMeeting): boolean {
  return store.transaction(() => {
    const taken = store.run(
      `INSERT INTO meetings
         (meeting_id, meeting_name, meeting_object, meeting_begin, meeting_duration, meeting_end, meeting_create)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (meeting_id) DO NOTHING`,
      id,
      room,
      subject,
      begin,
      end - begin,
      end,
      begin,
    );
    if (taken === 0) return false;
    const attendees = [['owner', owner] as const, ...guests.map((guest) => ['guest', guest] as const)];
    for (const [role, email] of attendees) {
      store.run(
        `INSERT INTO attendees (attendee_meeting_id, attendee_meeting_hash, attendee_role, attendee_email)
         VALUES (?, ?, ?, ?)`,
        id,
        newHash(),
        role,
        email,
      );
    }
    return true;
  });
}

/** Takes over the address of a user's feed unless they have one; whether it was taken. */
export function importFeed(store: Store, uid: string, hash: string): boolean {
  return store.transaction(
    () =>
      store.run(
        `INSERT INTO ical (ical_owner, ical_hash)
         SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM ical WHERE ical_owner = ? OR ical_hash = ?)`,
        uid,
        hash,
        uid,
        hash,
      ) === 1,
  );
}
