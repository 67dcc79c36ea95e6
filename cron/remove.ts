/** `jmb remove ID`: deletes one meeting, such as one whose row names no owner. */
import { orderClosing, tellRoom } from '../lib/pages/room_changes.ts';
import { removeMeeting } from '../lib/store/bookings.ts';
import { meetingById } from '../lib/store/meetings.ts';
import { dropNews } from '../lib/store/outbox_drop.ts';
import type { CommandContext } from './surroundings.ts';

/** Deletes it with its people and reminders; its room closes, and what was still to be told of it is not. Nobody is told. */
export function remove(id: string): (context: CommandContext) => Promise<number> {
  return async (context) => {
    const { store, clock, log } = context;
    const meeting = store.transaction(() => {
      const found = meetingById(store, id);
      if (found === undefined) return undefined;
      removeMeeting(store, id, clock.now());
      orderClosing(context, found);
      dropNews(store, id, clock.now());
      return found;
    });
    if (meeting === undefined) {
      process.stderr.write(`jmb: no meeting has the id ${id}; jmb list --all shows them\n`);
      return 1;
    }
    log.event('removed', { id, room: meeting.room, begin: meeting.begin, by: 'jmb' });
    await tellRoom(context, meeting.room);
    process.stdout.write(`removed: ${meeting.id} ${meeting.subject}\n`);
    return 0;
  };
}
